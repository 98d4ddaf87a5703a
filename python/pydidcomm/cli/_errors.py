"""Exit statuses by error class, and the output of errors on stderr."""

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
"""The exit status for a file that cannot be read or written, and for errors without another status."""

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
    # an invalid argument, a key that exists already, or an extra that is not installed
    ((ValueError, TypeError, DIDCommError, ImportError), 2),
    (OSError, FAILURE),
)
"""Exit statuses by error class; the first match counts."""


def status_of(error: Exception) -> int | None:
    """Return the exit status of an error; None for a bug of the program, which gets a traceback."""
    return next((status for kinds, status in _STATUSES if isinstance(error, kinds)), None)


def _text_of(error: Exception) -> str:
    """Return the text of an error, with a command as next step in place of a library call."""
    if isinstance(error, DidNotFoundError) and is_short(error.did):
        return (
            f"DID not found: {error.did}. This is a short form: use the long form once, which stores it in "
            "the wallet, or unpack a message that contains the long form"
        )
    if isinstance(error, ResolutionError) and error.cause == "refused address":
        return f"{error.did} was not resolved: {error.url} is not a public address; --allow-private allows it"
    if isinstance(error, UnsupportedError) and "`load=" in str(error):
        return "a wallet does not support P-384 for encryption: use X25519, P-256 or secp256k1"
    if isinstance(error, ModuleNotFoundError) and "pip install" not in str(error):
        return f"{error.name} is not installed: pip install 'pydidcomm[all]' installs all dependencies"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def write_error(error: Exception, *, as_json: bool) -> None:
    """Write the text and the code of an error to stderr, as one line."""
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
