"""Errors of messages and documents that break their specification, or use an unsupported algorithm."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydidcomm._core import malformed_text, unsupported_text
from pydidcomm._next_steps import list_some, suggest_curve
from pydidcomm.errors._root import DIDCommError

__all__ = ["IncompatibleKeysError", "MalformedDocumentError", "MalformedMessageError", "UnsupportedError"]


class MalformedMessageError(DIDCommError):
    """A message breaks the specification: its sender must act.

    Attributes:
        part: The invalid part of the message, for instance "message.to" or "jwe.protected.epk".
        reason: What is wrong with the part.
    """

    code: ClassVar[str] = "e.p.msg.malformed"

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(part, reason)
        self.part = part
        self.reason = reason

    def _text(self) -> str:
        return malformed_text(self.part, self.reason)


class MalformedDocumentError(DIDCommError):
    """A DID document breaks its specification: its publisher must act.

    Attributes:
        did: The DID of the document.
        reason: What is wrong with the document.
    """

    code: ClassVar[str] = "e.p.did.malformed-document"

    def __init__(self, did: str, reason: str) -> None:
        super().__init__(did, reason)
        self.did = did
        self.reason = reason

    def _text(self) -> str:
        of = f" of {self.did}" if self.did else ""
        return f"malformed DID document{of}: {self.reason}"


class UnsupportedError(DIDCommError):
    """An algorithm, a key type or a form is not supported: the parties must negotiate.

    Attributes:
        what: The kind of algorithm, for instance "content encryption".
        algorithm: Its name as it arrived.
        keys: Where `what` is a verification relationship of a DID document: the kids that it lists, at most
            100, each with its curve or the reason why it is unusable.
    """

    code: ClassVar[str] = "e.p.msg.unsupported"

    def __init__(self, what: str, algorithm: str, keys: Mapping[str, str] | None = None) -> None:
        super().__init__(what, algorithm, keys)
        self.what = what
        self.algorithm = algorithm
        self.keys = dict(keys or {})

    def _text(self) -> str:
        if self.keys:
            keys = [f"{kid} ({kind})" for kid, kind in self.keys.items()]
            return (
                f"no key under {self.what} is supported, or on one of the allowed curves; the document lists "
                f"{list_some(keys)}"
            )
        meant = suggest_curve(self.algorithm) if self.what == "curve" else ""
        return unsupported_text(self.what, self.algorithm) + meant


class IncompatibleKeysError(UnsupportedError):
    """Sender and recipient have no key on a common curve: the parties must negotiate.

    Attributes:
        sender: The sender's DID.
        recipient: The recipient's DID.
        sender_curves: The curves of the sender's keys, or the reasons why they are unusable.
        recipient_curves: The curves of the recipient's keys.
    """

    code: ClassVar[str] = "e.p.did.no-common-curve"

    def __init__(
        self,
        sender: str,
        recipient: str,
        sender_curves: Sequence[str] = (),
        recipient_curves: Sequence[str] = (),
    ) -> None:
        own, other = list_some(sender_curves), list_some(recipient_curves)
        super().__init__("key agreement", f"no key of {sender} ({own}) fits one of {recipient} ({other})")
        self.args = (sender, recipient, sender_curves, recipient_curves)
        self.sender = sender
        self.recipient = recipient
        self.sender_curves = tuple(sender_curves)
        self.recipient_curves = tuple(recipient_curves)
