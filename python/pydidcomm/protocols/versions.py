"""Protocol identifiers and versions: which of two parties' versions is spoken.

DIDComm v2.1, sections "Protocol Identifier URI", "Message Type URI" and "Semver Rules".

Example:
    >>> from pydidcomm.protocols.versions import agree, message_type
    >>> message_type("https://didcomm.org/trust-ping/2.0/ping").piuri
    'https://didcomm.org/trust-ping/2.0'
    >>> agree("https://didcomm.org/trust-ping/2.0", "https://didcomm.org/TrustPing/2.7")
    'https://didcomm.org/trust-ping/2.0'
"""

import re
from dataclasses import dataclass
from typing import Final

from pydidcomm import same_message_type
from pydidcomm.errors import MalformedMessageError

__all__ = ["MessageType", "agree", "message_type", "parts_of", "same_name"]

_PIURI: Final = re.compile(
    r"(?P<place>(?:.*[^a-z0-9._-])?)(?P<protocol>[a-z0-9._-]+)/(?P<version>(?P<major>\d{1,9})(?:\.(?P<minor>\d{1,9}))?(?:\.\d+)*)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
_NAME: Final = re.compile(r"[a-z0-9._-]+", re.IGNORECASE | re.ASCII)
_PUNCTUATION: Final = re.compile(r"[^a-z0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class MessageType:
    """The parts of a message type URI.

    Attributes:
        piuri: The protocol identifier URI, as it is written in the type.
        protocol: The name of the protocol.
        major: The major version.
        minor: The minor version; 0 where the type has none.
        name: The name of the message.
    """

    piuri: str
    protocol: str
    major: int
    minor: int
    name: str


def parts_of(uri: str) -> MessageType | None:
    """The parts of a message type URI; None where it is not one.

    Args:
        uri: As in `Message.type`.
    """
    try:
        return message_type(uri)
    except MalformedMessageError:
        return None


def message_type(uri: str) -> MessageType:
    """The parts of a message type URI.

    Args:
        uri: As in `Message.type`.

    Raises:
        MalformedMessageError: It is not a message type URI whose version is a number.
    """
    piuri, _, name = uri.rpartition("/")
    parts = _PIURI.fullmatch(piuri)
    if parts is None or not _NAME.fullmatch(name):
        raise MalformedMessageError(part="message.type", reason="not a message type URI")
    return MessageType(piuri, parts["protocol"], int(parts["major"]), int(parts["minor"] or 0), name)


def agree(ours: str, theirs: str) -> str | None:
    """The version of a protocol that two parties speak: the lower minor one of the same major.

    Names are compared without case and punctuation.

    Args:
        ours: The protocol identifier URI that we implement.
        theirs: The peer's.

    Returns:
        The protocol identifier URI in our spelling, with the minor version to speak; None where the protocols
        or their major versions differ.

    Raises:
        ValueError: `ours` is not a protocol identifier URI.
    """
    own, other = _PIURI.fullmatch(ours), _PIURI.fullmatch(theirs)
    if own is None:
        message = (
            f"`ours` must be a protocol identifier URI such as https://didcomm.org/trust-ping/2.0: {ours!r}"
        )
        raise ValueError(message)
    if other is None or not same_message_type(f"{ours}/x", f"{theirs}/x"):
        return None
    minor = min(int(own["minor"] or 0), int(other["minor"] or 0))
    return f"{own['place']}{own['protocol']}/{own['major']}.{minor}"


def same_name(name: str) -> str:
    """The name of a protocol or a message without case and punctuation, to be compared.

    Args:
        name: The name.
    """
    return _PUNCTUATION.sub("", name.lower())
