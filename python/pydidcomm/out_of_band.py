"""Out-of-band invitations: the first message of a relationship, as a URL or a QR code.

DIDComm v2.1, section "Out Of Band Messages". An invitation travels in the open: it is neither encrypted nor
signed, nothing in it is proved, and everything in it, its DID too, counts as public. Rotate to a private DID
(`FromPrior`) in the first encrypted message.

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
from pydidcomm._shown import described
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
"""The longest URL that is read: common servers stop at 8 to 64 KiB, a QR code at 2,953 bytes."""

# The specification's example has its headers in this order, and no `typ`: a URL is to be short.
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
    """An invitation to talk to `frm`, with a new id.

    The answer names that id as its `pthid`: one invitation may be answered by many.
    DIDComm v2.1, section "Out Of Band Messages", "Invitation".

    Args:
        frm: The DID to answer to. It becomes public.
        goal_code: What the invitation is for, to be read by programs.
        goal: The same, to be read by people.
        accept: The media type profiles that the inviter understands, in order of preference.
        attachments: Messages that answer the same purpose, in order of preference; act on one of them only.

    Raises:
        ValueError: `frm` is not a DID.
        TypeError: `accept` is one string.

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
    """The URL that carries the invitation, to be mailed, linked or shown as a QR code.

    A browser shows the page at `base_url`: put instructions for people there, and keep the URL short.
    DIDComm v2.1, section "Out Of Band Messages", "Standard Message Encoding".

    Args:
        invitation: A message of type `INVITATION_TYPE` with a sender. Anyone may read it in the URL.
        base_url: An absolute URL, by rule `https`; its own path and query are kept.

    Raises:
        ValueError: The message is not an invitation or lacks its sender, or `base_url` cannot hold it.

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
        other = described(invitation.type)
        message = f"`invitation` must have the type of an invitation, got {other}: attach the message to one"
        raise ValueError(message)
    if invitation.frm is None:
        message = "an invitation has a sender to be answered"
        raise ValueError(message)
    base = urlsplit(base_url)
    if not base.scheme or not base.netloc:
        message = f"`base_url` must be an absolute URL, got {described(base_url)}"
        raise ValueError(message)
    if parse_qs(base.query, keep_blank_values=True).keys() & {"_oob", "_oobid"}:
        message = "`base_url` must not have the parameter `_oob` or `_oobid`, which name an invitation"
        raise ValueError(message)
    parameter = f"_oob={_encode(invitation.as_dict())}"
    return urlunsplit(base._replace(query=f"{base.query}&{parameter}" if base.query else parameter))


def invitation_from_url(url: str, *, max_length: int = MAX_URL_LENGTH) -> Message:
    """The invitation that a URL carries.

    Nothing in it is proved before its sender has answered an encrypted message.
    DIDComm v2.1, section "Out Of Band Messages", "Standard Message Encoding".

    Args:
        url: As it was mailed or scanned. Other query parameters are left alone. The invitation is read in
            either base64 alphabet, with padding and percent-encoding, and with what mail and chat programs do
            to URLs: line breaks, soft hyphens, `&amp;`, quotation marks and punctuation around it, and as a
            parameter of a link into an app.
        max_length: The longest URL that is read, in characters.

    Raises:
        MalformedMessageError: The URL carries no invitation, or one that breaks the specification.
        UnsupportedError: A short URL (`_oobid`): a GET of it redirects to the URL with the invitation.

    Example:
        >>> from pydidcomm.out_of_band import invitation, invitation_from_url, invitation_url
        >>> url = invitation_url(invitation("did:example:alice", goal="Talk"), "https://example.com/path")
        >>> invitation_from_url(f"{url}&lang=en").body["goal"]
        'Talk'
    """
    check_text("url", url)
    if len(url) > max_length:
        raise MalformedMessageError(
            part="url", reason=f"longer than the {max_length} characters that are read"
        )
    try:
        query = parameters_of(url)
    except ValueError:
        # its text would quote the peer's input
        raise MalformedMessageError(part="url", reason="no URL") from None
    match query.get("_oob", []):
        case [encoded]:
            return read_invitation(_decode(encoded))
        case [] if "_oobid" in query:
            raise UnsupportedError(what="short URL, which a GET turns into the long one", algorithm="_oobid")
        case []:
            raise MalformedMessageError(part="url", reason="no query parameter _oob")
        case _:
            raise MalformedMessageError(part="url", reason="more than one query parameter _oob")


def _encode(plaintext: Mapping[str, Any]) -> str:
    headers = {name: plaintext[name] for name in _HEADERS_FIRST}
    headers |= {name: value for name, value in plaintext.items() if name not in headers and name != "typ"}
    text = json.dumps(headers, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_invitation(plaintext: str | bytes) -> Message:
    """Read an invitation that came without a URL, for instance as the answer to a GET of a short one.

    Nothing in it is proved before its sender has answered an encrypted message.
    DIDComm v2.1, section "Out Of Band Messages", "Invitation".

    Args:
        plaintext: The message as JSON.

    Raises:
        MalformedMessageError: It is not an invitation, or one that breaks the specification.

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
    # null stands for an absent member, as serializers write it that know no other form
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
    # a query turns `+` into a blank, which base64 does not have
    text = without_punctuation(encoded.replace(" ", "+"))
    dense = "".join(text.split()).translate(_URL_SAFE)
    if not _BASE64URL.fullmatch(dense):
        raise MalformedMessageError(part="_oob", reason="not base64url")
    try:
        return base64.urlsafe_b64decode(dense.rstrip("=") + "==").decode()
    except ValueError:
        raise MalformedMessageError(part="_oob", reason="not base64url of UTF-8 text") from None
