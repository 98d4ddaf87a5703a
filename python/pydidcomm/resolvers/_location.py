"""The URL of the folder in a did:web or a did:webvh."""

import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

from pydidcomm.errors import ResolutionError

__all__ = ["folder_of"]


_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]+")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LETTER = r"[A-Za-z0-9_\u0080-\U0010ffff]"
_LABEL = re.compile(rf"{_LETTER}(?:[{_LETTER[1:-1]}-]*{_LETTER})?")
_NOT_IN_A_NAME = re.compile(r"[/\\?#@\x00-\x1f\x7f]")
# never the last label of a name: `inet_aton` reads such hosts as IPv4 addresses
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_LONGEST_DID = 2_048
_MOST_PORTS = 65_535


def folder_of(did: str, parts: Sequence[str]) -> str:
    """The URL of the folder, with a slash at the end; `.well-known` if the DID has no path.

    did:web, section "Read (Resolve)"; did:webvh, section "DID-to-HTTPS Transformation".

    Args:
        did: The whole DID, for the error text.
        parts: The host, with a port after `%3A`, and the folders of the path.

    Raises:
        ResolutionError: The parts are not a valid host and folders.
    """
    if len(did) > _LONGEST_DID or not _DID.fullmatch(did) or _ESCAPE.search(did):
        raise ResolutionError(did, None, "invalid DID", "expected letters, digits and . - _ : %")
    host, *path = (_decode(did, part) for part in parts)
    folders = [quote(folder, safe="") for folder in path] or [".well-known"]
    return f"https://{_host(did, host)}/{'/'.join(folders)}/"


def _decode(did: str, part: str) -> str:
    """A part of the DID, percent-decoded once; raises unless it is a single name."""
    try:
        text = unquote(part, errors="strict")
    except ValueError:
        raise ResolutionError(did, None, "invalid DID", f"{part!r} is not UTF-8") from None
    if text in {"", ".", ".."} or _NOT_IN_A_NAME.search(text):
        raise ResolutionError(did, None, "invalid DID", f"{part!r} is not the name of a host or folder")
    return text


def _host(did: str, text: str) -> str:
    """The host in lower case, with its port."""
    name, colon, port = text.partition(":")
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise ResolutionError(did, None, "invalid DID", f"{name!r} is not the name of a host")
    if not colon:
        return name.lower()
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) <= _MOST_PORTS):  # noqa: PLR2004
        raise ResolutionError(did, None, "invalid DID", f"{port!r} is not a port")
    return f"{name.lower()}:{int(port)}"
