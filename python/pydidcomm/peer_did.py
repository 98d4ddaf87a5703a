"""Creation of did:peer DIDs, whose secrets land in a store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydidcomm import _core
from pydidcomm._core import LocalResolver, Secret
from pydidcomm.resolvers import SecretsStore

PeerMethod: TypeAlias = Literal[0, 1, 2, 3, 4]
"""A method of did:peer: one key, a genesis document, keys and services, the hash of these, a document."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PeerDid:
    """What a new did:peer is made of; see `create_peer_did`.

    Attributes:
        auth_keys_count: How many keys sign, on each of `auth_curves`.
        agreement_keys_count: How many keys messages are encrypted to, on each of `agreement_curves`.
        method: Which did:peer it is.
        auth_curves: The curves of the keys that sign.
        agreement_curves: The curves of the keys for agreement.
        service_endpoint: Where it takes messages.
        routing_keys: The keys of mediators to wrap for, the outermost first.
        accept: The profiles taken, most preferred first.
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

    def create(self, resolver: LocalResolver | None) -> tuple[str, list[Secret]]:
        """The new DID and its secrets, which nobody keeps yet."""
        if self.auth_keys_count < 0 or self.agreement_keys_count < 1:
            message = "a did:peer that receives messages has at least one key for agreement"
            raise ValueError(message)
        if self.method in (1, 3) and resolver is None:
            message = f"a did:peer:{self.method} is only a hash: a resolver has to remember what of"
            raise ValueError(message)
        agreement = _secrets(self.agreement_curves, self.agreement_keys_count)
        authentication = _secrets(self.auth_curves, self.auth_keys_count)
        if self.method == 0:
            # its one key does both where the curve allows it
            agreement, authentication = ([], authentication[:1]) if authentication else (agreement[:1], [])
        did, secrets, known = _core.encode_peer_did(self.method, agreement, authentication, self._services())
        if resolver is not None:
            _remember(resolver, self.method, known or did)
        return did, secrets

    def _services(self) -> list[Mapping[str, Any]]:
        if self.service_endpoint is None:
            return [*self.services]
        endpoint: dict[str, Any] = {"uri": self.service_endpoint, "accept": list(self.accept)}
        if self.routing_keys:
            endpoint["routingKeys"] = list(self.routing_keys)
        return [{"type": "DIDCommMessaging", "serviceEndpoint": endpoint}, *self.services]


def _secrets(curves: Sequence[str], count: int) -> list[Secret]:
    # the DID is made of its keys, so a key is named after the DID is known
    return [Secret.generate(curve) for curve in curves for _ in range(count)]


def _remember(resolver: LocalResolver, method: PeerMethod, known: str) -> None:
    if method == 1:
        resolver.remember_genesis(known)
    elif method == 2:  # noqa: PLR2004, the number of a method
        # it carries its document; its did:peer:3 resolves while that is in the cache
        resolver.resolve(known)
    elif method != 0:
        resolver.remember(known)


async def kept(secrets: SecretsStore, created: Sequence[Secret]) -> None:
    """Keeps new secrets, in whatever way the store takes them."""
    for secret in created:
        done: Any = secrets.add_key(secret)
        if hasattr(done, "__await__"):
            await done


async def create_peer_did(  # noqa: PLR0913, all but the counts are named
    secrets: SecretsStore,
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
    """A new did:peer, its secrets kept in the store.

    Keys for agreement come first, those that sign follow: `#key-1`, `#key-2` and so on. Of the methods, 2
    is that of the tutorial; 4 has a short form beside the long one that is returned, and its secrets are
    named in the short form, which finds them by either; 0 is one key without a service. Methods 1 and 3 are
    only hashes: whoever is to resolve such a DID has to remember what `resolver.known(did)` says of it.

    Args:
        secrets: Takes the new secrets.
        auth_keys_count: How many keys sign, on each of `auth_curves`.
        agreement_keys_count: How many keys messages are encrypted to, on each of `agreement_curves`; at
            least one.
        method: What the DID consists of.
        auth_curves: The curves of the keys that sign; method 0 takes one key on the first of them.
        agreement_curves: The curves of the keys for agreement; method 0 takes one key on the first of them
            where no key is to sign.
        service_endpoint: The URI that takes messages, or the DID of a mediator; None for no service.
        routing_keys: The keys of mediators to wrap for, the outermost first.
        accept: The profiles taken, most preferred first.
        services: Further services, each as a DID document shows it: `type`, `serviceEndpoint`, perhaps `id`.
        resolver: Remembers the DID, so that its short form resolves too; methods 1 and 3 need one.

    Raises:
        ValueError: There would be no key to encrypt to, a curve does not fit its purpose, or the method has
            no room for what was asked.
        UnsupportedError: A curve or a method is not on offer.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, create_peer_did
        >>> secrets = InMemorySecrets()
        >>> did = asyncio.run(create_peer_did(secrets, service_endpoint="https://example.com/alice"))
        >>> did.startswith("did:peer:2.Ez6LS"), len(secrets)
        (True, 2)
    """
    did, created = PeerDid(
        auth_keys_count=auth_keys_count,
        agreement_keys_count=agreement_keys_count,
        method=method,
        auth_curves=auth_curves,
        agreement_curves=agreement_curves,
        service_endpoint=service_endpoint,
        routing_keys=routing_keys,
        accept=accept,
        services=services,
    ).create(resolver)
    await kept(secrets, created)
    return did
