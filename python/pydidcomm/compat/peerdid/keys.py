"""Public keys of the two supported types; see `pydidcomm.PublicKey`."""

import json
from enum import Enum
from typing import Any, ClassVar, NamedTuple
from uuid import uuid4

from pydid import VerificationMethod
from pydid.verification_method import (
    Ed25519VerificationKey2018,
    Ed25519VerificationKey2020,
    JsonWebKey2020,
    X25519KeyAgreementKey2019,
    X25519KeyAgreementKey2020,
)

import pydidcomm
from pydidcomm.compat.peerdid.core.multibase import MultibaseFormat, from_base58, to_base58
from pydidcomm.compat.peerdid.core.multicodec import Codec

__all__ = [
    "ED25519_2020_CONTEXT",
    "ED25519_KEY_LENGTH",
    "JWS_2020_CONTEXT",
    "X25519_2020_CONTEXT",
    "X25519_KEY_LENGTH",
    "BaseKey",
    "Ed25519VerificationKey",
    "KeyFormat",
    "KeyRelationshipType",
    "X25519KeyAgreementKey",
]

ED25519_KEY_LENGTH = 32
ED25519_2020_CONTEXT = "https://w3id.org/security/suites/ed25519-2020/v1"
X25519_KEY_LENGTH = 32
X25519_2020_CONTEXT = "https://w3id.org/security/suites/x25519-2020/v1"
JWS_2020_CONTEXT = "https://w3id.org/security/suites/jws-2020/v1"

_SHORT_NAME = 8
"""The number of characters of a key in its id."""


class KeyFormat(Enum):
    """The formats of keys in documents."""

    JWK = 1
    BASE58 = 2
    MULTIBASE = 3


class KeyRelationshipType(Enum):
    """The verification relationships of a key."""

    AUTHENTICATION = 1
    KEY_AGREEMENT = 2


class VerificationMethodResult(NamedTuple):
    """A verification method, and the JSON-LD context that it needs."""

    context: str | None
    method: VerificationMethod


