"""`Agent`: handlers, relationships, a durable inbox and outbox."""

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
from pydidcomm.agent.profiles import Profile
from pydidcomm.agent.router import Router
from pydidcomm.agent.running import Running
from pydidcomm.agent.server import bound, serve_app
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
    """DIDComm agent: handlers and protocols, a store, a server and a transport.

    Handlers are registered with `on`, before or while the agent runs. `async with agent:` runs it for a
    block, `run` until a signal. It runs on asyncio and on trio. A message is stored before its sender gets
    2xx, and before it is sent; after a restart the agent continues with what is in the store.

    Args:
        store: A store, or the path of an encrypted file or the URL of a PostgreSQL database, which the agent
            opens and closes (extra `askar`). A file serves one agent at a time: a second one fails to start.
            For several processes on one file pass `AskarStore.open(..., shared=True)`.
        passphrase: The passphrase of the file or the database; deriving the key takes half a second.
        raw_key: A raw key in place of the passphrase, see `AskarStore.generate_raw_key`.
        listen: The URL to serve, for instance `http://127.0.0.1:8040/didcomm`;
            None to mount `app` instead.
        endpoint: The URL at which peers reach the agent; by default that of `listen`.
        protocols: The protocols in addition to empty messages and problem reports, which are always present;
            by default trust ping.
        resolver: Resolves DIDs; by default only methods that need no network.
        transport: Sends messages; by default an `HttpTransport`.
        allow: Networks that are not public and may be connected to, for instance `["127.0.0.0/8"]`: by the
            default transport, by WebSockets to mediators, and to fetch a short invitation URL.
        accept_any_type: Whether to accept any `Content-Type`; some peers send `text/plain`.
        accept_profiles: Envelope profiles to accept in addition to DIDComm v2.1: "veramo", see
            `UnpackConfig`. A peer that uses a profile gets its messages in that profile.
        limits: The limits; by default those of `Limits()`.
        clock: Returns the time, in seconds since the epoch.
        worker: The name of this process among those that share a store. With a name that is the same after a
            restart, the process resumes its claimed messages at once; by default the name is random, and
            after a crash these messages wait until their claims expire, after 15 seconds.

    Raises:
        ValueError: `endpoint` is not a URI, or two `protocols` have the same name and major version.
        TypeError: `endpoint` is not a str.

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
        """Open the store, start serving, and resume the messages in the store.

        Raises:
            RuntimeError: The agent runs already.
            OSError: The address of `listen` is in use, or is not one of this machine.
            ValueError: `listen` is not an `http` URL with a port, or not one of `passphrase` and `raw_key` is
                given for a path or URL.
            ImportError: An extra is not installed: `askar` for a path or URL, `trio` for `listen` on trio.
            SecretsLockedError: The passphrase or the raw key is wrong.
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
        """Stop the agent: finish open requests, and cancel handlers, which run again at the next start."""
        block, self._block = self._block, None
        return None if block is None else await block.__aexit__(kind, error, frames)

    @asynccontextmanager
    async def _run(self) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(self._open_store())
            if isinstance(store, ClaimingStore):
                await store.occupy()
            transport = self._transport
            if transport is None:
                # the outbox itself retries, with pauses
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
            stack.callback(self._note_stop)
            if listener is not None:
                await stack.enter_async_context(serve_app(running.app, listener))
            yield

    def _features(self) -> list[Feature]:
        """Return the protocols of the agent, and those of its handlers."""
        known = features_of(self._protocols)
        others = self._router.piuris - {feature.id for feature in known}
        return [*known, *(Feature("protocol", piuri) for piuri in sorted(others))]

    @property
    def _router(self) -> Router:
        """The handlers."""
        return self

    def _note_stop(self) -> None:
        self._running = None

    def _open_store(self) -> AbstractAsyncContextManager[Store]:
        if isinstance(self._store, str | os.PathLike):
            from pydidcomm.stores.askar import AskarStore  # noqa: PLC0415, the extra `askar`

            return AskarStore.open(self._store, passphrase=self._passphrase, raw_key=self._raw_key)
        return nullcontext(self._store)

    @property
    def app(self) -> Application:
        """The ASGI application.

        Served directly, as with `uvicorn program:agent.app`, it starts and stops the agent with the server.
        Mounted into another application, that application must enter the agent in its own lifespan; while the
        agent does not run, requests get 503.
        """
        return self._app

    @property
    def endpoint(self) -> str | None:
        """The URL at which peers reach the agent, or None."""
        return self._current.endpoint

    async def mediate(
        self, did: str, *, invitation: str | None = None, profile: Profile = "didcomm/v2"
    ) -> None:
        """Request mediation: the mediator receives for DIDs created from now on.

        Mediation is requested, and each new DID registered, by Coordinate Mediation 3.0, or 2.0 if the
        mediator does not support 3.0. Messages are fetched by Message Pickup 3.0, or else 4.0, in live mode
        if the mediator has a WebSocket endpoint. An envelope is acknowledged to the mediator once it is
        stored. The mediator is stored: the next start reconnects to it. A DID that was rotated away is
        removed from the mediator's list after `Limits.replaced_seconds`.

        Args:
            did: The DID of the mediator.
            invitation: The message id of the mediator's invitation, if it admits only peers that answer one.
            profile: The envelope profile of the mediator, one of `accept_profiles` of the agent. With
                "veramo" each DID of the agent requests its own messages.

        Raises:
            ValueError: The agent does not accept the profile.
            MediationError: The mediator denies mediation, or violates its protocol.
            DeliveryError: The mediator cannot be reached.
            ResolutionError: The DID of the mediator cannot be resolved.
        """
        if profile != "didcomm/v2":
            await self._current.services.profiles.set(did, profile)
        await self._current.mediators.add(did, invitation)

    async def unmediate(self, did: str) -> bool:
        """End mediation: fetch waiting messages, unregister our DIDs, and forget the mediator.

        DIDs that were created behind the mediator become unreachable. Replace those of relationships with
        `Friend.rotate`: before this call if there is a newer mediator, otherwise after it. Mediation ends
        even if the mediator cannot be reached.

        Args:
            did: The DID of the mediator.

        Returns:
            Whether it was a mediator of the agent.
        """
        return await self._current.mediators.remove(did)

    @property
    def mediators(self) -> list[str]:
        """The DIDs of the mediators; the last one receives for new DIDs of the agent."""
        return self._current.mediators.dids

    async def export(self, *, private_keys: bool = False) -> dict[str, Any]:
        """Return the relationships of the agent, as an object for `json.dumps`.

        The export contains relationships (current and former DIDs of both sides, labels, profiles,
        unconfirmed rotations), invitations, the public DIDs, the mediators and the DIDs that each receives
        for. It does not contain waiting messages, states of threads, or records of the program: the program
        must repeat its open requests. The export identifies the peers; with `private_keys` it allows to act
        as the agent.

        Args:
            private_keys: Whether to include the private keys of our DIDs, as JWKs. An export without them is
                useful if the new store has the keys already, for instance in an HSM.

        Raises:
            SecretNotFoundError: The private key of a DID is not in the store.
            ValueError: A private key is not exportable, for instance because it is in an HSM.
        """
        return await self._current.export(private_keys=private_keys)

    async def restore(self, export: Mapping[str, Any]) -> int:
        """Import the relationships of another store, and connect to its mediators.

        Private keys are stored first, then relationships. Existing entries are not changed, so the call can
        be repeated. Two agents must not use the same relationships.

        Args:
            export: The object that `export` returned.

        Returns:
            The number of relationships that are new.

        Raises:
            ValueError: `export` has another format, or a malformed entry; nothing is stored.
            TypeError: `export` is not an object, or contains private keys and the secrets of the store are
                read-only.
        """
        return await self._current.restore(export)

    def events(self) -> AbstractAsyncContextManager[MemoryObjectReceiveStream[Event]]:
        """Return a stream of the events from now on.

        Use it as `async with agent.events() as stream:` and `async for event in stream`. Names of events are
        those of the protocols and "relationship", "rotated", "confirmed", "ended", "after-the-end", "sent",
        "unconfirmed", "failed", "acknowledged", "parked", "loop". The stream buffers 1024 events; while the
        buffer is full, new events are dropped.
        """
        return self._current.services.events.listen()

    async def parked(self, after: str | None = None, limit: int = 100) -> Page[InboxItem]:
        """Return the parked messages, whose handlers failed `Limits.attempts` times.

        Args:
            after: The `after` of the previous page; None for the first page.
            limit: The maximum number of messages.
        """
        return await self._current.services.store.parked(after, limit)

    async def replay(self, key: str) -> bool:
        """Pass a parked message to its handler again.

        Args:
            key: The `key` of the message.

        Returns:
            Whether a parked message has this key.
        """
        return await self._current.replay(key)

    def run(self, *, backend: str = "asyncio") -> None:
        """Run the agent until SIGINT or SIGTERM, for a program without an event loop.

        Args:
            backend: "asyncio" or "trio"; `listen` on trio needs the extra `trio`.
        """
        anyio.run(until_signal, self, backend=backend)


async def until_signal(block: AbstractAsyncContextManager[object]) -> None:
    """Enter an asynchronous context manager until SIGINT or SIGTERM.

    Args:
        block: The agent.
    """
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with block:
            async for _ in signals:
                return
