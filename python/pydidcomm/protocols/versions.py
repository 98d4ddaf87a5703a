"""Protocol identifiers and versions: parse them, and find the version that two parties have in common.

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
        minor: The minor version; 0 if the type has none.
        name: The name of the message.
    """

    piuri: str
    protocol: str
    major: int
    minor: int
    name: str


def parts_of(uri: str) -> MessageType | None:
    """The parts of a message type URI; None if it is not one.

    Args:
        uri: The message type URI, as in `Message.type`.
    """
    try:
        return message_type(uri)
    except MalformedMessageError:
        return None


def message_type(uri: str) -> MessageType:
    """The parts of a message type URI.

    Args:
        uri: The message type URI, as in `Message.type`.

    Raises:
        MalformedMessageError: It is not a message type URI with a numeric version.
    """
    piuri, _, name = uri.rpartition("/")
    parts = _PIURI.fullmatch(piuri)
    if parts is None or not _NAME.fullmatch(name):
        raise MalformedMessageError(part="message.type", reason="not a message type URI")
    return MessageType(piuri, parts["protocol"], int(parts["major"]), int(parts["minor"] or 0), name)


def agree(ours: str, theirs: str) -> str | None:
    """The version of a protocol that two parties use: the lower minor version of the same major version.

    The names of protocols are compared without case and punctuation.

    Args:
        ours: The protocol identifier URI that we implement.
        theirs: The protocol identifier URI of the peer.

    Returns:
        The protocol identifier URI in our spelling, with the minor version to use; None if the protocols or
        their major versions differ.

    Raises:
        ValueError: `ours` is not a protocol identifier URI.
    """
    own, other = _PIURI.fullmatch(ours), _PIURI.fullmatch(theirs)
    if own is None:
        message = (
            "`ours` must be a protocol identifier URI such as https://didcomm.org/trust-ping/2.0, "
            f"got {ours!r}"
        )
        raise ValueError(message)
    if other is None or not same_message_type(f"{ours}/x", f"{theirs}/x"):
        return None
    minor = min(int(own["minor"] or 0), int(other["minor"] or 0))
    return f"{own['place']}{own['protocol']}/{own['major']}.{minor}"


def same_name(name: str) -> str:
    """The name of a protocol or a message in lower case and without punctuation, for comparisons.

    Args:
        name: The name.
    """
    return _PUNCTUATION.sub("", name.lower())
