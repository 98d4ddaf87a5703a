"""Multicodec prefixes of keys.

The codes are those of the multicodec table; the original has another one for P-256. The package itself reads
and writes Multikeys with `pydidcomm.PublicKey`; this module is for applications that use multicodecs.
"""

from enum import Enum
from typing import Literal, NamedTuple, TypeAlias

from pydidcomm.compat._described import describe

__all__ = ["Multicodec", "MulticodecStr", "SupportedCodecs", "multicodec", "unwrap", "wrap"]


class Multicodec(NamedTuple):
    """A codec: its name and its prefix bytes."""

    name: str
    code: bytes


class SupportedCodecs(Enum):
    """The supported codecs, by name."""

    ed25519_pub = Multicodec("ed25519-pub", b"\xed\x01")
    ed25519_priv = Multicodec("ed25519-priv", b"\x80\x26")
    x25519_pub = Multicodec("x25519-pub", b"\xec\x01")
    x25519_priv = Multicodec("x25519-priv", b"\x82\x26")
    bls12381g1 = Multicodec("bls12_381-g1-pub", b"\xea\x01")
    bls12381g2 = Multicodec("bls12_381-g2-pub", b"\xeb\x01")
    bls12381g1g2 = Multicodec("bls12_381-g1g2-pub", b"\xee\x01")
    secp256k1_pub = Multicodec("secp256k1-pub", b"\xe7\x01")
    p256_pub = Multicodec("p256-pub", b"\x80\x24")

    @classmethod
    def by_name(cls, name: str) -> Multicodec:
        """Return the codec with that name."""
        for codec in cls:
            if codec.value.name == name:
                return codec.value
        message = f"Unsupported multicodec: {describe(name)}"
        raise ValueError(message)

    @classmethod
    def for_data(cls, data: bytes) -> Multicodec:
        """Return the codec with whose prefix the data begins."""
        for codec in cls:
            if data.startswith(codec.value.code):
                return codec.value
        message = "Unsupported multicodec"
        raise ValueError(message)


MulticodecStr: TypeAlias = Literal[
    "ed25519-pub",
    "ed25519-priv",
    "x25519-pub",
    "x25519-priv",
    "bls12_381-g1-pub",
    "bls12_381-g2-pub",
    "bls12_381-g1g2-pub",
    "secp256k1-pub",
    "p256-pub",
]


def multicodec(name: str) -> Multicodec:
    """Return the codec with that name."""
    return SupportedCodecs.by_name(name)


def wrap(multicodec: Multicodec | MulticodecStr, data: bytes) -> bytes:
    """Return the data with the prefix of the codec.

    Raises:
        TypeError: `multicodec` is neither a `Multicodec` nor a name.
        ValueError: The codec is unknown.
    """
    return _codec(multicodec).code + data


def _codec(multicodec: object) -> Multicodec:
    if isinstance(multicodec, Multicodec):
        return multicodec
    if isinstance(multicodec, str):
        return SupportedCodecs.by_name(multicodec)
    message = "multicodec must be Multicodec or MulticodecStr"
    raise TypeError(message)


def unwrap(data: bytes, codec: Multicodec | None = None) -> tuple[Multicodec, bytes]:
    """Return the codec of the data, and the data without its prefix; `codec` is used unchecked where given.

    Raises:
        ValueError: The data does not begin with a supported codec.
    """
    found = codec or SupportedCodecs.for_data(data)
    return found, data[len(found.code) :]
