"""The two key types and their multicodecs; `pydidcomm.PublicKey` encodes and decodes them."""

from enum import Enum

__all__ = ["Codec"]


class Codec(Enum):
    """A kind of key, by its multicodec."""

    X25519 = 0xEC
    ED25519 = 0xED
