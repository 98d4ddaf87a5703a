"""Detect loops of two programs that answer each other's answers. No I/O and no clock.

Example:
    >>> from pydidcomm.agent.loops import LoopGuard
    >>> guard = LoopGuard(answers=2, seconds=60)
    >>> [guard.count("r1", "thread", now) for now in (0, 1, 2, 3, 63)]
    [1, 2, 3, 4, 1]
"""

from collections import OrderedDict
from typing import Final

__all__ = ["LoopGuard"]

MOST_THREADS: Final = 10_000
"""Threads whose answers are counted; the least recently used one is evicted."""


class LoopGuard:
    """Counts the answers of handlers in each thread.

    Dropping one answer ends a loop, as the other program then has nothing to answer.

    Args:
        answers: The maximum number of answers in one thread within the window.
        seconds: The window, in seconds.
    """

    def __init__(self, answers: int, seconds: int) -> None:
        self.answers = answers
        self._seconds = seconds
        self._counted: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def count(self, peer: str, thid: str, now: int) -> int:
        """Count an answer; return the number of answers in the current window.

        Args:
            peer: The id of the relationship, or the peer's DID.
            thid: The thread id.
            now: The time, in seconds since the epoch.
        """
        since, count = self._counted.get((peer, thid), (now, 0))
        # the difference is negative if the clock was set back
        if not 0 <= now - since < self._seconds:
            since, count = now, 0
        self._counted[peer, thid] = (since, count + 1)
        self._counted.move_to_end((peer, thid))
        if len(self._counted) > MOST_THREADS:
            self._counted.popitem(last=False)
        return count + 1
