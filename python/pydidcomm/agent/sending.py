"""The delivery state of a message that the agent sends."""

from dataclasses import dataclass

from pydidcomm.agent.events import limit_time
from pydidcomm.agent.services import Services
from pydidcomm.stores.records import OutboxState

__all__ = ["NotSentError", "Sending"]


class NotSentError(Exception):
    """A message was not sent, or its delivery is not confirmed.

    Attributes:
        state: "failed", or "unconfirmed" if the peer may have received the message.
        reason: The cause, or None.
    """

    def __init__(self, state: str, reason: str | None) -> None:
        super().__init__(state, reason)
        self.state = state
        self.reason = reason

    def __str__(self) -> str:
        return f"the message is {self.state}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Sending:
    """A message in the outbox: stored, and sent while the agent runs.

    Attributes:
        id: The id of the message.
    """

    id: str
    _services: Services

    async def sent(self, *, timeout: float = 30.0) -> None:  # noqa: ASYNC109, as for other requests
        """Wait until an endpoint of the peer has accepted the message.

        Args:
            timeout: The maximum wait in seconds; the agent goes on trying to send the message afterwards.

        Raises:
            NotSentError: The message was not sent, or its delivery is not confirmed.
            TimeoutError: The message is not sent yet.
        """
        await self._reach({"sent", "acknowledged"}, timeout)

    async def acknowledged(self, *, timeout: float = 30.0) -> None:  # noqa: ASYNC109
        """Wait until the peer has acknowledged the message; requires `please_ack=True` in `Friend.send`.

        Args:
            timeout: The maximum wait in seconds.

        Raises:
            NotSentError: The message was not sent, or the peer did not acknowledge it.
            TimeoutError: The message is not acknowledged yet.
        """
        await self._reach({"acknowledged"}, timeout)

    async def _reach(self, states: set[OutboxState], timeout: float) -> None:  # noqa: ASYNC109
        async def check() -> bool | None:
            item = await self._services.store.outgoing(self.id)
            if item is None:
                # it was settled, and removed after the retention time
                return True
            if item.state in states:
                return True
            if item.state in {"failed", "unconfirmed"}:
                raise NotSentError(item.state, item.error)
            return None

        what = "sent" if "sent" in states else "acknowledged"
        with limit_time(timeout, f"the message was not {what}"):
            await self._services.events.changed.until(check)
