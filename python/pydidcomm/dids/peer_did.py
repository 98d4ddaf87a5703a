"""Create did:peer DIDs, and store their secrets."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from pydidcomm import _core
from pydidcomm._checks import check_list
from pydidcomm._core import LocalResolver, Secret
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm._shown import describe
from pydidcomm.dids import _new_dids
from pydidcomm.resolvers import KeyMaker, NewKey, SecretsStore
from pydidcomm.resolvers.making import maker_of

__all__ = ["PeerMethod", "create_peer_did"]

PeerMethod: TypeAlias = Literal[0, 1, 2, 3, 4]
"""The numalgo of a did:peer: one key, a genesis document, keys and services, their hash, a document."""

_VERIFY_ONLY = ("P-384", "P-521")
"""Curves whose signatures are verified but not created, since recipients need not support them."""

_MOST_KEYS = 1000
"""The most keys of one kind on each curve: a did:peer with more is longer than any DID that is read."""

_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d+(/|$))"
"""The scheme of a URI; a name followed by a port is not one."""

_NOT_IN_A_URI = r"[\s\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""White space, control characters and bidi formatting; the core ignores endpoints with these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PeerDid:
    """The contents of a new did:peer; see `create_peer_did`.

    Attributes:
        auth_keys_count: How many keys sign, on each of `auth_curves`.
        agreement_keys_count: How many keys messages are encrypted to, on each of `agreement_curves`.
        method: The numalgo of the did:peer.
        auth_curves: The curves of the keys that sign.
        agreement_curves: The curves of the keys for agreement.
        service_endpoint: The URI or DID at which messages are received; None for no endpoint.
        routing_keys: The keys of the mediators, the outermost first.
        accept: The media type profiles, the preferred first.
        services: Further services.
    """

    auth_keys_count: int
    agreement_keys_count: int
    method: PeerMethod
    auth_curves: Sequence[str]
    agreement_curves: Sequence[str]
    service_endpoint: str | None
    routing_keys: Sequence[str]
    accept: Sequence[str]
    services: Sequence[Mapping[str, Any]]

    def create(self, resolver: LocalResolver | None) -> tuple[str, list[Secret], str]:
        """Returns the new DID, its secrets, and what a resolver stores once the secrets are stored."""
        self._check(resolver)
        agreement = _secrets(self.agreement_curves, self.agreement_keys_count)
        authentication = _secrets(self.auth_curves, self.auth_keys_count)
        if self.method == 0:
            # its single key has both uses where the curve allows them
            agreement, authentication = ([], authentication[:1]) if authentication else (agreement[:1], [])
        did, secrets, known = _core.encode_peer_did(self.method, agreement, authentication, self._services())
        return did, secrets, known or did

    def wanted(self, resolver: LocalResolver | None) -> _new_dids.Wanted:
        """Returns the curve and the use of each key that a `KeyMaker` must generate."""
        self._check(resolver)
        if self.method == 0:
            curves = (self.auth_keys_count and self.auth_curves) or self.agreement_curves
            return [(curve, "agreement" if curve == "X25519" else "both") for curve in curves[:1]]
        agreement = [curve for curve in self.agreement_curves for _ in range(self.agreement_keys_count)]
        authentication = [curve for curve in self.auth_curves for _ in range(self.auth_keys_count)]
        return [
            *((curve, "agreement") for curve in agreement),
            *((curve, "authentication") for curve in authentication),
        ]

    def encode(self, wanted: _new_dids.Wanted, keys: Sequence[NewKey]) -> _new_dids.MadeDid:
        """Returns the new DID of keys that a `KeyMaker` generated."""
        return _new_dids.peer_did(self.method, wanted, keys, self._services())

    def _check(self, resolver: LocalResolver | None) -> None:
        """Raises an exception for contents that the method does not allow, or that are unusable."""
        self._check_counts()
        if self.method in (1, 3) and resolver is None:
            message = (
                f"`resolver` must be given for `method={self.method}`, got None: the DID is only a hash, and "
                "the resolver stores its document"
            )
            raise ValueError(message)
        for name in ("auth_curves", "agreement_curves", "routing_keys", "accept"):
            check_list(name, getattr(self, name), str)
        check_list("services", self.services, Mapping, "dict")
        # the single key of a did:peer:0 agrees where its curve does not sign
        for curve in self.auth_curves if self.auth_keys_count and self.method != 0 else ():
            if curve in _VERIFY_ONLY:
                message = f"`auth_curves` must be Ed25519, P-256 or secp256k1, got {curve}: it does not sign"
                raise ValueError(message)
        several = max(self.auth_keys_count, self.agreement_keys_count) > 1
        if self.method == 0 and (several or len(self.auth_curves) > 1 or len(self.agreement_curves) > 1):
            message = "`method=0` must have one key on one curve: use `method=2` for several keys or curves"
            raise ValueError(message)
        check_endpoint("`service_endpoint`", self.service_endpoint)
        for service in self.services:
            endpoint = _members(service).get("serviceEndpoint")
            uri = _members(endpoint).get("uri", endpoint)
            check_endpoint("`uri` of a service", uri if isinstance(uri, str) else None)

    def _check_counts(self) -> None:
        for name in ("auth_keys_count", "agreement_keys_count"):
            count = getattr(self, name)
            if not isinstance(count, int) or isinstance(count, bool):
                message = f"`{name}` must be an int, got {type(count).__name__}"
                raise TypeError(message)
            if count > _MOST_KEYS:
                message = f"`{name}` must be at most {_MOST_KEYS}, got {count}"
                raise ValueError(message)
        if self.auth_keys_count < 0 or self.agreement_keys_count < 1:
            message = (
                "`auth_keys_count` must be at least 0 and `agreement_keys_count` at least 1, got "
                f"{self.auth_keys_count} and {self.agreement_keys_count}"
            )
            raise ValueError(message)

    def _services(self) -> list[Mapping[str, Any]]:
        if self.service_endpoint is None:
            return [*self.services]
        endpoint: dict[str, Any] = {"uri": self.service_endpoint, "accept": list(self.accept)}
        if self.routing_keys:
            endpoint["routingKeys"] = list(self.routing_keys)
        return [{"type": "DIDCommMessaging", "serviceEndpoint": endpoint}, *self.services]


def _members(value: object) -> Mapping[str, Any]:
    """Return the members of a JSON object; none for any other value, since callers may pass one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def check_endpoint(name: str, uri: object) -> None:
    """Raises an exception for an endpoint that is neither a URI with a scheme nor a DID."""
    if uri is None:
        return
    if not isinstance(uri, str):
        message = f"{name} must be a str, got {type(uri).__name__}"
        raise TypeError(message)
    if not re.match(_SCHEME, uri) or re.search(_NOT_IN_A_URI, uri):
        message = f"{name} must be a URI with a scheme, or a DID, got {describe(uri)}; write 'https://...'"
        raise ValueError(message)


