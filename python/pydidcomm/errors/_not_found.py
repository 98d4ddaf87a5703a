"""Errors for a DID, key, secret, endpoint or content that was not found."""

from collections.abc import Sequence
from typing import ClassVar

from pydidcomm._next_steps import NEEDED, list_some, resolver_for
from pydidcomm.errors._root import DIDCommError

__all__ = [
    "ContentNotFoundError",
    "DidDeactivatedError",
    "DidNotFoundError",
    "EndpointNotFoundError",
    "KeyNotFoundError",
    "NotFoundError",
    "SecretNotFoundError",
]


class NotFoundError(DIDCommError):
    """A DID, key, secret or endpoint was not found: the operator must act."""

    code: ClassVar[str] = "e.p.me.not-found"


class DidDeactivatedError(NotFoundError):
    """The resolver reports that the DID is deactivated, so its keys no longer prove anything.

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
    """The resolver has no document for the DID.

    Attributes:
        did: The DID.
    """

    code: ClassVar[str] = "e.p.did.not-found"

    def __init__(self, did: str) -> None:
        super().__init__(did)
        self.did = did

    def _text(self) -> str:
        # the long form of a did:peer:4 has one colon more, and needs no next step
        is_short = self.did.count(":") == "did:peer:4".count(":")
        needed = NEEDED.get(self.did[: len("did:peer:1")], "") if is_short else ""
        return f"DID not found: {self.did}{needed or resolver_for(self.did)}"


class KeyNotFoundError(NotFoundError):
    """The DID document does not list the key in the required verification relationship.

    Attributes:
        did: The DID of the document.
        kid: The kid that was searched; "*" for any key.
        relationship: The verification relationship that must list the key, for instance "keyAgreement".
        candidates: The kids that the document lists there, at most 100.
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
        listed = f", but {list_some(self.candidates)}" if self.candidates else ""
        return f"{self.did} lists {missing} under {self.relationship}{listed}"


class EndpointNotFoundError(NotFoundError):
    """The recipient has no endpoint for the message.

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
            "opened, or allow other endpoints with `forward_schemes` or `forward_service_id`"
        )


class ContentNotFoundError(NotFoundError):
    """The content of an attachment is not in the message: fetch it from one of its links.

    Attributes:
        links: The URLs of the content.
    """

    code: ClassVar[str] = "e.p.msg.content-not-included"

    def __init__(self, links: Sequence[str]) -> None:
        super().__init__(links)
        self.links = tuple(links)

    def _text(self) -> str:
        return "the content is not in the message: fetch it from one of the `links`, and pass it as `content`"


class SecretNotFoundError(NotFoundError):
    """The secrets resolver has none of the secrets.

    Attributes:
        kids: The kids of the secrets, any of which would suffice.
    """

    code: ClassVar[str] = "e.p.me.secret-not-found"

    def __init__(self, kids: Sequence[str]) -> None:
        super().__init__(kids)
        self.kids = tuple(kids)

    def _text(self) -> str:
        return f"no private key found for {list_some(self.kids)}"
