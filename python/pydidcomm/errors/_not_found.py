"""A DID, a key, a secret, an endpoint or a content that was not found."""

from collections.abc import Sequence
from typing import ClassVar

from pydidcomm._next_steps import NEEDED, resolver_for, some_of
from pydidcomm.errors._root import DIDCommError


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
