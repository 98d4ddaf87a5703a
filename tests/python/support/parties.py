"""Parties with keys, DID documents and secrets, the same in every run."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pydidcomm import InMemorySecrets, Message, ResolversConfig, UnpackConfig, UnpackResult, sync
from pydidcomm.errors import UntrustedMessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydidcomm import Outcome

HELLO = "https://example.org/greeting/1.0/hello"
CURVES: dict[str, type[X25519PrivateKey | Ed25519PrivateKey]] = {
    "X25519": X25519PrivateKey,
    "Ed25519": Ed25519PrivateKey,
}
MULTICODEC = {"X25519": b"\xec\x01", "Ed25519": b"\xed\x01"}
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def b64(octets: bytes | str) -> str:
    """Base64url without padding."""
    raw = octets.encode() if isinstance(octets, str) else octets
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def header_of(protected: str) -> dict[str, Any]:
    """The decoded protected header of a JWE or a JWS."""
    header: dict[str, Any] = json.loads(unb64(protected))
    return header


def base58(octets: bytes) -> str:
    number, digits = int.from_bytes(octets, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = BASE58[digit] + digits
    return "1" * (len(octets) - len(octets.lstrip(b"\0"))) + digits


@dataclass(frozen=True)
class Key:
    """A key pair that follows from its kid."""

    kid: str
    curve: str = "X25519"

    @cached_property
    def private(self) -> Any:  # noqa: ANN401, either curve
        return CURVES[self.curve].from_private_bytes(self.secret)

    @property
    def secret(self) -> bytes:
        return sha256(f"{self.curve} {self.kid}".encode()).digest()

    @property
    def public(self) -> bytes:
        octets: bytes = self.private.public_key().public_bytes_raw()
        return octets

    @property
    def multikey(self) -> str:
        return "z" + base58(MULTICODEC[self.curve] + self.public)

    @property
    def jwk(self) -> dict[str, str]:
        return {"kty": "OKP", "crv": self.curve, "x": b64(self.public)}

    @property
    def secret_jwk(self) -> dict[str, str]:
        return {**self.jwk, "d": b64(self.secret), "kid": self.kid}

    @property
    def method(self) -> dict[str, Any]:
        return {
            "id": self.kid,
            "type": "JsonWebKey2020",
            "controller": self.kid.split("#")[0],
            "publicKeyJwk": self.jwk,
        }


class Party:
    """A DID with keys for agreement (`#x1`, `#x2`...) and one that signs (`#ed`)."""

    def __init__(self, did: str, *, agreement: int = 1) -> None:
        self.did = did
        self.agreement = [Key(f"{did}#x{number}") for number in range(1, agreement + 1)]
        self.signing = Key(f"{did}#ed", "Ed25519")
        self.secrets = InMemorySecrets([key.secret_jwk for key in (*self.agreement, self.signing)])
        self.document: dict[str, Any] = {
            "id": did,
            "verificationMethod": [key.method for key in (*self.agreement, self.signing)],
            "keyAgreement": [key.kid for key in self.agreement],
            "authentication": [self.signing.kid],
        }

    @property
    def key(self) -> Key:
        return self.agreement[0]

    @property
    def kids(self) -> list[str]:
        return [key.kid for key in self.agreement]


class Documents:
    """A resolver of the current documents of its parties."""

    def __init__(self, *parties: Party) -> None:
        self.parties = {party.did: party for party in parties}

    def resolve(self, did: str, /) -> dict[str, Any] | None:
        party = self.parties.get(did)
        return party.document if party else None

    def of(self, party: Party) -> ResolversConfig:
        """What the party needs to pack and unpack."""
        return ResolversConfig(secrets_resolver=party.secrets, did_resolver=self)

    def unpack(
        self, party: Party, packed: str | bytes | dict[str, Any], config: UnpackConfig | None = None
    ) -> UnpackResult:
        """The message as the party reads it."""
        return sync.unpack(self.of(party), packed, config)


def hello(**headers: Any) -> Message:  # noqa: ANN401, the arguments of Message
    """A short message."""
    arguments: dict[str, Any] = {"type": HELLO, "body": {"msg": "Hi"}, **headers}
    return Message(**arguments)


def results(outcomes: Iterable[Outcome[Any]]) -> list[Any]:
    """The value of each outcome, or its exception."""
    return [one.value if one.error is None else one.error for one in outcomes]


def refused(act: Callable[[], Any]) -> tuple[str, str | None, str | None]:
    """What the error says was not proved, by which key, and of which DID."""
    with pytest.raises(UntrustedMessageError) as caught:
        act()
    error = caught.value
    assert error.claim in str(error)
    assert error.__cause__ is None
    return error.claim, error.kid, error.did
