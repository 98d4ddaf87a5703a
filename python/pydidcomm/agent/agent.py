"""`Agent`: invites, answers, remembers, and loses nothing."""

import os
import signal
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from types import TracebackType
from typing import Any, Self

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from pydidcomm import DIDResolver
from pydidcomm.agent.application import Application
from pydidcomm.agent.directory import Directory
from pydidcomm.agent.limits import Limits
from pydidcomm.agent.outbox import Transport
from pydidcomm.agent.router import Router
from pydidcomm.agent.running import Running
from pydidcomm.agent.server import bound, serving
from pydidcomm.dids.peer_did import check_endpoint
from pydidcomm.protocols import Event, Protocol, Protocols
from pydidcomm.protocols.acknowledgment import EmptyMessage
from pydidcomm.protocols.discover_features import DiscoverFeatures, Feature, features_of
from pydidcomm.protocols.error_limit import ReportProblem
from pydidcomm.protocols.trust_ping import TrustPing
from pydidcomm.stores import ClaimingStore, InboxItem, Page, Store
from pydidcomm.transports.http import HttpTransport

__all__ = ["Agent", "until_signal"]


class Agent(Directory, Router):
    """An agent: handlers and protocols, a store, a way in and a way out.

    Handlers are registered with `on`, before or while it runs. A program enters it with `async with`, or lets
    it run with `run`. It runs on asyncio and on trio. What it has accepted is stored before the sender gets
    2xx, and what it sends is stored before it is sent; both go on after a restart.

    Args:
        store: A store, or the path of an encrypted file or the URL of a PostgreSQL database, which the agent
            opens and closes (extra `askar`). A file is for one agent at a time, and a
            second one does not start; `AskarStore.open(..., shared=True)` is for several.
        passphrase: Opens the file or the database.
        raw_key: The same, without the half second that a passphrase takes.
        listen: Where it serves, for instance `http://127.0.0.1:8040/didcomm`; None to mount `app` instead.
        endpoint: The URL at which peers reach it; by default that of `listen`.
        protocols: What it speaks in addition to its handlers, empty messages and problem reports; by default
            trust ping.
        resolver: Finds DID documents; by default those that need no network.
        transport: Sends messages; by default an `HttpTransport`.
        allow: Networks that the default transport may connect to although they are not public.
        accept_any_type: Whether a message is taken whatever its `Content-Type`; some peers send `text/plain`.
        accept_profiles: Forms of messages that are read although DIDComm v2.1 refuses them: "veramo", see
            `UnpackConfig`. A peer that writes in it is written to in it.
        limits: The bounds.
        clock: The time, in seconds since the epoch.
        worker: The name of this process among those that use one store, the same after a restart, so that it
            goes on at once with what it has claimed. By default a random one: after a kill its messages wait
            for 15 seconds.

    Raises:
        ValueError: `endpoint` is not a URI.

    Example:
        >>> import asyncio
        >>> from pydidcomm.agent import Agent
        >>> from pydidcomm.protocols.basic_message import Text
        >>> from pydidcomm.stores import MemoryStore
        >>> def agent():
        ...     return Agent(MemoryStore(), listen="http://127.0.0.1:0/didcomm", allow=["127.0.0.1/32"])
        >>> alice, bob = agent(), agent()
        >>> @bob.on
        ... async def hear(text: Text) -> Text:
        ...     return Text(content=f"you said {text.content}")
        >>> async def main():
        ...     async with alice, bob:
        ...         invitation = await bob.invite(goal="Let us talk")
        ...         friend = await alice.accept(invitation.url)
        ...         return (await friend.request(Text(content="hi"), answer=Text)).content
        >>> asyncio.run(main())
        'you said hi'
    """

    def __init__(  # noqa: PLR0913, all but the first are named
        self,
        store: Store | str | os.PathLike[str],
        *,
        passphrase: str | None = None,
        raw_key: str | None = None,
        listen: str | None = None,
        endpoint: str | None = None,
        protocols: Iterable[Protocol] | None = None,
        resolver: DIDResolver | None = None,
        transport: Transport | None = None,
        allow: Sequence[str] = (),
        accept_any_type: bool = False,
        accept_profiles: Sequence[str] = (),
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
        worker: str | None = None,
    ) -> None:
        super().__init__()
        check_endpoint("`endpoint`", endpoint)
        self._store = store
        self._passphrase = passphrase
        self._raw_key = raw_key
        self._listen = listen
        self._endpoint = endpoint
        self._protocols = Protocols([TrustPing()] if protocols is None else protocols)
        for protocol in (EmptyMessage(), ReportProblem()):
            # the agent itself sends and receives these
            if self._protocols.find(f"{protocol.piuri}/x") is None:
                self._protocols.add(protocol)
        for one in self._protocols:
            if isinstance(one, DiscoverFeatures):
                one.disclose_by_default(self._features)
        self._resolver = resolver
        self._transport = transport
        self._allow = tuple(allow)
        self._accept_any_type = accept_any_type
        self._accept_profiles = tuple(accept_profiles)
        self._limits = limits or Limits()
        self._clock = clock
        self._worker = worker
        self._running: Running | None = None
        self._app = Application(self, lambda: None if self._running is None else self._running.app)
        self._block: AsyncExitStack | None = None

    async def __aenter__(self) -> Self:
        """Open the store, make a DID on the first run, serve, and go on with what was left.

        Raises:
            RuntimeError: It runs already.
            OSError: The address of `listen` is in use.
            StoreUnavailableError: The store cannot be opened, or another agent uses it.
        """
        if self._block is not None:
            problem = "the agent runs already"
            raise RuntimeError(problem)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._run())
            self._block = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        frames: TracebackType | None,
    ) -> bool | None:
        """Stop: requests under way are finished, handlers are cancelled, and run again at the next start."""
        block, self._block = self._block, None
        return None if block is None else await block.__aexit__(kind, error, frames)

    @asynccontextmanager
    async def _run(self) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(self._opened_store())
            if isinstance(store, ClaimingStore):
                await store.occupy()
            transport = self._transport
            if transport is None:
                # the outbox has its own pauses between attempts
                transport = await stack.enter_async_context(HttpTransport(rounds=1, allow=self._allow))
            listener, endpoint = None, self._endpoint
            if self._listen is not None:
                listener, here = bound(self._listen)
                stack.callback(listener.close)
                endpoint = endpoint or here
            running = Running(
                store=store,
                router=self._router,
                protocols=self._protocols,
                resolver=self._resolver,
                transport=transport,
                allow=self._allow,
                accept_any_type=self._accept_any_type,
                accept_profiles=self._accept_profiles,
                endpoint=endpoint,
                limits=self._limits,
                clock=self._clock,
                worker=self._worker,
            )
            await stack.enter_async_context(running.tasks())
            self._running = running
            stack.callback(self._stopped)
            if listener is not None:
                await stack.enter_async_context(serving(running.app, listener))
            yield

    def _features(self) -> list[Feature]:
        """The protocols of the agent, and those of its handlers."""
        known = features_of(self._protocols)
        others = self._router.piuris - {feature.id for feature in known}
        return [*known, *(Feature("protocol", piuri) for piuri in sorted(others))]

    @property
    def _router(self) -> Router:
        """The handlers."""
        return self

    def _stopped(self) -> None:
        self._running = None

    def _opened_store(self) -> AbstractAsyncContextManager[Store]:
        if isinstance(self._store, str | os.PathLike):
            from pydidcomm.stores.askar import AskarStore  # noqa: PLC0415, the extra `askar`

            return AskarStore.open(self._store, passphrase=self._passphrase, raw_key=self._raw_key)
        return nullcontext(self._store)

    @property
    def app(self) -> Application:
        """The ASGI application.

        A server that calls it itself, as `uvicorn program:agent.app`, starts and stops the agent. Where it is
        mounted, the program enters the agent in its own lifespan; outside of it, requests get 503.
        """
        return self._app

    @property
    def endpoint(self) -> str | None:
        """The URL at which peers reach the agent; None for none."""
        return self._current.endpoint

    async def mediate(self, did: str, *, invitation: str | None = None) -> None:
        """Let a mediator receive for the DIDs that are made from now on, and fetch what it keeps.

        Coordinate mediation 3.0 or else 2.0 asks for it and registers each new DID; message pickup 3.0 or
        else 4.0 fetches, live where the mediator has a WebSocket endpoint. An envelope is acknowledged to the
        mediator once it is stored. The mediator is remembered: the next start connects to it by itself. A DID
        that rotation has replaced is taken off its list after `Limits.replaced_seconds`.

        Args:
            did: The mediator.
            invitation: The id of the mediator's invitation, where it admits only those that answer one.

        Raises:
            MediationError: The mediator denies it.
            DeliveryError: The mediator cannot be reached.
        """
        await self._current.mediators.add(did, invitation)

    async def unmediate(self, did: str) -> bool:
        """End mediation: fetch what waits, take our DIDs off the mediator's list, and forget the mediator.

        Peers do not reach DIDs that were made behind it any more: rotate those of relationships before, which
        go on behind another mediator or at the endpoint of the agent. It ends also where the mediator cannot
        be reached.

        Args:
            did: The mediator.

        Returns:
            Whether it was a mediator of the agent.
        """
        return await self._current.mediators.remove(did)

    @property
    def mediators(self) -> list[str]:
        """The DIDs of the mediators; the last one receives for new DIDs of the agent."""
        return self._current.mediators.dids

    async def export(self, *, private_keys: bool = False) -> dict[str, Any]:
        """The relationships of the agent, as an object for `json.dumps`.

        It holds: relationships, with the DIDs of both sides, those before rotations, labels, profiles and
        rotations that are not confirmed; invitations; the public DIDs; the mediators, and which DIDs they
        receive for. It holds neither messages that wait, nor the states of threads, nor records of the
        program: a request under way is sent again by its program. A reader of it learns the peers; with
        `private_keys` the reader can act as the agent.

        Args:
            private_keys: Whether it also holds the private keys of our DIDs, as JWKs. Without them it is of
                use where the keys are there already, for instance in an HSM.

        Raises:
            SecretNotFoundError: The private key of a DID is not in the store.
            ValueError: A private key cannot leave its store.
        """
        return await self._current.export(private_keys=private_keys)

    async def restore(self, export: Mapping[str, Any]) -> int:
        """Take over the relationships of another store, and connect to its mediators.

        Keys come first, then the relationships; what is in the store already is left as it is, so that it can
        be called again. Two agents must not go on with the same relationships.

        Args:
            export: What `export` returned.

        Returns:
            How many relationships are new.

        Raises:
            ValueError: `export` is not an export, or has an entry that is not one. Nothing is stored then.
            TypeError: It is not an object, or holds private keys, and the secrets of the store take none.
        """
        return await self._current.restore(export)

    def events(self) -> AbstractAsyncContextManager[MemoryObjectReceiveStream[Event]]:
        """What happens from now on, as `async with agent.events() as stream: async for event in stream`.

        Names: those of protocols, "relationship", "rotated", "confirmed", "ended", "sent", "unconfirmed",
        "failed", "acknowledged", "parked", "loop". A listener that falls behind by more than 1024 events
        loses the newest.
        """
        return self._current.services.events.listen()

    async def parked(self, after: str | None = None, limit: int = 100) -> Page[InboxItem]:
        """The messages whose handlers failed, until `replay` gives them to the handlers again.

        Args:
            after: The `after` of the page before.
            limit: The most messages.
        """
        return await self._current.services.store.parked(after, limit)

    async def replay(self, key: str) -> bool:
        """Give a parked message to its handler again; returns whether there was one.

        Args:
            key: The `key` of the message.
        """
        return await self._current.replay(key)

    def run(self, *, backend: str = "asyncio") -> None:
        """Run until SIGINT or SIGTERM, for a program that does nothing else.

        Args:
            backend: "asyncio", or "trio", where `listen` needs the extra `trio`.
        """
        anyio.run(until_signal, self, backend=backend)


async def until_signal(block: AbstractAsyncContextManager[object]) -> None:
    """Run a block until SIGINT or SIGTERM.

    Args:
        block: The agent.
    """
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with block:
            async for _ in signals:
                return
