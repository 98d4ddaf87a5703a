"""Out-of-band 2.0: the state of an invitation, for the inviter and for the invited party.

`pydidcomm.out_of_band` and `pydidcomm.invitations` create, encode and fetch invitations. This module decides
which answers the inviter accepts (parties, expiry, number of uses), and what the invited party acts on.
DIDComm v2.1, section "Out Of Band Messages".

Example:
    >>> from pydidcomm.out_of_band import invitation
    >>> from pydidcomm.protocols import Received, Trust
    >>> from pydidcomm.protocols.out_of_band import Invited, accept
    >>> from pydidcomm.protocols.trust_ping import Ping, TrustPing
    >>> invited = Invited(message=invitation("did:example:alice", goal="Talk"))
    >>> accepted = accept(invited.message, now=1_700_000_000)
    >>> ping = TrustPing().begin(Ping(), peer="r1", to=accepted.inviter, frm="did:example:bob",
    ...     now=1_700_000_000, pthid=accepted.pthid).send[0].message
    >>> received = Received(message=ping, sender="did:example:bob", recipient="did:example:alice",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_001)
    >>> invited.answer(received, 1_700_000_001).is_open
    False
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from pydidcomm import Message, same_message_type, same_party
from pydidcomm.errors import ContentNotFoundError, MalformedMessageError, UnsupportedError
from pydidcomm.out_of_band import INVITATION_TYPE
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, on
from pydidcomm.protocols.problem import RemoteProtocolError
from pydidcomm.protocols.received import Received, Trust

__all__ = ["PIURI", "PROFILES", "Accepted", "Invitation", "Invited", "OutOfBand", "accept"]

PIURI: Final = "https://didcomm.org/out-of-band/2.0"
"""The protocol identifier URI."""

PROFILES: Final = ("didcomm/v2",)
"""The media type profiles that we support."""

MAX_ATTACHMENTS: Final = 16
"""The maximum number of attachments read from an invitation; they are alternatives, so few are enough."""

NOT_INVITED: Final = "e.p.req.not-invited"
USED: Final = "e.p.req.invitation-used"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation(Body, type=INVITATION_TYPE):
    """The body of an invitation; it is not authenticated.

    Attributes:
        goal_code: The purpose, for programs.
        goal: The purpose, for display.
        accept: The media type profiles that the inviter supports, in order of preference.
    """

    goal_code: str | None = None
    goal: str | None = None
    accept: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation of ours, and the peers that have answered it.

    It can be answered until it is used up (`is_open`) or `message` expires.

    Attributes:
        message: The invitation, as `pydidcomm.out_of_band.invitation` returns it.
        uses: The number of parties that can answer; None for any number. Unless it is 1, rotate to a fresh
            DID for each party (`needs_rotation`).
        answered: The relationships that have answered, or the peers' DIDs without a relationship; empty if
            `uses` is None.
    """

    message: Message
    uses: int | None = 1
    answered: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether uses are left; `answer` also checks the expiry."""
        return self.uses is None or len(self.answered) < self.uses

    @property
    def needs_rotation(self) -> bool:
        """Whether each party that answers needs a fresh DID, because several share the invitation's DID."""
        return self.uses != 1

    def is_answered_by(self, received: Received) -> bool:
        """Whether a message with a proved sender answers this invitation.

        Its `pthid` must be the id of the invitation, and it must be encrypted to the inviter's DID.

        Args:
            received: The first message of a peer.
        """
        named, own = received.message.pthid, self.message.frm
        if named is None or own is None or received.recipient is None or received.sender is None:
            return False
        return named.lower() == self.message.id.lower() and same_party(received.recipient, own)

    def answer(self, received: Received, now: int) -> Self:
        """The invitation after an answer; a repeated answer of the same peer changes nothing.

        Args:
            received: The first message of a peer.
            now: The time, in seconds since the epoch.

        Raises:
            RemoteProtocolError: The message does not answer this invitation, or the invitation has expired or
                is used up.
        """
        if not self.is_answered_by(received):
            raise RemoteProtocolError(NOT_INVITED, "The message answers no invitation.")
        peer = received.relationship or received.sender or ""
        if peer in self.answered:
            return self
        if self.message.is_expired(now):
            raise _expired_error()
        if not self.is_open:
            raise RemoteProtocolError(USED, "The invitation has been answered already.")
        return self if self.uses is None else replace(self, answered=(*self.answered, peer))

    def as_json(self) -> bytes:
        """The object as JSON text, for a store."""
        values = {"message": self.message.as_json(), "uses": self.uses, "answered": self.answered}
        return json.dumps(values, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, stored: bytes | str) -> Self:
        """The object that `as_json` wrote.

        Args:
            stored: What `as_json` returned.
        """
        values: Mapping[str, Any] = json.loads(stored)
        message = Message.from_json(values["message"])
        return cls(message=message, uses=values["uses"], answered=tuple(values["answered"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A peer's invitation that was accepted.

    Attributes:
        message: The invitation.
        profile: The media type profile to use.
        attached: The attached message to act on; None if we handle none of them.
    """

    message: Message
    profile: str
    attached: Message | None = None

    @property
    def inviter(self) -> str:
        """The DID to answer to."""
        return self.message.frm or ""

    @property
    def pthid(self) -> str:
        """The `pthid` of the first message, which is the id of the invitation."""
        return self.message.id

    def received(self, *, ours: str, at: int, relationship: str) -> Received | None:
        """The attached message as a received one without a proved sender; None if there is none.

        Its own `from` and `from_prior` prove nothing. Answers to it go to the inviter, and have the id of the
        invitation as `pthid`.

        Args:
            ours: Our DID in the relationship.
            at: The time, in seconds since the epoch.
            relationship: The id of the relationship that the invitation began.
        """
        if self.attached is None:
            return None
        return Received(
            message=self.attached.replace(pthid=self.pthid, from_prior=None),
            sender=None,
            recipient=ours,
            trust=Trust.ANONYMOUS,
            at=at,
            relationship=relationship,
            answer_to=self.inviter,
        )


def accept(
    invitation: Message,
    *,
    now: int,
    profiles: Sequence[str] = PROFILES,
    handles: Callable[[str], bool] = lambda _type: False,
) -> Accepted:
    """Check an invitation, and choose the profile and the attached message to act on.

    Then send a first message to the inviter, with the id of the invitation as `pthid`.

    Args:
        invitation: The invitation, as `pydidcomm.out_of_band.invitation_from_url` returns it.
        now: The time, in seconds since the epoch.
        profiles: The media type profiles that we support.
        handles: Returns whether a message type is handled. The first attached message of such a type is
            chosen.

    Returns:
        The accepted invitation.

    Raises:
        MalformedMessageError: It is not an invitation, has no `from`, or its body breaks the specification.
        RemoteProtocolError: It has expired.
        UnsupportedError: The inviter accepts none of our profiles.
    """
    if not same_message_type(invitation.type, INVITATION_TYPE) or invitation.frm is None:
        raise MalformedMessageError(part="message", reason="not an invitation with a sender")
    body = Invitation.from_message(invitation)
    if invitation.is_expired(now):
        raise _expired_error()
    accepted = body.accept or tuple(profiles)
    chosen = next((one for one in accepted if one in profiles), None)
    if chosen is None:
        raise UnsupportedError(what="media type profile of the invitation", algorithm=", ".join(accepted))
    attached = (_attached_message(one) for one in invitation.attachments[:MAX_ATTACHMENTS])
    return Accepted(
        message=invitation,
        profile=chosen,
        attached=next((one for one in attached if one is not None and handles(one.type)), None),
    )


def _expired_error() -> RemoteProtocolError:
    return RemoteProtocolError("e.p.req.time", "The invitation has expired.")


def _attached_message(attachment: Any) -> Message | None:  # noqa: ANN401, the core's Attachment
    """The attached plaintext message; None if it cannot be read."""
    try:
        return Message.from_json(attachment.content())
    except (ContentNotFoundError, MalformedMessageError):
        return None


class OutOfBand(Protocol, piuri=PIURI, roles=("sender", "receiver")):
    """Out-of-band 2.0: an invitation received in an envelope is the event "invitation" with the message."""

    @on("invitation", trust=Trust.ANONYMOUS, role="receiver")
    def invitation(self, thread: Conversation, _invitation: Invitation) -> None:
        """Report an invitation to the program.

        Args:
            thread: The thread.
            _invitation: The invitation.
        """
        thread.emit("invitation", thread.message)
