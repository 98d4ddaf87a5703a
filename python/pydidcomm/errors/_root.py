"""The base class of the exceptions: a text in one line, and a bounded repr."""

from typing import ClassVar

from pydidcomm._arguments import NAMED_BY
from pydidcomm._core import sanitize

__all__ = ["DIDCommError"]


_LONGEST_REPR = 1000
"""The most characters of a repr, which is shortened in the middle: several DIDs and kids."""


class DIDCommError(Exception):
    """The base class of all exceptions of pydidcomm.

    Each class has a stable `code` for problem reports. It is a problem code of DIDComm v2.1 ("Problem
    Codes"): `e`, the scope `p`, then descriptors, the first of which is from the specification.

    | code | exception |
    |---|---|
    | e.p.me | DIDCommError |
    | e.p.msg.malformed | MalformedMessageError |
    | e.p.msg.unsupported | UnsupportedError |
    | e.p.msg.content-not-included | ContentNotFoundError |
    | e.p.did.malformed-document | MalformedDocumentError |
    | e.p.did.no-common-curve | IncompatibleKeysError |
    | e.p.did.not-found | DidNotFoundError |
    | e.p.did.resolution | ResolutionError |
    | e.p.did.deactivated | DidDeactivatedError |
    | e.p.did.key-not-found | KeyNotFoundError |
    | e.p.me.not-found | NotFoundError |
    | e.p.me.secret-not-found | SecretNotFoundError |
    | e.p.xfer.no-endpoint | EndpointNotFoundError |
    | e.p.xfer.undelivered | DeliveryError |
    | e.p.trust.unproved | UntrustedMessageError |
    | e.p.trust.replayed | ReplayedMessageError |
    | e.p.trust.crypto.decryption | DecryptionError |
    | e.p.trust.crypto.signature | InvalidSignatureError |
    | e.p.req.policy | PolicyError |

    The exceptions of `pydidcomm.secrets` have the codes e.p.me.secrets-locked, e.p.me.secrets-unavailable and
    e.p.me.key-exists.

    Attributes:
        code: The problem code of the class.
    """

    code: ClassVar[str] = "e.p.me"

    def add_note(self, note: str, /) -> None:
        """Add a note, but not the one in which the bindings name an argument."""
        if not note.startswith(NAMED_BY):
            super().add_note(note)

    def __str__(self) -> str:
        """Return the text in one line, with untrusted parts sanitized."""
        return sanitize(self._text())

    def __repr__(self) -> str:
        """Return the class and its arguments, bounded, since a message can have a thousand long kids."""
        return sanitize(super().__repr__(), _LONGEST_REPR)

    def _text(self) -> str:
        """Return the text before it is sanitized; subclasses override it."""
        return super().__str__()
