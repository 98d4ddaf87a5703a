"""An invitation of ours, and the peers that accept it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydidcomm.agent.events import at_most
from pydidcomm.agent.friends import Friend
from pydidcomm.agent.records import INVITATION, InvitationRecord
from pydidcomm.agent.services import Services
from pydidcomm.out_of_band import invitation_from_url

if TYPE_CHECKING:
    from pydidcomm import Message
    from pydidcomm.qr import QrCode

__all__ = ["Invited"]


class Invited:
    """An invitation of ours; it stays valid after a restart.

    Attributes:
        id: Its message id.
        url: The URL that carries it.
    """

    id: str
    url: str

    def __init__(self, record: InvitationRecord, services: Services, seen: Iterable[str] = ()) -> None:
        self.id = record.id
        self.url = record.url
        self._services = services
        self._seen = set(seen)

    @property
    def message(self) -> "Message":
        """The invitation."""
        return invitation_from_url(self.url)

    def qr(self) -> "QrCode":
        """The QR code of the URL. Extra: `qr`.

        Raises:
            ValueError: The URL is too long for a QR code.
            ImportError: The extra is not installed.
        """
        from pydidcomm.qr import QrCode  # noqa: PLC0415, the extra `qr`

        return QrCode(self.url)

    async def accepted(self, *, timeout: float = 600.0) -> Friend:  # noqa: ASYNC109, as for other requests
        """Wait for a peer that accepts the invitation; the next call waits for the next one.

        Args:
            timeout: The most seconds to wait. The invitation can be accepted afterwards too.

        Raises:
            TimeoutError: No peer has accepted it.
        """

        async def check() -> str | None:
            record = await self._services.store.record(INVITATION, self.id.lower())
            accepted = () if record is None else InvitationRecord.from_json(record.value).accepted
            return next((one for one in accepted if one not in self._seen), None)

        with at_most(timeout, "no peer has accepted the invitation"):
            relationship = await self._services.events.changed.until(check)
        self._seen.add(relationship)
        return Friend(relationship, self._services)
