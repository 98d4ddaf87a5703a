"""`DIDCommMessaging`: secrets and a resolver, and the operations on them."""

from collections.abc import Callable
from typing import Any, Self

from pydidcomm._core import InMemorySecrets, LocalResolver
from pydidcomm._driver.event_loop import is_awaitable
from pydidcomm._party.dids import Dids
from pydidcomm._party.forwarding import Forwarding
from pydidcomm._party.relationships import Relationships
from pydidcomm._party.signing import Signing
from pydidcomm._party.unpacking import Unpacking
from pydidcomm.config import ResolversConfig
from pydidcomm.replay import ReplayWindow
from pydidcomm.resolvers import DIDResolver, SecretsResolver
from pydidcomm.resolvers._composite import iterate_nested

__all__ = ["DIDCommMessaging"]


class DIDCommMessaging(Relationships, Unpacking, Signing, Forwarding, Dids):
    """A party that packs and unpacks messages with its secrets and its resolver.

    Args:
        secrets: Finds the private keys of the party; None for an empty `InMemorySecrets`.
        resolver: Resolves DIDs; None for a `LocalResolver`, which resolves did:key, did:jwk and did:peer.
            With a store of `pydidcomm.secrets`, None stands for a resolver that stores the long forms of
            did:peer there, so that short forms resolve after a restart.
        clock: Returns the time in seconds since the epoch; None for `time.time`.
        replay_window: Refuses a message that was unpacked before, for instance an `InMemoryReplayWindow`;
            None for no replay protection.
        remember_peers: Whether private keys in this process cache their static-static secrets with the keys
            of peers, and whether JWKs of the secrets resolver stay parsed; see `ResolversConfig`.
        max_document_entries: The most entries of lists that a DID document may have; None for 4096.
        max_concurrency: The most requests to resolvers in progress at the same time in `pack_many` and
            `unpack_many`.

    Raises:
        TypeError: `secrets`, `resolver`, `clock` or `replay_window` lacks a method that it needs.
        ValueError: `max_document_entries` is negative, or `max_concurrency` is less than one.

    Example:
        >>> import asyncio
        >>> from pydidcomm import DIDCommMessaging, Message
        >>> async def main():
        ...     alice, bob = DIDCommMessaging(), DIDCommMessaging()
        ...     alice_did, bob_did = await alice.create_peer_did(), await bob.create_peer_did()
        ...     hello = Message(type="https://example.org/greeting/1.0/hello", body={"msg": "Hi Bob"})
        ...     packed = await alice.pack(hello, to=bob_did, frm=alice_did)
        ...     received = await bob.unpack(packed.message)
        ...     return received.message.body["msg"], received.sender == alice_did
        >>> asyncio.run(main())
        ('Hi Bob', True)
    """

    def __init__(  # noqa: PLR0913, all but the first two are named
        self,
        secrets: SecretsResolver | None = None,
        resolver: DIDResolver | None = None,
        *,
        clock: Callable[[], float] | None = None,
        replay_window: ReplayWindow | None = None,
        remember_peers: bool = True,
        max_document_entries: int | None = None,
        max_concurrency: int = 64,
    ) -> None:
        self.resolvers_config = ResolversConfig(
            secrets_resolver=InMemorySecrets() if secrets is None else secrets,
            did_resolver=default_resolver(secrets) if resolver is None else resolver,
            clock=clock,
            replay_window=replay_window,
            remember_peers=remember_peers,
            max_document_entries=max_document_entries,
            max_concurrency=max_concurrency,
        )

    async def __aenter__(self) -> Self:
        """Return the party; it is closed at the end of the block."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close the resolvers, the secrets and the replay window; see `aclose`."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the resolvers, the secrets and the replay window, where they have a method `aclose`.

        The party itself has nothing to close. Each object is closed once, even if closing another one fails.

        Raises:
            Exception: The exception of the first `aclose` that failed.

        Example:
            >>> import asyncio
            >>> from pydidcomm import DIDCommMessaging
            >>> async def main():
            ...     async with DIDCommMessaging() as party:
            ...         return await party.create_peer_did()
            >>> asyncio.run(main()).startswith("did:peer:2")
            True
        """
        failed: Exception | None = None
        for one in collect_resources(self.resolvers_config):
            try:
                if hasattr(one, "aclose"):
                    closed: Any = one.aclose()
                    if is_awaitable(closed):
                        await closed
            except Exception as error:  # noqa: BLE001, the others are closed first
                failed = failed or error
        if failed is not None:
            raise failed


def default_resolver(secrets: SecretsResolver | None) -> DIDResolver:
    """Return the resolver of a party by default: that of its store of secrets, or a `LocalResolver`."""
    stored = getattr(secrets, "did_resolver", None)
    resolver: DIDResolver = LocalResolver() if stored is None else stored()
    return resolver


def collect_resources(resolvers: ResolversConfig) -> list[Any]:
    """Return what `aclose` closes, each once: all resolvers, the secrets and the replay window."""
    behind = iterate_nested(resolvers.did_resolver)
    each: list[Any] = [*behind, resolvers.secrets_resolver, resolvers.replay_window]
    return list({id(one): one for one in each if one is not None}.values())