def _secrets(curves: Sequence[str], count: int) -> list[Secret]:
    # the DID contains its keys, so the kids follow later
    return [Secret.generate(curve) for curve in curves for _ in range(count)]


def remember(resolver: LocalResolver | None, method: PeerMethod, known: str) -> None:
    """Stores the document of a new DID in the resolver, after its secrets are stored."""
    if resolver is None:
        return
    match method:
        case 0:
            return
        case 1:
            resolver.remember_genesis(known)
        case 2:
            # it contains its document; its did:peer:3 resolves while that is in the cache
            resolver.resolve(known)
        case 3 | 4:
            resolver.remember(known)


async def store_secrets(secrets: SecretsStore, created: Sequence[Secret]) -> None:
    """Stores new secrets: in one call of `add_keys` where the store has it, otherwise one by one."""
    add_keys = getattr(secrets, "add_keys", None)
    stored: Iterable[Any] = [add_keys(created)] if add_keys is not None else map(secrets.add_key, created)
    for done in stored:
        if is_awaitable(done):
            await done


async def make_keys(secrets: KeyMaker, wanted: _new_dids.Wanted) -> list[NewKey]:
    """Lets the store generate the keys, and returns them in the order of `wanted`."""
    keys: list[NewKey] = []
    for curve, use in wanted:
        key: Any = secrets.make_key(curve, use)
        keys.append(await key if is_awaitable(key) else key)
    return keys


