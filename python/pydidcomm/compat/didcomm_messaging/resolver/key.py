"""A resolver of did:key; it calls `pydidcomm.LocalResolver`."""

from pydidcomm.compat.didcomm_messaging.resolver._local import LocalMethod

__all__ = ["DIDKey"]


class DIDKey(LocalMethod):
    """Resolves did:key, with the X25519 key derived from an Ed25519 key."""

    prefix = "did:key:"
