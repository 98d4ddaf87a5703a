"""Parties as an application of Indicio's package has them, with the keys of each backend."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from aries_askar import Key, KeyAlg

from pydidcomm import InMemorySecrets, Secret, sync
from pydidcomm.compat.didcomm_messaging import DIDCommMessaging, DIDResolver, PackagingService, RoutingService
from pydidcomm.compat.didcomm_messaging.crypto.backend.askar import AskarCryptoService, AskarSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.backend.authlib import AuthlibCryptoService, AuthlibSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.backend.basic import InMemorySecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreCryptoService, CoreSecretKey
from pydidcomm.compat.didcomm_messaging.resolver import DIDNotFound

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydidcomm.compat.didcomm_messaging.crypto.base import SecretKey

with warnings.catch_warnings(record=True):
    from authlib.jose import JsonWebKey

ALICE, BOB, MALLORY = "did:example:alice", "did:example:bob", "did:example:mallory"

Made = tuple[Any, dict[str, Any]]
"""A secret of some backend, and its public half as a JWK."""


def core_key(curve: str, kid: str) -> Made:
    secret = Secret.generate(curve, kid=kid)
    return CoreSecretKey(secret), secret.public_jwk()


def askar_key(curve: str, kid: str) -> Made:
    key = Key.generate({"X25519": KeyAlg.X25519, "Ed25519": KeyAlg.ED25519, "P-256": KeyAlg.P256}[curve])
    return AskarSecretKey(key, kid), json.loads(key.get_jwk_public())


def authlib_key(curve: str, kid: str) -> Made:
    secret = Secret.generate(curve, kid=kid)
    return AuthlibSecretKey(JsonWebKey.import_key(secret.expose_jwk()), kid), secret.public_jwk()


@dataclass(frozen=True)
class Backend:
    """A crypto service, and how its secrets are made."""

    name: str
    crypto: Callable[[], Any]
    key: Callable[[str, str], Made]
    curves: tuple[str, ...]


CORE = Backend("core", CoreCryptoService, core_key, ("X25519", "P-256", "P-384", "P-521"))
ASKAR = Backend("askar", AskarCryptoService, askar_key, ("X25519", "P-256"))
AUTHLIB = Backend("authlib", AuthlibCryptoService, authlib_key, ("X25519", "P-256", "P-384", "P-521"))
BACKENDS = (CORE, ASKAR, AUTHLIB)
COMBINATIONS = [(backend, curve) for backend in BACKENDS for curve in backend.curves]

backends = pytest.mark.parametrize("backend", BACKENDS, ids=lambda backend: backend.name)


class Sealed(Key):
    """A key whose private bytes cannot be read."""

    def convert_key(self, alg: str | KeyAlg) -> Key:
        return Sealed(super().convert_key(alg).handle)

    def key_exchange(self, alg: str | KeyAlg, pk: Key) -> Key:
        return Key(super().key_exchange(alg, pk).handle)

    def get_secret_bytes(self) -> bytes:
        raise AssertionError

    def get_jwk_secret(self) -> bytes:
        raise AssertionError


class Known(DIDResolver):
    """The documents that a test wrote."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.documents = {document["id"]: document for document in documents}

    async def resolve(self, did: str) -> dict[str, Any]:
        if did not in self.documents:
            raise DIDNotFound(did)
        return self.documents[did]

    async def is_resolvable(self, did: str) -> bool:
        return did in self.documents


@dataclass
class World:
    """Documents, and all secrets in one hand."""

    backend: Backend
    secrets: InMemorySecretsManager[Any] = field(default_factory=InMemorySecretsManager)
    resolver: Known = field(default_factory=Known)

    def __post_init__(self) -> None:
        self.crypto = self.backend.crypto()
        self.packaging: PackagingService[Any, Any] = PackagingService()

    async def party(self, did: str, *curves: str, service: object = None) -> SecretKey:
        """Adds a party with keys for agreement on these curves, `#1` and so on; the first is returned."""
        document: dict[str, Any] = {"id": did, "verificationMethod": [], "keyAgreement": []}
        made: list[SecretKey] = []
        for number, curve in enumerate(curves, 1):
            kid = f"{did}#{number}"
            secret, jwk = self.backend.key(curve, kid)
            await self.secrets.add_secret(secret)
            document["verificationMethod"].append(
                {"id": kid, "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk}
            )
            document["keyAgreement"].append(kid)
            made.append(secret)
        if service is not None:
            document["service"] = [
                {"id": f"{did}#service", "type": "DIDCommMessaging", "serviceEndpoint": service}
            ]
        self.resolver.documents[did] = document
        return made[0]

    def messaging(self) -> DIDCommMessaging[Any, Any]:
        return DIDCommMessaging(self.crypto, self.secrets, self.resolver, self.packaging, RoutingService())

    async def pack(self, octets: bytes, to: str = BOB, frm: str | None = ALICE) -> bytes:
        return await self.packaging.pack(self.crypto, self.resolver, self.secrets, octets, [to], frm)

    async def unpack(self, packed: bytes | str) -> Any:  # noqa: ANN401, a pair
        return await self.packaging.unpack(self.crypto, self.resolver, self.secrets, packed)


def plaintext(**headers: Any) -> bytes:  # noqa: ANN401, headers of a message
    """A message, `frm` standing for `from`."""
    if "frm" in headers:
        headers["from"] = headers.pop("frm")
    message = {"id": "1", "type": "https://example.org/greeting/1.0/hello", "body": {"msg": "Hi"}}
    return json.dumps({**message, **headers}).encode()


async def world(backend: Backend = CORE, *bob: str) -> World:
    made = World(backend)
    await made.party(ALICE, "X25519")
    await made.party(BOB, *(bob or ("X25519",)))
    await made.party(MALLORY, "X25519")
    return made


class Documents:
    """The same documents, as pydidcomm asks for them."""

    def __init__(self, made: World) -> None:
        self.documents = made.resolver.documents

    def resolve(self, did: str, /) -> dict[str, Any] | None:
        return self.documents.get(did)


def native(made: World) -> sync.DIDCommMessaging:
    """The same parties in pydidcomm."""
    secrets = [secret.key for secret in made.secrets.secrets.values()]
    return sync.DIDCommMessaging(InMemorySecrets(secrets), Documents(made))


async def public(made: World) -> Any:  # noqa: ANN401, a public key of the backend
    return await made.packaging.recip_for_kid_or_default_for_did(made.crypto, made.resolver, ALICE)
