"""Create did:key and did:jwk DIDs: the public names of `pydidcomm.dids.key_did`."""

from pydidcomm.dids.key_did import create_jwk_did, create_key_did

__all__ = ["create_jwk_did", "create_key_did"]