async def store_keys(secrets: KeyMaker, new: _new_dids.MadeDid) -> str:
    """Stores the keys of a new DID, and returns the DID."""
    done: Any = secrets.store_did(new.did, new.keys, new.long_forms)
    if is_awaitable(done):
        await done
    return new.did


async def create_peer_did(  # noqa: PLR0913, all but the counts are named
    secrets: SecretsStore | KeyMaker,
    auth_keys_count: int = 1,
    agreement_keys_count: int = 1,
    *,
    method: PeerMethod = 2,
    auth_curves: Sequence[str] = ("Ed25519",),
    agreement_curves: Sequence[str] = ("X25519",),
    service_endpoint: str | None = None,
    routing_keys: Sequence[str] = (),
    accept: Sequence[str] = ("didcomm/v2",),
    services: Sequence[Mapping[str, Any]] = (),
    resolver: LocalResolver | None = None,
) -> str:
    """Create a did:peer, and store its secrets.

    Keys for agreement come first, then the keys that sign: `#key-1`, `#key-2` and so on. Method 2 is that of
    the tutorial. Method 4 returns the long form and has a short form too; the kids of its secrets have the
    short form, and are found by both. Method 0 is one key without a service. Methods 1 and 3 are only hashes:
    the resolver of the peer must store what `resolver.known(did)` returns.

    Args:
        secrets: The store of the new secrets, which are stored in one call of `add_keys` where it has this
            method, before the DID is returned. A `KeyMaker` generates them itself, and stores them in one
            call of `store_did`.
        auth_keys_count: How many keys sign, on each of `auth_curves`.
        agreement_keys_count: How many keys messages are encrypted to, on each of `agreement_curves`; at
            least one.
        method: The numalgo of the did:peer, 0 to 4.
        auth_curves: The curves of the keys that sign; method 0 has one key, on the first of them.
        agreement_curves: The curves of the keys for agreement; method 0 has one key, on the first of them
            if `auth_keys_count` is 0.
        service_endpoint: The URI at which messages are received, or the DID of a mediator; None for no
            endpoint.
        routing_keys: The keys of the mediators of `service_endpoint`, the outermost first.
        accept: The media type profiles of `service_endpoint`, the preferred first.
        services: Further services, each as a DID document has it: `type`, `serviceEndpoint`, optionally `id`.
        resolver: Stores the document, so that a short form resolves too; required for methods 1 and 3.

    Raises:
        TypeError: An argument has another type; a `str` is not a sequence.
        ValueError: A count, a curve or an endpoint is not allowed, or the method does not support the
            combination.
        UnsupportedError: A curve or the method is not supported.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, create_peer_did
        >>> secrets = InMemorySecrets()
        >>> did = asyncio.run(create_peer_did(secrets, service_endpoint="https://example.com/alice"))
        >>> did.startswith("did:peer:2.Ez6LS"), len(secrets)
        (True, 2)
    """
    plan = PeerDid(
        auth_keys_count=auth_keys_count,
        agreement_keys_count=agreement_keys_count,
        method=method,
        auth_curves=auth_curves,
        agreement_curves=agreement_curves,
        service_endpoint=service_endpoint,
        routing_keys=routing_keys,
        accept=accept,
        services=services,
    )
    maker = maker_of(secrets)
    if maker is not None:
        wanted = plan.wanted(resolver)
        new = plan.encode(wanted, await make_keys(maker, wanted))
        did = await store_keys(maker, new)
        remember(resolver, method, new.known)
        return did
    did, created, known = plan.create(resolver)
    await store_secrets(cast("SecretsStore", secrets), created)
    remember(resolver, method, known)
    return did