class BaseKey:
    """A public key.

    Args:
        public_key: Its raw bytes.
        ident: Its id in a document.
        format: Its format in a document.

    Raises:
        ValueError: `public_key` is not a key.
    """

    codec: ClassVar[Codec]
    key_length: ClassVar[int]
    relationships: ClassVar[list[KeyRelationshipType]]
    _curve: ClassVar[str]
    _suites: ClassVar[tuple[tuple[str | None, Any], ...]]

    def __init__(self, public_key: bytes, ident: str | None = None, format: KeyFormat | None = None) -> None:  # noqa: A002
        self.public_key = public_key
        self.ident = ident or f"#{uuid4()}"
        self.format = format or KeyFormat.MULTIBASE
        self.validate()

    def validate(self) -> None:
        """Check the bytes of a key.

        Raises:
            ValueError: The bytes are not a key.
        """
        if len(self.public_key) != self.key_length:
            message = f"Invalid public key, expected {self.key_length} bytes"
            raise ValueError(message)
        self._key()

    def _key(self) -> pydidcomm.PublicKey:
        return pydidcomm.PublicKey.from_octets(self._curve, self.public_key)

    @classmethod
    def for_codec(cls, codec: Codec) -> "type[BaseKey]":
        """Return the class of keys with this codec.

        Raises:
            ValueError: This class is for another codec.
        """
        own = getattr(cls, "codec", codec)
        if own is not codec:
            message = f"Codec mismatch: expected {own}, found {codec}"
            raise ValueError(message)
        return Ed25519VerificationKey if codec is Codec.ED25519 else X25519KeyAgreementKey

    @classmethod
    def from_base58(
        cls,
        enc_key: str,
        codec: Codec | None = None,
        ident: str | None = None,
        format: KeyFormat | None = None,  # noqa: A002
    ) -> "BaseKey":
        """Create a key from its raw bytes in base58btc."""
        codec = codec or getattr(cls, "codec", None)
        if codec is None:
            message = "Unspecified codec"
            raise ValueError(message)
        return cls.for_codec(codec)(from_base58(enc_key), ident, format or KeyFormat.BASE58)

    @classmethod
    def from_multibase(
        cls,
        multibase: str,
        ident: str | None = None,
        format: KeyFormat | None = None,  # noqa: A002
    ) -> "BaseKey":
        """Create a key from a Multikey; its id is the beginning of the text."""
        ident = ident or f"#{multibase[1 : 1 + _SHORT_NAME]}"
        return cls._of(multibase, ident, format or KeyFormat.MULTIBASE)

    @classmethod
    def from_jwk(
        cls,
        jwk: str | dict[str, Any],
        ident: str | None = None,
        format: KeyFormat | None = None,  # noqa: A002
    ) -> "BaseKey":
        """Create a key from a JWK."""
        key = json.loads(jwk) if isinstance(jwk, str) else jwk
        return cls._of(key, ident, format or KeyFormat.JWK)

    @classmethod
    def _of(cls, text: str | dict[str, Any], ident: str | None, form: KeyFormat) -> "BaseKey":
        try:
            key = pydidcomm.PublicKey(text)
        except pydidcomm.UnsupportedError as error:
            raise ValueError(str(error)) from error
        codec = {"Ed25519": Codec.ED25519, "X25519": Codec.X25519}.get(key.curve)
        if codec is None:
            message = "Unsupported codec"
            raise ValueError(message)
        return cls.for_codec(codec)(key.octets(), ident, form)

    def verification_method(
        self,
        controller: str,
        format: KeyFormat | None = None,  # noqa: A002
        **extra: Any,  # noqa: ANN401
    ) -> VerificationMethodResult:
        """Return the key as a verification method."""
        chosen = format or self.format
        material: tuple[tuple[KeyFormat, str, Any], ...] = (
            (KeyFormat.JWK, "public_key_jwk", lambda: self._key().jwk()),
            (KeyFormat.BASE58, "public_key_base58", lambda: to_base58(self.public_key)),
            (KeyFormat.MULTIBASE, "public_key_multibase", self.to_multibase),
        )
        for (known, member, write), (context, suite) in zip(material, self._suites, strict=True):
            if chosen is known:
                method = suite.make(id=self.ident, **{member: write()}, controller=controller, **extra)
                return VerificationMethodResult(context, method)
        message = "Unsupported key format for export"
        raise ValueError(message)

    def to_multibase(self, format: MultibaseFormat | None = None) -> str:  # noqa: A002, ARG002
        """Return the key as a Multikey."""
        return self._key().multikey()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.public_key == getattr(other, "public_key", None)

    def __hash__(self) -> int:
        return hash(self.public_key)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.to_multibase()}>"


class Ed25519VerificationKey(BaseKey):
    """A public key that verifies signatures."""

    codec = Codec.ED25519
    key_length = ED25519_KEY_LENGTH
    relationships: ClassVar = [KeyRelationshipType.AUTHENTICATION]
    _curve = "Ed25519"
    _suites: ClassVar = (
        (JWS_2020_CONTEXT, JsonWebKey2020),
        (None, Ed25519VerificationKey2018),
        (ED25519_2020_CONTEXT, Ed25519VerificationKey2020),
    )


class X25519KeyAgreementKey(BaseKey):
    """A public key that messages are encrypted to."""

    codec = Codec.X25519
    key_length = X25519_KEY_LENGTH
    relationships: ClassVar = [KeyRelationshipType.KEY_AGREEMENT]
    _curve = "X25519"
    _suites: ClassVar = (
        (JWS_2020_CONTEXT, JsonWebKey2020),
        (None, X25519KeyAgreementKey2019),
        (X25519_2020_CONTEXT, X25519KeyAgreementKey2020),
    )
