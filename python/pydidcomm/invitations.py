"""Invitations to show and to fetch: URL, short URL and QR code. DIDComm v2.1, section "Out Of Band Messages".

`pydidcomm.out_of_band` has the functions that this class is made of.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

from pydidcomm._core import Message
from pydidcomm._invitation_text import tidy
from pydidcomm.errors import MalformedMessageError, NotFoundError, UnsupportedError
from pydidcomm.out_of_band import invitation, invitation_from_url, invitation_url, read_invitation

if TYPE_CHECKING:
    from pydidcomm._http.addresses import Address, Network
    from pydidcomm._http.client import AUTHORITIES
    from pydidcomm._http.guard import Lookup
    from pydidcomm.qr import QrCode

__all__ = ["Invitation", "fetch_invitation"]

TIMEOUT: Final = 10.0
"""Seconds to fetch an invitation."""

MAX_BYTES: Final = 65_536
"""The longest invitation that is fetched, in bytes: as long as the longest URL that is read."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation with its URL and its QR code, which a notebook shows.

    Attributes:
        message: The invitation, as `pydidcomm.out_of_band.invitation` makes it.
        base_url: The URL that carries it; people who open it in a browser find instructions there.

    Example:
        >>> from pydidcomm.invitations import Invitation
        >>> invitation = Invitation.to("did:example:alice", "https://example.com/path", goal="Talk")
        >>> invitation.url.split("=")[0]
        'https://example.com/path?_oob'
        >>> Invitation.from_url(invitation.url).message.body["goal"]
        'Talk'
    """

    message: Message
    base_url: str

    @classmethod
    def to(
        cls,
        frm: str,
        base_url: str,
        *,
        goal_code: str | None = None,
        goal: str | None = None,
        accept: Sequence[str] = ("didcomm/v2",),
    ) -> Self:
        """A new invitation to talk to `frm`.

        Args:
            frm: The DID to answer to. It becomes public.
            base_url: The URL that carries the invitation, by rule `https`.
            goal_code: What the invitation is for, to be read by programs.
            goal: The same, to be read by people.
            accept: The media type profiles that the inviter understands, in order of preference.

        Raises:
            ValueError: `frm` is not a DID.
        """
        return cls(invitation(frm, goal_code=goal_code, goal=goal, accept=accept), base_url)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """The invitation that a URL carries; see `pydidcomm.out_of_band.invitation_from_url`.

        Args:
            url: As it was mailed or scanned.

        Raises:
            MalformedMessageError: The URL carries no invitation, or one that breaks the specification.
            UnsupportedError: A short URL, which `fetch_invitation` fetches.
        """
        base = urlsplit(tidy(url))._replace(query="", fragment="")
        return cls(invitation_from_url(url), urlunsplit(base))

    @property
    def url(self) -> str:
        """The URL with the invitation in its parameter `_oob`."""
        return invitation_url(self.message, self.base_url)

    def short_url(self, oobid: str | None = None) -> str:
        """The URL with an id in its parameter `_oobid`, in place of the invitation.

        A GET of it has to lead to `url`: pass `{oobid: invitation.url}` as `invitations` to `receiver`.
        DIDComm v2.1, section "Short URL Message Retrieval".

        Args:
            oobid: The id; by default a new UUID, which `url.partition("_oobid=")[2]` returns.

        Example:
            >>> from pydidcomm.invitations import Invitation
            >>> Invitation.to("did:example:alice", "https://example.com/").short_url("5f0e3ffb")
            'https://example.com/?_oobid=5f0e3ffb'
        """
        base = urlsplit(self.base_url)
        parameter = f"_oobid={oobid or uuid.uuid4()}"
        return urlunsplit(base._replace(query=f"{base.query}&{parameter}" if base.query else parameter))

    def qr(self, url: str | None = None) -> "QrCode":
        """The QR code of the URL. Extra: `qr`.

        Args:
            url: Another URL than `url`, for instance the short one.

        Raises:
            ValueError: The URL is too long for a QR code.
            ImportError: The extra is not installed.
        """
        from pydidcomm.qr import QrCode  # noqa: PLC0415, the rest needs no extra

        return QrCode(url or self.url)

    def _repr_svg_(self) -> str | None:
        """The QR code for notebooks; None where the extra `qr` is not installed or the URL is too long."""
        try:
            return self.qr().svg()
        except (ImportError, ValueError):
            return None


async def fetch_invitation(
    url: str,
    *,
    allow: "Sequence[str | Network | Address]" = (),
    ca: "AUTHORITIES" = None,
    timeout: float = TIMEOUT,  # noqa: ASYNC109, one deadline for the whole request
    lookup: "Lookup | None" = None,
) -> Message:
    """The invitation that a URL carries or, if it is a short one, leads to. Extra: `http`.

    A short URL (`_oobid`) costs a GET, which connects to public addresses only and follows no redirect: its
    target has to carry the invitation. DIDComm v2.1, section "Short URL Message Retrieval".

    Args:
        url: As it was mailed or scanned.
        allow: Networks that are allowed although they are not public, as for `WebResolver`.
        ca: Certificate authorities to verify the server with, as for `WebResolver`.
        timeout: Seconds for the GET.
        lookup: Looks up hosts, as for `WebResolver`.

    Raises:
        MalformedMessageError: There is no invitation, or one that breaks the specification.
        NotFoundError: The short URL leads nowhere, or its server cannot be reached.
        ImportError: The extra is not installed, and the URL is a short one.

    Example:
        >>> import asyncio
        >>> from pydidcomm.invitations import Invitation, fetch_invitation
        >>> invitation = Invitation.to("did:example:alice", "https://example.com/path")
        >>> asyncio.run(fetch_invitation(invitation.url)).frm
        'did:example:alice'
    """
    try:
        return invitation_from_url(url)
    except UnsupportedError:
        # a short one
        pass
    from pydidcomm._http.client import GuardedClient, RequestFailedError  # noqa: PLC0415, the extra `http`

    client = GuardedClient(allow=allow, ca=ca, timeout=timeout, lookup=lookup)
    try:
        answer: Any = await client.request(
            "GET", tidy(url), headers={"accept": "application/json, */*;q=0.5"}, max_bytes=MAX_BYTES
        )
    except RequestFailedError as error:
        detail = f" ({error.detail})" if error.detail else ""
        message = f"the invitation at {url} cannot be fetched: {error.reason.value}{detail}"
        raise NotFoundError(message) from error
    finally:
        await client.aclose()
    if answer.status in _REDIRECTS:
        try:
            return invitation_from_url(answer.headers.get("location", ""))
        except UnsupportedError:
            raise MalformedMessageError(part="url", reason="a short URL leads to another short URL") from None
    if answer.status != 200:  # noqa: PLR2004, the one status with an invitation
        message = f"the invitation at {url} cannot be fetched: status {answer.status}"
        raise NotFoundError(message)
    return read_invitation(answer.body)
