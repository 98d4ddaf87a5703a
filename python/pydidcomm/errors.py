"""The exceptions of pydidcomm, by who must act.

An exception of the program's own resolver passes through as it was raised, with a note that names what was
being resolved. Misuse of the API is a `TypeError` or a `ValueError`. Texts name identifiers and algorithms,
never content or key material; line breaks, terminal escapes and bidi controls are escaped in them, and the
attributes have the original.

Each class has a stable `code`, which a problem report can carry. It is a problem code of DIDComm v2.1
("Problem Codes"): `e`, the scope `p`, then the descriptors, of which the first is the specification's.

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
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydidcomm._arguments import NAMED_BY
from pydidcomm._core import sanitize
from pydidcomm._next_steps import NEEDED, UNMET, meant_curve, resolver_for, some_of

__all__ = [
    "ContentNotFoundError",
    "DIDCommError",
    "DecryptionError",
    "DeliveryError",
    "DidDeactivatedError",
    "DidNotFoundError",
    "EndpointNotFoundError",
    "IncompatibleKeysError",
    "InvalidSignatureError",
    "KeyNotFoundError",
    "MalformedDocumentError",
    "MalformedMessageError",
    "MessageTypeWarning",
    "MissingToWarning",
    "NotFoundError",
    "PolicyError",
    "ReplayedMessageError",
    "ResolutionError",
    "SecretNotFoundError",
    "UnprovedSenderWarning",
    "UnsupportedError",
    "UntrustedMessageError",
]

_LONGEST_REPR = 1000
"""The most characters of a repr, whose middle is left out: several DIDs and kids."""


class DIDCommError(Exception):
    """The root of all exceptions of pydidcomm.

    Attributes:
        code: The problem code of DIDComm v2.1 that a problem report can carry; the same for all of a class.
    """

    code: ClassVar[str] = "e.p.me"

    def add_note(self, note: str, /) -> None:
        """Add a note, but not the one in which the bindings name an argument."""
        if not note.startswith(NAMED_BY):
            super().add_note(note)

    def __str__(self) -> str:
        """The text in one line, whatever a peer wrote into it."""
        return sanitize(self._text())

    def __repr__(self) -> str:
        """The class and its arguments, bounded: a message can name a thousand long kids."""
        return sanitize(super().__repr__(), _LONGEST_REPR)

    def _text(self) -> str:
        """The text as it is, for a subclass to say."""
        return super().__str__()


class MalformedMessageError(DIDCommError):
    """A message breaks the specification: its sender must act.

    Attributes:
        part: Which part of it, for instance "message.to" or "jwe.protected.epk".
        reason: What is wrong with it.
    """

    code: ClassVar[str] = "e.p.msg.malformed"

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(part, reason)
        self.part = part
        self.reason = reason

    def _text(self) -> str:
        return f"malformed {self.part}: {self.reason}"


class MalformedDocumentError(DIDCommError):
    """A DID document breaks its specification: its publisher must act.

    Attributes:
        did: The DID whose document it is.
        reason: What is wrong with it.
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
        what: The kind of thing, for instance "content encryption".
        algorithm: Its name as it was given.
        keys: Where `what` is a relationship of a DID document: the kids that it lists, each with its curve or
            what else makes it of no use; at most 100.
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
                f"{some_of(keys)}"
            )
        if self.what == "curve":
            return f"unsupported curve: {self.algorithm}{meant_curve(self.algorithm)}"
        return f"unsupported {self.what}: {self.algorithm}"


