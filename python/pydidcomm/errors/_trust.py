"""Errors of messages that are unproved, refused by policy, or cannot be decrypted or verified."""

from collections.abc import Sequence
from typing import ClassVar

from pydidcomm._core import untrusted_text
from pydidcomm._next_steps import UNMET
from pydidcomm.errors._root import DIDCommError

__all__ = [
    "DecryptionError",
    "InvalidSignatureError",
    "PolicyError",
    "ReplayedMessageError",
    "UntrustedMessageError",
]


class UntrustedMessageError(DIDCommError):
    """A claim of the message is not proved: the message may be forged.

    Attributes:
        claim: The claim, for instance "from=skid" or "from_prior.sub=from"; SECURITY.md lists them.
        kid: The key that should prove the claim; None where there is none.
        did: The claimed DID; None where there is none.
    """

    code: ClassVar[str] = "e.p.trust.unproved"

    def __init__(self, claim: str, kid: str | None = None, did: str | None = None) -> None:
        super().__init__(claim, kid, did)
        self.claim = claim
        self.kid = kid
        self.did = did

    def _text(self) -> str:
        text = untrusted_text(self.claim, self.kid or None, self.did or None)
        if self.claim == "to=recipient" and not (self.kid or self.did):
            text += (
                ": the signed message has no `to`; its sender must add it, or accept such messages with "
                '`UnpackConfig(to_mismatch="warning")`'
            )
        return text


class PolicyError(DIDCommError):
    """The message is authentic but does not meet the options of `UnpackConfig`: the operator must act.

    Attributes:
        demand: The option that the message does not meet, for instance "require_encrypted".
        did: The DID of the proved sender; None for an anonymous one.
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
        did: The DID of the proved sender; None for an anonymous one.
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
        kids: The recipient kids in the unencrypted header of the message, at most 1000; claimed, not proved.
            `DIDCommMessaging.diagnose` reports which of their private keys were found.
    """

    code: ClassVar[str] = "e.p.trust.crypto.decryption"

    def __init__(self, kids: Sequence[str] = ()) -> None:
        super().__init__(kids)
        self.kids = tuple(kids)

    def _text(self) -> str:
        return "the message cannot be decrypted"


class InvalidSignatureError(DIDCommError):
    """A signature does not verify: the content was changed, or signed with another key."""

    code: ClassVar[str] = "e.p.trust.crypto.signature"

    def _text(self) -> str:
        return "the signature is not valid"
