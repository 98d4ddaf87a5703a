"""Single operations of pydidcomm's core, for the services of this package.

Calls `pydidcomm._core` through `pydidcomm._driver.drive`, with the application's own resolver and secrets.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from pydidcomm import _core
from pydidcomm._core import InMemorySecrets, LocalResolver, PublicKey, Secret
from pydidcomm._driver.drive import drive
from pydidcomm.algorithms import AnonCryptAlg
from pydidcomm.config import ResolversConfig, UnpackConfig
from pydidcomm.errors import DIDCommError
from pydidcomm.resolvers import DIDResolver, KeyAgreementKey

__all__ = [
    "Held",
    "NamedKey",
    "Route",
    "Secrets",
    "agreement_key",
    "check_claims",
    "decrypt",
    "encrypt",
    "layer_keys",
    "routes",
    "translate_errors",
]


Held: TypeAlias = Secret | KeyAgreementKey
"""The operation of key agreement: a key in this process, or an external key."""

NamedKey: TypeAlias = tuple[str, PublicKey]
"""A public key under its kid."""

Route: TypeAlias = tuple[str, str, list[str]]
"""A way to a recipient: the id of its service, a URI, and whom to wrap for, the outermost first."""

_CURVES = ("X25519", "P-384", "P-256", "P-521")
"""The curves on which keys agree, the preferred first."""

_ENC = AnonCryptAlg.XC20P_ECDH_ES_A256KW
"""The content encryption that both backends of the original write."""

_LIMITS = UnpackConfig().prepared
_NO_PARTY = ResolversConfig(secrets_resolver=InMemorySecrets(), did_resolver=LocalResolver())
_NOTHING = _core.Context(remember_peers=False)
_EMPTY: dict[str, Any] = {"id": "claims", "type": "https://didcomm.org/empty/1.0/empty", "body": {}}

_AnySecret = TypeVar("_AnySecret")
_Kept_co = TypeVar("_Kept_co", covariant=True)


def _empty_context() -> tuple[_core.Context, int]:
    """Return a context without resolvers, so that the core requests all documents, and the time."""
    return _NOTHING, int(time.time())


class _Resolving(Protocol):
    """The interface of resolvers in the original."""

    async def resolve(self, did: str) -> Mapping[str, Any]:
        """Return the document of the DID, or raise an exception."""
        ...

    async def is_resolvable(self, did: str) -> bool:
        """Return whether the resolver supports the DID."""
        ...


class _Keeping(Protocol[_Kept_co]):
    """The interface of secrets managers in the original."""

    async def get_secret_by_kid(self, kid: str) -> _Kept_co | None:
        """Return the secret with that kid, or None."""
        ...


class Secrets(Generic[_AnySecret]):
    """A secrets manager as a secrets resolver for the core."""

    def __init__(self, manager: _Keeping[_AnySecret], held: Callable[[_AnySecret], Held]) -> None:
        self._manager = manager
        self._held = held
        self.found: dict[str, _AnySecret] = {}

    async def get_keys(self, kids: list[str], /) -> Sequence[str]:
        """Return the first kid with a secret; some managers raise an exception for a missing secret."""
        for kid in kids:
            if await self._find(kid) is not None:
                return [kid]
        return []

    async def get_key(self, kid: str, /) -> Held | None:
        """Return the secret with that kid, or None."""
        secret = await self._find(kid)
        return None if secret is None else self._held(secret)

    async def _find(self, kid: str) -> _AnySecret | None:
        if kid not in self.found:
            secret = await self._manager.get_secret_by_kid(kid)
            if secret is None:
                return None
            self.found[kid] = secret
        return self.found[kid]


class _Endpoints:
    """A resolver for the URIs of endpoints: a URI that it cannot resolve is skipped."""

    def __init__(self, resolver: _Resolving) -> None:
        self._resolver = resolver

    async def resolve(self, did: str, /) -> Mapping[str, Any] | None:
        """Return the document of the DID; None where the resolver does not support the DID."""
        return await self._resolver.resolve(did) if await self._resolver.is_resolvable(did) else None


@contextmanager
def translate_errors(error: type[Exception], *misuse: type[Exception]) -> Generator[None]:
    """Raise the exception of the original for exceptions of the core, and for those in `misuse`."""
    kinds: tuple[type[Exception], ...] = (DIDCommError, *misuse)
    try:
        yield
    except kinds as refused:
        raise error(str(refused)) from refused


async def layer_keys(
    resolver: DIDResolver, secrets: "Secrets[Any]", to: str, frm: str | None
) -> tuple[list[NamedKey], str | None]:
    """Return the keys of the recipient on one curve, and the kid of the sender's key on it with a secret."""
    operation = _core.choose_layer_keys(to, frm, _CURVES, _empty_context())
    keys: tuple[list[NamedKey], str | None] = await drive(
        operation, ResolversConfig(secrets_resolver=secrets, did_resolver=resolver)
    )
    return keys


async def agreement_key(resolver: DIDResolver, kid: str) -> NamedKey:
    """Return the key with that kid, which its DID document lists under `keyAgreement`."""
    operation = _core.choose_layer_keys(kid, None, _CURVES, _empty_context())
    keys: tuple[list[NamedKey], None] = await drive(operation, _without_own_dids(resolver))
    return keys[0][0]


async def encrypt(plaintext: bytes, recipients: list[NamedKey], sender: tuple[str, Held] | None) -> bytes:
    """Encrypt bytes in one layer: authcrypt with a sender, anoncrypt without."""
    text: str = await drive(_core.encrypt_layer(plaintext, recipients, sender, _ENC), _NO_PARTY)
    return text.encode()


async def decrypt(packed: str | bytes, recipient: tuple[str, Held], sender: NamedKey | None) -> bytes:
    """Decrypt the bytes in one layer with this key and, in authcrypt, with the sender's key."""
    raw: bytes = await drive(_core.decrypt_layer(packed, recipient, sender, _LIMITS), _NO_PARTY)
    return raw


async def check_claims(resolver: DIDResolver, claims: Mapping[str, Any], sender: str | None) -> None:
    """Raise an exception for a `from` that is not the sender's, and for an unproved `from_prior`."""
    operation = _core.check_claims({**_EMPTY, **claims}, sender, _empty_context())
    await drive(operation, _without_own_dids(resolver))


async def routes(resolver: _Resolving, to: str) -> list[Route]:
    """Return the routes to the DID, the preferred first; at least one."""
    found: list[Route] = await drive(
        _core.find_routes(to, _empty_context()), _without_own_dids(_Endpoints(resolver))
    )
    return found


def _without_own_dids(resolver: DIDResolver) -> ResolversConfig:
    return ResolversConfig(secrets_resolver=_NO_PARTY.secrets_resolver, did_resolver=resolver)
