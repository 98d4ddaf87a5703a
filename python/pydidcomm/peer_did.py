"""Create did:peer DIDs: the public names of `pydidcomm.dids.peer_did`."""

from pydidcomm.dids.peer_did import PeerMethod, create_peer_did

__all__ = ["PeerMethod", "create_peer_did"]
