"""A running agent: its parts, and the tasks that drive them."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Final

import anyio

from pydidcomm import (
    DeliveryError,
    DIDCommError,
    DIDCommMessaging,
    DIDResolver,
    Packed,
    ReplayedMessageError,
    ResolutionError,
    UnpackConfig,
    UnpackResult,
)
from pydidcomm._failures import FAILURES
from pydidcomm.agent.claims import Claims
from pydidcomm.agent.connections import Watched, while_connected
from pydidcomm.agent.events import Events
from pydidcomm.agent.exchange import export_store, restore_export
from pydidcomm.agent.handling import Handling
from pydidcomm.agent.inbox import BusyError, Inbox
from pydidcomm.agent.lanes import Lanes
from pydidcomm.agent.limits import Limits
from pydidcomm.agent.loops import LoopGuard
from pydidcomm.agent.mediation import Mediation
from pydidcomm.agent.mediators import Mediators
from pydidcomm.agent.outbox import Outbox, Transport
from pydidcomm.agent.profiles import Profiles
from pydidcomm.agent.records import OWN_DID, in_use
from pydidcomm.agent.relationships import Relationships
from pydidcomm.agent.requests import Requests
from pydidcomm.agent.return_routes import ReturnRoutes, connection_of
from pydidcomm.agent.router import Router
from pydidcomm.agent.services import Services
from pydidcomm.agent.turns import Turns, repeat_until_stored
from pydidcomm.protocols import Protocols, Thread
from pydidcomm.secrets import SecretsUnavailableError
from pydidcomm.stores import Done, NoRecord, Record, Store, StoreConflictError, StoreUnavailableError
from pydidcomm.transports.receiver import receiver

__all__ = ["Running"]

LOG: Final = logging.getLogger("pydidcomm.agent")

DEADLINE_SECONDS: Final = 1.0
"""The seconds between two checks for due deadlines, which are whole seconds."""

WAKE_AGAIN_SECONDS: Final = 60
"""The seconds until a deadline is retried after its protocol raised."""

FORGET_SECONDS: Final = 3600.0
"""The seconds between two removals of expired entries from the store."""


class Running:
    """A running agent."""

    def __init__(  # noqa: PLR0913, the options of `Agent`
        self,
        *,
        store: Store,
        router: Router,
        protocols: Protocols,
        resolver: DIDResolver | None,
        transport: Transport,
        allow: Sequence[str],
        accept_any_type: bool,
        accept_profiles: Sequence[str],
        endpoint: str | None,
        limits: Limits,
        clock: Callable[[], float],
        worker: str | None,
    ) -> None:
        self.endpoint = endpoint
        self._transport = transport
        self._allow = tuple(allow)
        self._limits = limits
        self._messaging = DIDCommMessaging(store.secrets, resolver, clock=clock)
        self._routes = ReturnRoutes(limits.answer_seconds)
        self._profiles = Profiles(store, accept_profiles)
        self._config = UnpackConfig(require_encrypted=True, accept_profiles=accept_profiles)
        events = Events()
        turns = Turns()
        relationships = Relationships(store, events, turns, self._new_did, self._discard_did)
        requests = Requests()
        self._handling = Handling(
            store=store,
            protocols=protocols,
            router=router,
            requests=requests,
            routes=self._routes,
            events=events,
            loops=LoopGuard(limits.answers_per_thread, limits.answers_window),
            clock=clock,
        )
        self._inbox = Inbox(store, relationships, limits, clock, self._routes)
        self._claims = Claims(store, clock, worker)
        self._failed: list[tuple[float, Thread]] = []
        """Threads whose deadlines have failed, each with the time of the event loop when it comes again."""
        self._lanes = Lanes(
            store=store,
            handle=self._claims.wrap_handler(self._handling.handle),
            finished=self._inbox.finish,
            limits=limits,
            events=events,
            clock=clock,
        )
        self._outbox = Outbox(
            store=store,
            messaging=self._messaging,
            transport=transport,
            routes=self._routes,
            profiles=self._profiles,
            take=self._take,
            claims=self._claims,
            limits=limits,
            events=events,
            clock=clock,
        )
        self._inbox.changed = self._lanes.wake
        self._outbox.unsent = requests.unsent
        for part in (self._inbox, self._handling, relationships):
            part.outbox_changed = self._outbox.wake
        self.services = Services(
            store=store,
            protocols=protocols,
            relationships=relationships,
            requests=requests,
            events=events,
            clock=clock,
            new_did=self._new_did,
            discard_did=self._discard_did,
            turns=turns,
            outbox_changed=self._outbox.wake,
            profiles=self._profiles,
        )
        self.mediators = Mediators(
            self.services, self._messaging, self._mediation, endpoint, limits.replaced_seconds
        )
        self.app = Watched(
            receiver(
                self._messaging,
                self._answer,
                accept=self._accept,
                config=self._config,
                accept_any_type=accept_any_type,
                # the return route must end before its connection
                answer_seconds=limits.answer_seconds + 1.0,
            )
        )

    @asynccontextmanager
    async def tasks(self) -> AsyncGenerator[None]:
        """Run the inbox, the outbox and the deadlines while the block runs."""
        failed: BaseException | None = None
        async with _interruptible(), anyio.create_task_group() as tasks:
            await self.mediators.start(tasks)
            tasks.start_soon(self._claims.run)
            tasks.start_soon(self._lanes.run)
            tasks.start_soon(self._outbox.run)
            tasks.start_soon(self._every, DEADLINE_SECONDS, self._wake_threads)
            tasks.start_soon(self._every, FORGET_SECONDS, self._forget)
            try:
                yield
            except (Exception, KeyboardInterrupt, SystemExit) as error:  # noqa: BLE001
                # raised below, outside of the task group, which would wrap it in an ExceptionGroup
                failed = error
            finally:
                tasks.cancel_scope.cancel()
        if failed is not None:
            raise failed

    async def own_did(self, name: str) -> str:
        """Return the public DID of a name; create it on first use.

        Args:
            name: The name.
        """
        async with self.services.turns.of(f"{OWN_DID} {name}"):
            return await repeat_until_stored(lambda: self._own_did(name))

    async def _own_did(self, name: str) -> str:
        store = self.services.store
        record = await store.record(OWN_DID, name)
        if record is not None:
            return record.value.decode()
        did = await self._new_did()
        named = Record(kind=OWN_DID, key=name, value=did.encode())
        done = Done(records=(named,), forget=(in_use(did),), expected=(NoRecord(OWN_DID, name),))
        await self.services.commit_new(did, done)
        return did

    async def export(self, *, private_keys: bool) -> dict[str, Any]:
        """Return the relationships of the agent, see `Agent.export`.

        Args:
            private_keys: Whether to include the private keys of our DIDs.
        """
        return await export_store(self.services.store, self._messaging, private_keys=private_keys)

    async def restore(self, export: Mapping[str, Any]) -> int:
        """Import an export, and connect to its mediators; return the number of new relationships.

        Args:
            export: The object that `Agent.export` returned.
        """
        new = await restore_export(self.services.store, export)
        await self.mediators.connect()
        return new

    async def replay(self, key: str) -> bool:
        """Pass a parked message to its handler again; return whether there was one.

        Args:
            key: The key of the message.
        """
        found = await self.services.store.replay(key)
        self._lanes.rescan()
        return found

    def _mediation(self, relationship: str) -> Mediation:
        """Return the client of a mediator."""
        return Mediation(
            relationship,
            services=self.services,
            messaging=self._messaging,
            transport=self._transport,
            take=self._take,
            allow=self._allow,
        )

    async def _new_did(self) -> str:
        return await self.mediators.new_did()

    async def _discard_did(self, did: str) -> None:
        await self.mediators.discard(did)

    async def _accept(self, result: UnpackResult) -> None:
        """Store a message, and the envelope profile of its sender."""
        await self._profiles.note(result)
        await self._inbox.accept(result)

    async def _take(self, body: bytes) -> bool:
        """Store an envelope that a mediator or an endpoint returned; return whether to acknowledge it."""
        try:
            await self._accept(await self._messaging.unpack(body, config=self._config))
        except ReplayedMessageError:
            return True
        except (ResolutionError, DeliveryError, StoreUnavailableError, SecretsUnavailableError) as error:
            # may succeed later: a resolver, the mediator that registers a new DID, or a store failed
            LOG.warning("a message cannot be accepted now: %s", error)
            return False
        except DIDCommError as error:
            # permanent: a retry would fail too, and an HTTP sender would get 400
            LOG.info("a message was refused: %s", error)
        except (BusyError, OSError) as error:
            LOG.warning("a message cannot be accepted now: %s", type(error).__name__)
            return False
        except FAILURES:
            LOG.exception("a message cannot be accepted now: the program's resolver or secrets failed")
            return False
        return True

    async def _answer(self, result: UnpackResult) -> Packed | None:
        """Return the answer for the connection that brought a message."""
        connection = connection_of(result)
        if connection not in self._routes:
            return None
        return await while_connected(lambda: self._routes.answer(connection))

    async def _wake_threads(self) -> None:
        await self._wake_again()
        for thread in await self.services.store.wakes(self.services.now):
            try:
                await self._handling.wake(thread)
            except StoreUnavailableError:
                raise
            except StoreConflictError:
                # a message has changed the thread, or another process has handled the deadline
                pass
            except FAILURES:
                LOG.exception("the deadline of thread %s of %s failed", thread.thid, thread.protocol)
                later = await self._set_wake(thread, self.services.now + WAKE_AGAIN_SECONDS)
                self._failed.append((anyio.current_time() + WAKE_AGAIN_SECONDS, later))

    async def _wake_again(self) -> None:
        """Retry failed deadlines after their pause, even if the clock was set back."""
        now = anyio.current_time()
        due = [thread for at, thread in self._failed if at <= now]
        self._failed = [one for one in self._failed if one[0] > now]
        for thread in due:
            if thread.wake_at is not None and thread.wake_at > self.services.now:
                await self._set_wake(thread, self.services.now)

    async def _set_wake(self, thread: Thread, wake_at: int) -> Thread:
        later = replace(thread, wake_at=wake_at)
        with suppress(StoreConflictError):
            await self.services.store.commit(Done(threads=(later,), expected=(thread,)))
        return later

    async def _forget(self) -> None:
        await self.services.store.forget_before(self.services.now - self._limits.window)
        await self.mediators.retire()

    @staticmethod
    async def _every(seconds: float, work: Callable[[], Awaitable[Any]]) -> None:
        while True:
            try:
                await work()
            except StoreUnavailableError:
                LOG.exception("the store is unavailable; a periodic task is repeated later")
            except FAILURES:
                LOG.exception("a periodic task failed in the program's resolver or transport; it is repeated")
            await anyio.sleep(seconds)


@asynccontextmanager
async def _interruptible() -> AsyncGenerator[None]:
    """Re-raise a `KeyboardInterrupt` of Ctrl+C in a handler without its ExceptionGroup."""
    try:
        yield
    except BaseExceptionGroup as group:
        if group.subgroup(KeyboardInterrupt) is not None:
            raise KeyboardInterrupt from group
        raise
