"""Multibase text: a character for the base, then the encoded bytes.

The bases come from the package `base58` and from the standard library.
"""

import base64
from abc import ABC, abstractmethod
from enum import Enum
from typing import ClassVar, Literal, TypeAlias

import base58

from pydidcomm.compat._described import describe

__all__ = [
    "Base58BtcEncoder",
    "Base64Encoder",
    "Base64UrlEncoder",
    "Encoding",
    "EncodingStr",
    "MultibaseEncoder",
    "decode",
    "encode",
]

# the names of the multibase table; another text is not repeated
_REGISTERED = (
    "base16",
    "base32",
    "base58btc",
    "base58flickr",
    "base64",
    "base64pad",
    "base64url",
    "base64urlpad",
)


class MultibaseEncoder(ABC):
    """A base."""

    name: ClassVar[str]
    character: ClassVar[str]

    @abstractmethod
    def encode(self, value: bytes) -> str:
        """Encode bytes in this base, without its character."""

    @abstractmethod
    def decode(self, value: str) -> bytes:
        """Decode a text in this base, without its character."""


class Base58BtcEncoder(MultibaseEncoder):
    """Base58 with the alphabet of Bitcoin."""

    name = "base58btc"
    character = "z"

    def encode(self, value: bytes) -> str:
        """Return the bytes in base58."""
        return base58.b58encode(value).decode()

    def decode(self, value: str) -> bytes:
        """The bytes of a text in base58."""
        return base58.b58decode(value)


class Base64UrlEncoder(MultibaseEncoder):
    """Base64 with the alphabet for URLs, without padding."""

    name = "base64url"
    character = "u"

    def encode(self, value: bytes) -> str:
        """The bytes in base64url."""
        return base64.urlsafe_b64encode(value).decode().rstrip("=")

    def decode(self, value: str) -> bytes:
        """The bytes of a text in base64url, padded or not."""
        return base64.urlsafe_b64decode(_pad(value))


class Base64Encoder(MultibaseEncoder):
    """Base64 without padding."""

    name = "base64"
    character = "m"

    def encode(self, value: bytes) -> str:
        """The bytes in base64."""
        return base64.b64encode(value).decode().rstrip("=")

    def decode(self, value: str) -> bytes:
        """The bytes of a text in base64, padded or not."""
        return base64.b64decode(_pad(value))


def _pad(value: str) -> str:
    return value + "=" * (-len(value) % 4)


class Encoding(Enum):
    """The bases that multibase text is written and read in."""

    base58btc = Base58BtcEncoder()

    @classmethod
    def from_name(cls, name: str) -> MultibaseEncoder:
        """Return the base with that name."""
        return cls._find("name", name)

    @classmethod
    def from_character(cls, character: str) -> MultibaseEncoder:
        """Return the base of the character."""
        return cls._find("character", character)

    @classmethod
    def _find(cls, attribute: str, value: str) -> MultibaseEncoder:
        for encoding in cls:
            if getattr(encoding.value, attribute) == value:
                return encoding.value
        message = f"Unsupported encoding: {describe(value, *_REGISTERED)}"
        raise ValueError(message)


EncodingStr: TypeAlias = Literal["base58btc"]


def encode(value: bytes, encoding: Encoding | EncodingStr) -> str:
    """Encode bytes as multibase text.

    Raises:
        TypeError: `encoding` is neither an `Encoding` nor a name.
        ValueError: The base is unknown.
    """
    encoder = _encoder(encoding)
    return encoder.character + encoder.encode(value)


def _encoder(encoding: object) -> MultibaseEncoder:
    if isinstance(encoding, Encoding):
        return encoding.value
    if isinstance(encoding, str):
        return Encoding.from_name(encoding)
    message = "encoding must be an Encoding or EncodingStr"
    raise TypeError(message)


def decode(value: str) -> bytes:
    """Decode a multibase text.

    Raises:
        ValueError: Its base is not supported, or it is not a text in that base.
    """
    return Encoding.from_character(value[:1]).decode(value[1:])
