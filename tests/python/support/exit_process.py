"""Programs that end in one way or another, each as a process of its own: way, event loop."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import time
import warnings
from collections import UserDict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydidcomm import (
    Attachment,
    DIDCommError,
    DIDCommMessaging,
    InMemoryReplayWindow,
    Message,
    Outgoing,
    UnpackConfig,
    UnpackResult,
    sync,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

HELLO = "https://example.org/greeting/1.0/hello"
# Python takes `__file__` away before the threads end
THIS = Path(__file__)
LONG = "x" * 400_000
STATUS = 7


async def exchange() -> None:
    """Pack and unpack a long message."""
    party = DIDCommMessaging()
    did = await party.create_peer_did()
    packed = await party.pack(Message(type=HELLO, body={"text": LONG}), to=did, frm=did)
    assert (await party.unpack(packed.message)).metadata.authenticated


async def batch() -> None:
    """Pack and unpack many messages."""
    party = DIDCommMessaging(replay_window=InMemoryReplayWindow())
    did = await party.create_peer_did()
    sent = await party.pack_many([Outgoing(message=Message(type=HELLO), to=did) for _ in range(100)])
    texts = [outcome.unwrap().text for outcome in sent]
    received = await party.unpack_many([*texts, texts[0]])
    assert [type(outcome.value) for outcome in received[:-1]] == [UnpackResult] * 100


async def in_flight() -> None:
    """Leave work behind, begun and waiting."""
    if "trio" in sys.modules:
        import trio  # noqa: PLC0415

        async with trio.open_nursery() as nursery:
            for _ in range(6):
                nursery.start_soon(exchange)
            await trio.sleep(0.01)
            nursery.cancel_scope.cancel()
    else:
        in_flight.tasks = [asyncio.ensure_future(exchange()) for _ in range(6)]  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)


async def raising() -> None:
    await exchange()
    raise LookupError


async def leaving() -> None:
    await exchange()
    sys.exit(STATUS)


async def interrupted() -> None:
    await exchange()
    os.kill(os.getpid(), signal.SIGINT)
    while True:
        await exchange()


async def on_and_on() -> None:
    while True:
        await exchange()


class Ways:
    """What the process does before it ends."""

    def __init__(self, loop: str) -> None:
        self.loop = loop
        # uvloop cannot be imported once Python has begun to end
        import_module(loop)

    def run(self, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
        module: Any = import_module(self.loop)
        module.run(main if self.loop == "trio" else main())

    def result(self) -> None:
        self.run(exchange)

    def batch(self) -> None:
        self.run(batch)

    def in_flight(self) -> None:
        self.run(in_flight)

    def exception(self) -> None:
        try:
            self.run(raising)
        except LookupError:
            sys.exit(STATUS)

    def exit(self) -> None:
        self.run(leaving)

    def interrupt(self) -> None:
        try:
            self.run(interrupted)
        except KeyboardInterrupt:
            sys.exit(STATUS)

    def thread(self) -> None:
        threading.Thread(target=self.run, args=(exchange,)).start()

    def daemon(self) -> None:
        threading.Thread(target=self.run, args=(on_and_on,), daemon=True).start()
        time.sleep(0.2)

    def bridge(self) -> None:
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()
        for _ in range(3):
            asyncio.run_coroutine_threadsafe(exchange(), loop).result()

    def closed(self) -> None:
        loop = asyncio.new_event_loop()
        task = loop.create_task(exchange())
        loop.run_until_complete(asyncio.sleep(0.005))
        loop.close()
        # asyncio itself complains of the task, which is the program's own fault
        task._log_destroy_pending = False  # type: ignore[attr-defined] # noqa: SLF001

    def fork(self) -> None:
        self.run(exchange)
        process = os.fork()
        self.run(exchange)
        if process:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))

    def spawn(self) -> None:
        process = multiprocessing.get_context("spawn").Process(target=self.result)
        process.start()
        process.join()
        sys.exit(process.exitcode)

    def callbacks(self) -> None:
        """Daemon threads in Python code that the compiled module has called."""
        warnings.simplefilter("always")
        warnings.showwarning = silent
        party = sync.DIDCommMessaging()
        did = party.create_peer_did()
        received = party.unpack(party.pack(Message(type=HELLO), to=did, frm=did).message)
        body = UserDict({f"k{number}": UserDict({"a": 1}) for number in range(50)})

        def refused() -> None:
            try:
                party.unpack("{}")
            except DIDCommError:
                return

        def options() -> None:
            sender = iter([did])
            UnpackConfig(allowed_senders=[*sender])

        for act in (
            lambda: Message(type=HELLO, body=body),
            lambda: Attachment.from_file(THIS),
            lambda: Message(type="odd"),
            received._repr_svg_,
            lambda: received.metadata.enc_alg_auth,
            lambda: received.metadata.warnings,
            refused,
            options,
        ):
            threading.Thread(target=repeat, args=(act,), daemon=True).start()
        time.sleep(0.1)


def silent(*_warning: object, **_options: object) -> None:
    """Print no warning."""


def repeat(act: Callable[[], object]) -> None:
    while True:
        act()


if __name__ == "__main__":
    way = getattr(Ways(sys.argv[2]), sys.argv[1])
    way()
