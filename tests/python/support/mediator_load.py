"""Load on mediators that fail: senders that try again, a recipient that takes and acknowledges meanwhile."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count, cycle
from threading import Event
from typing import TYPE_CHECKING, Self

import httpx2

from support.mediation import P3
from support.mediator_process import Person

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from pydidcomm import Message

SENDERS = 3
MOST = 1_000_000
# a round without this many answers in this time fails its test
PATIENCE_SECONDS = 60
# between two attempts of a sender or of the recipient
PAUSE_SECONDS = 0.01
PAGE = 20
# the queue takes all of them, and no sender is slowed down
SETTINGS = {"limits_messages": str(MOST), "server_messages_per_second": str(MOST), "server_burst": str(MOST)}


class Load:
    """What was accepted, delivered and acknowledged, by number.

    Args:
        urls: Of mediators on one store; each attempt goes to the next one.
        did: The DID of the mediators.
        padding: Bytes that each message has more.
    """

    def __init__(self, urls: Sequence[str], did: str, padding: int = 0) -> None:
        self.accepted: list[int] = []
        self.delivered: Counter[int] = Counter()
        self.acknowledged: set[int] = set()
        self.repeated: list[int] = []
        self.refusals = 0
        """Answers that ask to try again."""
        self._urls = tuple(urls)
        self._alice, self._bob = Person(urls[0], did), Person(urls[0], did)
        self._padding = "x" * padding
        self._stop, self._numbers = Event(), count()

    def __enter__(self) -> Self:
        self._bob.enroll()
        return self

    def __exit__(self, *exception: object) -> None:
        self._alice.client.close()
        self._bob.client.close()

    @contextmanager
    def going(self) -> Generator[None]:
        """Senders and the recipient at work for the time of the block; then the rest is picked up."""
        with ThreadPoolExecutor(SENDERS + 1) as threads:
            runs = [threads.submit(self._send_all) for _ in range(SENDERS)]
            runs.append(threads.submit(self._receive_all))
            try:
                yield
            finally:
                self._stop.set()
        for each in runs:
            each.result()
        # a queue that grows for ever would be one that forgets acknowledgments
        for _, url in zip(range(MOST), cycle(self._urls)):
            if not self._receive(url):
                return

    def wait_for_more(self, more: int) -> None:
        """Wait until so many more are accepted."""
        self._wait(lambda: len(self.accepted), more, "nothing is accepted")

    def wait_for_refusals(self, more: int) -> None:
        """Wait until so many more attempts are refused."""
        self._wait(lambda: self.refusals, more, "nothing is refused")

    def check(self) -> str:
        """Require that nothing was lost or came after its acknowledgment; the numbers in a line."""
        assert set(self.accepted) - set(self.delivered) == set(), "lost"
        assert self.repeated == [], "delivered after the acknowledgment"
        again = sum(times - 1 for times in self.delivered.values())
        return (
            f"{len(self.accepted)} accepted, {len(self.delivered)} delivered, {len(self.acknowledged)} "
            f"acknowledged, {again} delivered again before the acknowledgment, {self.refusals} refused"
        )

    @staticmethod
    def _wait(counted: Callable[[], int], more: int, failure: str) -> None:
        wanted, end = counted() + more, time.monotonic() + PATIENCE_SECONDS
        while counted() < wanted:
            assert time.monotonic() < end, failure
            time.sleep(0.005)

    def _send_all(self) -> None:
        for number in self._numbers:
            if self._stop.is_set() or number > MOST:
                return
            self._send(number)

    def _send(self, number: int) -> None:
        """Send the same bytes until they are accepted, as a sender does that got no answer."""
        text = self._alice.forwarded(self._bob.did, number, self._padding)
        for attempt in count(number):
            answer = _posted(self._alice, text, self._urls[attempt % len(self._urls)])
            if answer is not None and answer.status_code == 202:
                self.accepted.append(number)
                return
            self.refusals += 1
            if self._stop.is_set():
                return
            time.sleep(PAUSE_SECONDS)

    def _receive_all(self) -> None:
        for url in cycle(self._urls):
            if self._stop.is_set():
                return
            if not self._receive(url):
                time.sleep(PAUSE_SECONDS)

    def _receive(self, url: str) -> bool:
        """Take a page of the queue and acknowledge it; whether there was one."""
        delivery = self._asked(url, "delivery-request", {"limit": PAGE})
        if delivery is None or not delivery.type.endswith("/delivery"):
            return False
        numbers = self._bob.numbers(delivery)
        self.repeated += [number for number in numbers if number in self.acknowledged]
        self.delivered.update(numbers)
        ids = [each.id for each in delivery.attachments or ()]
        if self._asked(url, "messages-received", {"message_id_list": ids}) is not None:
            self.acknowledged.update(numbers)
        return True

    def _asked(self, url: str, name: str, body: dict[str, object]) -> Message | None:
        """The answer to the recipient; None where the mediator has none now."""
        answer = _posted(self._bob, self._bob.pack(f"{P3}/{name}", body), url)
        if answer is None or answer.status_code == 503:
            return None
        assert answer.status_code == 200, answer.text
        return self._bob.party.unpack(answer.content).message


def _posted(person: Person, text: str, url: str) -> httpx2.Response | None:
    """The answer to an envelope; None where its process was killed."""
    try:
        answer = person.post(text, url)
    except httpx2.TransportError:
        return None
    assert answer.status_code in {200, 202, 503}, answer
    return answer
