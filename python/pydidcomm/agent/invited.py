"""An invitation of ours, and the peers that accept it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydidcomm.agent.events import limit_time
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
        id: The message id of the invitation.
        url: The URL that contains the invitation.
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
        """The invitation as a message."""
        return invitation_from_url(self.url)

    def qr(self) -> "QrCode":
        """Return the QR code of the URL. Extra: `qr`.

        Raises:
            ValueError: The URL is too long for a QR code.
            ImportError: The extra `qr` is not installed.
        """
        from pydidcomm.qr import QrCode  # noqa: PLC0415, the extra `qr`

        return QrCode(self.url)

    async def accepted(self, *, timeout: float = 600.0) -> Friend:  # noqa: ASYNC109, as for other requests
        """Wait until a peer accepts the invitation; the next call waits for the next peer.

        Args:
            timeout: The maximum wait in seconds; the invitation stays valid afterwards.

        Returns:
            The peer.

        Raises:
            TimeoutError: No peer has accepted the invitation in time.
        """

        async def check() -> str | None:
            record = await self._services.store.record(INVITATION, self.id.lower())
            accepted = () if record is None else InvitationRecord.from_json(record.value).accepted
            return next((one for one in accepted if one not in self._seen), None)

        with limit_time(timeout, "no peer has accepted the invitation"):
            relationship = await self._services.events.changed.until(check)
        self._seen.add(relationship)
        return Friend(relationship, self._services)
