"""Creation of did:peer:2 DIDs, whose secrets land in a store."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydidcomm import _core
from pydidcomm._core import Secret
from pydidcomm.resolvers import SecretsStore


def new_peer_did(  # noqa: PLR0913, all but the counts are named
    auth_keys_count: int,
    agreement_keys_count: int,
    *,
    service_endpoint: str | None,
    routing_keys: Sequence[str],
    accept: Sequence[str],
    services: Sequence[Mapping[str, Any]],
) -> tuple[str, list[Secret]]:
    """A new DID and its secrets, which nobody keeps yet."""
    if auth_keys_count < 0 or agreement_keys_count < 1:
        message = "a did:peer:2 that receives messages has at least one key for agreement"
        raise ValueError(message)
    curves = ["X25519"] * agreement_keys_count + ["Ed25519"] * auth_keys_count
    # the DID is made of its keys, so a key is named after the DID is known
    unnamed = [Secret.generate(curve, kid="did:peer:2#unnamed") for curve in curves]
    did = _core.encode_peer_did(unnamed, [*_services(service_endpoint, routing_keys, accept), *services])
    return did, [secret.renamed(f"{did}#key-{place}") for place, secret in enumerate(unnamed, 1)]


def _services(uri: str | None, routing_keys: Sequence[str], accept: Sequence[str]) -> list[dict[str, Any]]:
    if uri is None:
        return []
    endpoint: dict[str, Any] = {"uri": uri, "accept": list(accept)}
    if routing_keys:
        endpoint["routingKeys"] = list(routing_keys)
    return [{"type": "DIDCommMessaging", "serviceEndpoint": endpoint}]


async def create_peer_did(  # noqa: PLR0913, all but the counts are named
    secrets: SecretsStore,
    auth_keys_count: int = 1,
    agreement_keys_count: int = 1,
    *,
    service_endpoint: str | None = None,
    routing_keys: Sequence[str] = (),
    accept: Sequence[str] = ("didcomm/v2",),
    services: Sequence[Mapping[str, Any]] = (),
) -> str:
    """A new did:peer:2, its secrets kept in the store.

    Keys for agreement are X25519 and come first, keys that sign are Ed25519: `#key-1`, `#key-2` and so on.

    Args:
        secrets: Takes the new secrets.
        auth_keys_count: How many keys sign.
        agreement_keys_count: How many keys messages are encrypted to; at least one.
        service_endpoint: The URI that takes messages, or the DID of a mediator; None for no service.
        routing_keys: The keys of mediators to wrap for, the outermost first.
        accept: The profiles taken, most preferred first.
        services: Further services, each as a DID document shows it: `type`, `serviceEndpoint`, perhaps `id`.

    Raises:
        ValueError: There would be no key to encrypt to.

    Example:
        >>> import asyncio
        >>> from pydidcomm import InMemorySecrets, create_peer_did
        >>> secrets = InMemorySecrets()
        >>> did = asyncio.run(create_peer_did(secrets, service_endpoint="https://example.com/alice"))
        >>> did.startswith("did:peer:2.Ez6LS"), len(secrets)
        (True, 2)
    """
    did, created = new_peer_did(
        auth_keys_count,
        agreement_keys_count,
        service_endpoint=service_endpoint,
        routing_keys=routing_keys,
        accept=accept,
        services=services,
    )
    for secret in created:
        kept: Any = secrets.add_key(secret)
        if hasattr(kept, "__await__"):
            await kept
    return did
