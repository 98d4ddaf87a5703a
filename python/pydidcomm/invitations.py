"""Invitations as URL, short URL and QR code. DIDComm v2.1, section "Out Of Band Messages".

`pydidcomm.out_of_band` has the same as functions, without short URLs and QR codes.
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
"""The time limit of a GET, in seconds."""

MAX_BYTES: Final = 65_536
"""The longest invitation that is fetched, in bytes: the length of the longest URL."""

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation with its URL and its QR code; a notebook displays the QR code.

    Attributes:
        message: The invitation, as `pydidcomm.out_of_band.invitation` creates it.
        base_url: The URL without the invitation; a browser opens its page.

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
        """Create an invitation from `frm`, with a new id.

        Args:
            frm: The DID of the inviter, which becomes public.
            base_url: An absolute URL, usually `https`, to which the invitation is added.
            goal_code: The purpose of the invitation, for programs.
            goal: The purpose of the invitation, for display.
            accept: The media type profiles of the inviter, in order of preference.

        Raises:
            ValueError: `frm` is not a DID.
            TypeError: An argument has another type; a `str` is not a sequence of profiles.
        """
        return cls(invitation(frm, goal_code=goal_code, goal=goal, accept=accept), base_url)

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read the invitation in a URL; see `pydidcomm.out_of_band.invitation_from_url`.

        Args:
            url: The URL as it arrived, for instance from a mail or a scanned QR code.

        Raises:
            MalformedMessageError: The URL contains no invitation, or one that breaks the specification.
            UnsupportedError: The URL is a short one (`_oobid`): `fetch_invitation` fetches the invitation.
        """
        base = urlsplit(tidy(url))._replace(query="", fragment="")
        return cls(invitation_from_url(url), urlunsplit(base))

    @property
    def url(self) -> str:
        """The URL with the invitation in its parameter `_oob`."""
        return invitation_url(self.message, self.base_url)

    def short_url(self, oobid: str | None = None) -> str:
        """Return a short URL, with an id in the parameter `_oobid` instead of the invitation.

        A GET of it must redirect to `url`: pass `{oobid: invitation.url}` as `invitations` to `receiver`.
        DIDComm v2.1, section "Short URL Message Retrieval".

        Args:
            oobid: The id; None for a new UUID, which is the text after `_oobid=` of the result.

        Example:
            >>> from pydidcomm.invitations import Invitation
            >>> Invitation.to("did:example:alice", "https://example.com/").short_url("5f0e3ffb")
            'https://example.com/?_oobid=5f0e3ffb'
        """
        base = urlsplit(self.base_url)
        parameter = f"_oobid={oobid or uuid.uuid4()}"
        return urlunsplit(base._replace(query=f"{base.query}&{parameter}" if base.query else parameter))

    def qr(self, url: str | None = None) -> "QrCode":
        """Return the QR code of the URL. Extra: `qr`.

        Args:
            url: The URL to encode, for instance a short one; None for `url`.

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
    """Read the invitation in a URL, or fetch the one of a short URL. Extra: `http`.

    A short URL (`_oobid`) needs a GET, which connects to public addresses only. A redirect is not followed:
    its `Location` must contain the invitation. DIDComm v2.1, section "Short URL Message Retrieval".

    Args:
        url: The URL as it arrived, for instance from a mail or a scanned QR code.
        allow: Networks that are allowed although they are not public, as for `WebResolver`.
        ca: The certificate authorities to verify the server with, as for `WebResolver`.
        timeout: The time limit of the GET, in seconds.
        lookup: Looks up hosts, as for `WebResolver`.

    Raises:
        MalformedMessageError: The invitation is missing, or it breaks the specification.
        NotFoundError: The server of the short URL cannot be reached, or returned an error status.
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
        # a short URL
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
            reason = "a short URL must not redirect to another short URL"
            raise MalformedMessageError(part="url", reason=reason) from None
    if answer.status != 200:  # noqa: PLR2004, the one status with an invitation
        message = f"the invitation at {url} cannot be fetched: status {answer.status}"
        raise NotFoundError(message)
    return read_invitation(answer.body)
