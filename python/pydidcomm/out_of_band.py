"""Out-of-band invitations: the first message of a relationship, as a URL or a QR code.

DIDComm v2.1, section "Out Of Band Messages". An invitation is neither encrypted nor signed: nothing in it is
proved, and all of it, including its DID, is public. Rotate to a private DID (`FromPrior`) in the first
encrypted message.

Example:
    >>> from pydidcomm.out_of_band import invitation, invitation_from_url, invitation_url
    >>> url = invitation_url(invitation("did:example:alice", goal_code="connect"), "https://example.com/path")
    >>> invitation_from_url(url).frm
    'did:example:alice'
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import parse_qs, urlsplit, urlunsplit

from pydidcomm import Attachment, Message, same_message_type
from pydidcomm._checks import check_list, check_text, kind_of
from pydidcomm._invitation_text import parameters_of, without_punctuation
from pydidcomm._shown import describe
from pydidcomm.errors import MalformedMessageError, UnsupportedError

__all__ = [
    "INVITATION_TYPE",
    "MAX_URL_LENGTH",
    "invitation",
    "invitation_from_url",
    "invitation_url",
    "read_invitation",
]

INVITATION_TYPE: Final = "https://didcomm.org/out-of-band/2.0/invitation"
"""The message type of an invitation."""

MAX_URL_LENGTH: Final = 65_536
"""The longest URL in characters: common servers limit it to 8 to 64 KiB, a QR code to 2,953 bytes."""

# the order of the specification's example, which has no `typ`, since a URL should be short
_HEADERS_FIRST: Final = ("type", "id", "from", "body")
_URL_SAFE: Final = str.maketrans("+/", "-_")
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")


def invitation(
    frm: str,
    *,
    goal_code: str | None = None,
    goal: str | None = None,
    accept: Sequence[str] = ("didcomm/v2",),
    attachments: Sequence[Attachment] | None = None,
) -> Message:
    """Create an out-of-band invitation from `frm`, with a new id.

    Each response has this id as its `pthid`; several peers may respond to one invitation.
    DIDComm v2.1, section "Out Of Band Messages", "Invitation".

    Args:
        frm: The DID of the inviter, which becomes public.
        goal_code: The purpose of the invitation, for programs.
        goal: The purpose of the invitation, for display.
        accept: The media type profiles of the inviter, in order of preference.
        attachments: Alternative requests for the same purpose, in order of preference; the receiver processes
            one of them.

    Raises:
        ValueError: `frm` is not a DID.
        TypeError: An argument has another type; a `str` is not a sequence of profiles.

    Example:
        >>> from pydidcomm.out_of_band import invitation
        >>> invitation("did:example:alice", goal_code="connect", goal="Start a relationship").body
        {'goal_code': 'connect', 'goal': 'Start a relationship', 'accept': ['didcomm/v2']}
    """
    for name, text in (("goal_code", goal_code), ("goal", goal)):
        if text is not None:
            check_text(name, text)
    check_list("accept", accept, str)
    members = {"goal_code": goal_code, "goal": goal, "accept": list(accept) or None}
    body = {name: value for name, value in members.items() if value is not None}
    return Message(
        type=INVITATION_TYPE, frm=frm, body=body, attachments=list(attachments) if attachments else None
    )


def invitation_url(invitation: Message, base_url: str) -> str:
    """Return the URL of an invitation, for a mail, a link or a QR code.

    A browser opens the page at `base_url`: put instructions for users there, and keep the URL short.
    DIDComm v2.1, section "Out Of Band Messages", "Standard Message Encoding".

    Args:
        invitation: A message of type `INVITATION_TYPE` with `frm`. The URL contains it as readable text.
        base_url: An absolute URL, usually `https`; its path and query are kept.

    Raises:
        TypeError: `invitation` is not a `Message`, or `base_url` is not a str.
        ValueError: The message is not an invitation or lacks `frm`, or `base_url` is not an absolute URL or
            has the parameter `_oob` or `_oobid`.

    Example:
        >>> from pydidcomm.out_of_band import invitation, invitation_url
        >>> url = invitation_url(invitation("did:example:alice"), "https://example.com/path")
        >>> url.split("=")[0]
        'https://example.com/path?_oob'
    """
    if not isinstance(cast("object", invitation), Message):
        message = f"`invitation` must be Message, got {kind_of(invitation)}"
        raise TypeError(message)
    check_text("base_url", base_url)
    if not same_message_type(invitation.type, INVITATION_TYPE):
        other = describe(invitation.type)
        message = (
            f"`invitation` must have the type {INVITATION_TYPE}, got {other}: pass the message in "
            "`invitation(attachments=[...])`"
        )
        raise ValueError(message)
    if invitation.frm is None:
        message = "`invitation` must have `frm`, the DID that responses are sent to, got None"
        raise ValueError(message)
    base = urlsplit(base_url)
    if not base.scheme or not base.netloc:
        message = f"`base_url` must be an absolute URL, got {describe(base_url)}"
        raise ValueError(message)
    if parse_qs(base.query, keep_blank_values=True).keys() & {"_oob", "_oobid"}:
        message = "`base_url` must not have the parameter `_oob` or `_oobid`, which contain an invitation"
        raise ValueError(message)
    parameter = f"_oob={_encode(invitation.as_dict())}"
    return urlunsplit(base._replace(query=f"{base.query}&{parameter}" if base.query else parameter))


def invitation_from_url(url: str, *, max_length: int = MAX_URL_LENGTH) -> Message:
    """Read the invitation in a URL.

    Nothing in it is proved until its sender has answered an encrypted message.
    DIDComm v2.1, section "Out Of Band Messages", "Standard Message Encoding".

    Args:
        url: The URL as it arrived, for instance from a mail or a scanned QR code. Other query parameters are
            ignored. Both base64 alphabets, padding and percent-encoding are accepted, and so are the changes
            that mail and chat programs make: line breaks, soft hyphens, `&amp;`, quotation marks and
            punctuation around the URL, and the URL as a parameter of a link into an app.
        max_length: The longest URL, in characters.

    Raises:
        MalformedMessageError: The URL contains no invitation, or one that breaks the specification.
        UnsupportedError: The URL is a short one (`_oobid`): `fetch_invitation` fetches the invitation.

    Example:
        >>> from pydidcomm.out_of_band import invitation, invitation_from_url, invitation_url
        >>> url = invitation_url(invitation("did:example:alice", goal="Talk"), "https://example.com/path")
        >>> invitation_from_url(f"{url}&lang=en").body["goal"]
        'Talk'
    """
    check_text("url", url)
    if len(url) > max_length:
        raise MalformedMessageError(part="url", reason=f"must have at most {max_length} characters")
    try:
        query = parameters_of(url)
    except ValueError:
        # the text of the exception would quote the peer's input
        raise MalformedMessageError(part="url", reason="not a URL") from None
    match query.get("_oob", []):
        case [encoded]:
            return read_invitation(_decode(encoded))
        case [] if "_oobid" in query:
            what = "short URL (fetch it with `pydidcomm.invitations.fetch_invitation`)"
            raise UnsupportedError(what=what, algorithm="_oobid")
        case []:
            raise MalformedMessageError(part="url", reason="must have the query parameter _oob")
        case _:
            raise MalformedMessageError(part="url", reason="must have one query parameter _oob, not several")


def _encode(plaintext: Mapping[str, Any]) -> str:
    headers = {name: plaintext[name] for name in _HEADERS_FIRST}
    headers |= {name: value for name, value in plaintext.items() if name not in headers and name != "typ"}
    text = json.dumps(headers, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_invitation(plaintext: str | bytes) -> Message:
    """Read an invitation from JSON, for instance from the response to a GET of a short URL.

    Nothing in it is proved until its sender has answered an encrypted message.
    DIDComm v2.1, section "Out Of Band Messages", "Invitation".

    Args:
        plaintext: The JSON text of the message.

    Raises:
        MalformedMessageError: The message is not an invitation, or breaks the specification.

    Example:
        >>> import json
        >>> from pydidcomm.out_of_band import invitation, read_invitation
        >>> read_invitation(json.dumps(invitation("did:example:alice").as_dict())).frm
        'did:example:alice'
    """
    message = Message.from_json(plaintext)
    if not same_message_type(message.type, INVITATION_TYPE):
        raise MalformedMessageError(part="message.type", reason="not an invitation")
    if message.frm is None:
        raise MalformedMessageError(part="message.from", reason="missing")
    # null is read as an absent member, since some serializers write it so
    body = {name: value for name, value in message.body.items() if value is not None}
    for name in ("goal_code", "goal"):
        if not isinstance(body.get(name, ""), str):
            raise MalformedMessageError(part=f"message.body.{name}", reason="not a string")
    profiles: Any = body.get("accept", [])
    if not isinstance(profiles, list) or not all(
        isinstance(profile, str) for profile in cast("list[object]", profiles)
    ):
        raise MalformedMessageError(part="message.body.accept", reason="not an array of strings")
    return message


def _decode(encoded: str) -> str:
    # parsing a query turns `+` into a space, which base64 does not have
    text = without_punctuation(encoded.replace(" ", "+"))
    dense = "".join(text.split()).translate(_URL_SAFE)
    if not _BASE64URL.fullmatch(dense):
        raise MalformedMessageError(part="_oob", reason="not base64url")
    try:
        return base64.urlsafe_b64decode(dense.rstrip("=") + "==").decode()
    except ValueError:
        raise MalformedMessageError(part="_oob", reason="not base64url of UTF-8 text") from None
