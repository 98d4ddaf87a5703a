"""Create DIDs, without an event loop; see `pydidcomm.dids`."""

from pydidcomm.sync.dids.key_did import create_jwk_did, create_key_did
from pydidcomm.sync.dids.peer_did import create_peer_did

__all__ = ["create_jwk_did", "create_key_did", "create_peer_did"]
