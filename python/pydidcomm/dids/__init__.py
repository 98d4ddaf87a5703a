"""Create did:peer, did:key and did:jwk DIDs, and store their secrets."""

from pydidcomm.dids.key_did import create_jwk_did, create_key_did
from pydidcomm.dids.peer_did import PeerMethod, create_peer_did

__all__ = ["PeerMethod", "create_jwk_did", "create_key_did", "create_peer_did"]