class IncompatibleKeysError(UnsupportedError):
    """Sender and recipient have no key on a common curve: the parties must negotiate.

    Attributes:
        sender: The sender's DID.
        recipient: The recipient's DID.
        sender_curves: The curves of the sender's keys, or what else they are.
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
        own, other = some_of(sender_curves), some_of(recipient_curves)
        super().__init__("key agreement", f"no key of {sender} ({own}) fits one of {recipient} ({other})")
        self.args = (sender, recipient, sender_curves, recipient_curves)
        self.sender = sender
        self.recipient = recipient
        self.sender_curves = tuple(sender_curves)
        self.recipient_curves = tuple(recipient_curves)


class NotFoundError(DIDCommError):
    """A DID, key, secret or endpoint was not found: the operator must act."""

    code: ClassVar[str] = "e.p.me.not-found"


class DidDeactivatedError(NotFoundError):
    """The DID is deactivated: its resolver says so, and its keys prove nothing any more.

    Attributes:
        did: The DID.
    """

    code: ClassVar[str] = "e.p.did.deactivated"

    def __init__(self, did: str) -> None:
        super().__init__(did)
        self.did = did

    def _text(self) -> str:
        return f"the DID is deactivated: {self.did}"


class DidNotFoundError(NotFoundError):
    """No resolver knows the DID.

    Attributes:
        did: The DID.
    """

    code: ClassVar[str] = "e.p.did.not-found"

    def __init__(self, did: str) -> None:
        super().__init__(did)
        self.did = did

    def _text(self) -> str:
        # the long form of a did:peer:4 has one colon more, and contains its document
        is_short = self.did.count(":") == "did:peer:4".count(":")
        needed = NEEDED.get(self.did[: len("did:peer:1")], "") if is_short else ""
        return f"DID not found: {self.did}{needed or resolver_for(self.did)}"


class ResolutionError(DIDCommError):
    """A resolver could not find out whether the DID exists: retry later, or correct the configuration.

    A DID that does not exist is a `DidNotFoundError`.

    Attributes:
        did: The DID.
        url: The URL that was requested; None where the DID has none.
        cause: What went wrong: "invalid DID", "refused address", "not connected", "tls", "timed out",
            "broken off", "redirect", "status 503" (or another one), "too large", "not JSON", "wrong id",
            "invalid document" or "not verified".
        detail: The same in more words; empty where `cause` says all.
    """

    code: ClassVar[str] = "e.p.did.resolution"

    def __init__(self, did: str, url: str | None, cause: str, detail: str = "") -> None:
        super().__init__(did, url, cause, detail)
        self.did = did
        self.url = url
        self.cause = cause
        self.detail = detail

    def _text(self) -> str:
        place = f"{self.url}: " if self.url else ""
        return f"{self.did} was not resolved: {place}{self.cause}{f' ({self.detail})' if self.detail else ''}"


class KeyNotFoundError(NotFoundError):
    """The DID document has no such entry in that relationship.

    Attributes:
        did: The DID whose document was read.
        kid: The key that was looked for; "*" for any.
        relationship: Where it has to stand, for instance "keyAgreement".
        candidates: The kids that the document lists there; at most 100.
    """

    code: ClassVar[str] = "e.p.did.key-not-found"

    def __init__(self, did: str, kid: str, relationship: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(did, kid, relationship, candidates)
        self.did = did
        self.kid = kid
        self.relationship = relationship
        self.candidates = tuple(candidates)

    def _text(self) -> str:
        missing = "nothing" if self.kid == "*" else f"no {self.kid}"
        listed = f", but {some_of(self.candidates)}" if self.candidates else ""
        return f"{self.did} lists {missing} under {self.relationship}{listed}"


class EndpointNotFoundError(NotFoundError):
    """The recipient has no endpoint that takes the message.

    Attributes:
        did: The recipient's DID.
    """

    code: ClassVar[str] = "e.p.xfer.no-endpoint"

    def __init__(self, did: str) -> None:
        super().__init__(did)
        self.did = did

    def _text(self) -> str:
        return (
            f"{self.did} lists no endpoint for this message: deliver it on a connection that the recipient "
            "opened, or ask for another of its endpoints with `forward_schemes` or `forward_service_id`"
        )


class ContentNotFoundError(NotFoundError):
    """The content of an attachment is not in the message: it has to be fetched from one of its links.

    Attributes:
        links: Where the content can be had.
    """

    code: ClassVar[str] = "e.p.msg.content-not-included"

    def __init__(self, links: Sequence[str]) -> None:
        super().__init__(links)
        self.links = tuple(links)

    def _text(self) -> str:
        return "the content is not in the message, it has to be fetched from one of its links"


class SecretNotFoundError(NotFoundError):
    """None of these secrets is held.

    Attributes:
        kids: The kids of the secrets that would have done.
    """

    code: ClassVar[str] = "e.p.me.secret-not-found"

    def __init__(self, kids: Sequence[str]) -> None:
        super().__init__(kids)
        self.kids = tuple(kids)

    def _text(self) -> str:
        return f"no private key found for {some_of(self.kids)}"


class DeliveryError(DIDCommError):
    """No endpoint took the message.

    Attributes:
        tried: The attempts in order, each the URI and what went wrong, for instance "status 503".
        refused: Whether every endpoint refused the message as it is, so that another attempt is useless.
    """

    code: ClassVar[str] = "e.p.xfer.undelivered"

    def __init__(self, tried: Sequence[tuple[str, str]], *, refused: bool = False) -> None:
        super().__init__(tried)
        self.tried = list(tried)
        self.refused = refused

    def _text(self) -> str:
        outcome = "refused" if self.refused else "not delivered"
        return f"{outcome}: {some_of([f'{uri} ({reason})' for uri, reason in self.tried])}"


class UntrustedMessageError(DIDCommError):
    """The message claims something that is not proved: do not believe it.

    Attributes:
        claim: The claim, for instance "from=skid" or "from_prior.sub=from".
        kid: The key that was to prove it, if there is one.
        did: The DID that is claimed, if there is one.
    """

    code: ClassVar[str] = "e.p.trust.unproved"

    def __init__(self, claim: str, kid: str | None = None, did: str | None = None) -> None:
        super().__init__(claim, kid, did)
        self.claim = claim
        self.kid = kid
        self.did = did

    def _text(self) -> str:
        details = "".join(
            f" ({name} {value})" for name, value in (("kid", self.kid), ("did", self.did)) if value
        )
        if self.claim == "to=recipient" and not details:
            details = (
                ": the signed message has no `to`; the sender has to add it, or pass "
                '`UnpackConfig(to_mismatch="warning")`'
            )
        return f"untrusted message: {self.claim} is not proved{details}"


class PolicyError(DIDCommError):
    """The message is authentic but does not meet the options of `UnpackConfig`: the operator must act.

    Attributes:
        demand: The option that the message does not meet, for instance "require_encrypted".
        did: The DID that is proved to be its sender, if there is one.
    """

    code: ClassVar[str] = "e.p.req.policy"

    def __init__(self, demand: str, did: str | None = None) -> None:
        super().__init__(demand, did)
        self.demand = demand
        self.did = did

    def _text(self) -> str:
        sender = f"; its sender is {self.did}" if self.did else ""
        unmet = UNMET.get(self.demand, "the message does not meet it")
        return f"refused by `{self.demand}` of `UnpackConfig`: {unmet}{sender}"


class ReplayedMessageError(DIDCommError):
    """The message was received before: drop it.

    Attributes:
        message_id: The id of the message.
        did: The DID that is proved to have made it, if there is one.
    """

    code: ClassVar[str] = "e.p.trust.replayed"

    def __init__(self, message_id: str, did: str | None = None) -> None:
        super().__init__(message_id, did)
        self.message_id = message_id
        self.did = did

    def _text(self) -> str:
        return f"message {self.message_id} of {self.did or 'an anonymous sender'} was received before"


class DecryptionError(DIDCommError):
    """The message cannot be decrypted; the text is the same for every cause, so it cannot serve as an oracle.

    Attributes:
        kids: The recipient keys that the open header of the message names, at most 1000; they are claimed,
            not proved. `DIDCommMessaging.diagnose` reports which of them are held.
    """

    code: ClassVar[str] = "e.p.trust.crypto.decryption"

    def __init__(self, kids: Sequence[str] = ()) -> None:
        super().__init__(kids)
        self.kids = tuple(kids)

    def _text(self) -> str:
        return "the message cannot be decrypted"


class InvalidSignatureError(DIDCommError):
    """The signature does not verify."""

    code: ClassVar[str] = "e.p.trust.crypto.signature"

    def _text(self) -> str:
        return "the signature is not valid"


class UnprovedSenderWarning(UserWarning):
    """The message has `frm` and `pack_encrypted` got no `frm`: the recipient cannot verify the sender."""


class MissingToWarning(UserWarning):
    """The message that `pack_signed` got has no `to`: a recipient that uses `unpack` refuses it by default.

    Anyone could pass it on as if it was meant for another recipient. An out-of-band invitation needs no `to`.
    """


class MessageTypeWarning(UserWarning):
    """`type` is not a Message Type URI; other implementations may refuse the message."""
