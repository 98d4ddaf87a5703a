"""The exit status of each kind of error, and how an error is written to stderr."""

import os
import sys
from typing import Final

from pydidcomm.cli._output import printable, write_json_note
from pydidcomm.cli._wallet import is_short
from pydidcomm.errors import (
    DecryptionError,
    DeliveryError,
    DIDCommError,
    DidNotFoundError,
    InvalidSignatureError,
    MalformedDocumentError,
    MalformedMessageError,
    NotFoundError,
    PolicyError,
    ReplayedMessageError,
    ResolutionError,
    UnsupportedError,
    UntrustedMessageError,
)
from pydidcomm.secrets import SecretsLockedError, SecretsUnavailableError
from pydidcomm.stores.errors import StoreUnavailableError, StoreVersionError

__all__ = ["FAILURE", "status_of", "write_error"]


FAILURE: Final = 1
"""Of a file that cannot be read or written, and of what has no other status."""

_MISTRUST: Final = (
    UntrustedMessageError,
    DecryptionError,
    InvalidSignatureError,
    PolicyError,
    ReplayedMessageError,
)
_STATUSES: Final[tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], int], ...]] = (
    ((MalformedMessageError, MalformedDocumentError), 3),
    (UnsupportedError, 4),
    ((NotFoundError, ResolutionError), 5),
    (_MISTRUST, 6),
    (DeliveryError, 7),
    ((SecretsLockedError, SecretsUnavailableError, StoreUnavailableError, StoreVersionError), 8),
    # an argument that the library refuses, a key that exists, or an extra that is not installed
    ((ValueError, TypeError, DIDCommError, ImportError), 2),
    (OSError, FAILURE),
)
"""The exit status of each kind of error; the first line that fits counts."""


def status_of(error: Exception) -> int | None:
    """The exit status; None for an error that is a fault of the program."""
    return next((status for kinds, status in _STATUSES if isinstance(error, kinds)), None)


def _text_of(error: Exception) -> str:
    """The text of the error; its next step is a command, in place of a call of the library."""
    if isinstance(error, DidNotFoundError) and is_short(error.did):
        return (
            f"DID not found: {error.did}. It is a short form: use the long form once, which the wallet then "
            "has, or unpack a message in which the peer names it"
        )
    if isinstance(error, ResolutionError) and error.cause == "refused address":
        return (
            f"{error.did} was not resolved: {error.url}: its address is not public; --allow-private allows it"
        )
    if isinstance(error, UnsupportedError) and "`load=" in str(error):
        return "a wallet has no keys on P-384 for encryption: use X25519, P-256 or secp256k1"
    if isinstance(error, ModuleNotFoundError) and "pip install" not in str(error):
        return f"{error.name} is not installed: pip install 'pydidcomm[all]' has all that commands need"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def write_error(error: Exception, *, as_json: bool) -> None:
    """Write one line to stderr: the text of the error and its code."""
    code: str | None = getattr(error, "code", None)
    if as_json:
        found = {"error": type(error).__name__, "code": code, "message": _text_of(error)}
        write_json_note(found)
        return
    label = "error"
    if sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
        label = "\x1b[31merror\x1b[0m"
    suffix = f" [{code}]" if isinstance(code, str) else ""
    sys.stderr.write(f"{label}: {printable(_text_of(error))}{suffix}\n")
