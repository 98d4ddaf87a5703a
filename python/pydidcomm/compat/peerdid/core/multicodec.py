"""The two kinds of keys, by their multicodec; `pydidcomm.PublicKey` reads and writes them."""

from enum import Enum


class Codec(Enum):
    """A kind of key, by its multicodec."""

    X25519 = 0xEC
    ED25519 = 0xED
