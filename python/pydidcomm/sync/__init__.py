"""The same names for programs without an event loop: functions that return what the others await.

Resolvers given here have plain methods.
"""

from pydidcomm.sync.batches import pack_many, unpack_many
from pydidcomm.sync.functions import (
    create_jwk_did,
    create_key_did,
    create_peer_did,
    pack_encrypted,
    pack_encrypted_to_each,
    pack_plaintext,
    pack_signed,
    rewrap,
    sign_attachment,
    unpack,
    unpack_forward,
    verify_attachment,
    wrap_in_forward,
)
from pydidcomm.sync.messaging import DIDCommMessaging

__all__ = [
    "DIDCommMessaging",
    "create_jwk_did",
    "create_key_did",
    "create_peer_did",
    "pack_encrypted",
    "pack_encrypted_to_each",
    "pack_many",
    "pack_plaintext",
    "pack_signed",
    "rewrap",
    "sign_attachment",
    "unpack",
    "unpack_forward",
    "unpack_many",
    "verify_attachment",
    "wrap_in_forward",
]
