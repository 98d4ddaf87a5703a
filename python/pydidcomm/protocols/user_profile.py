"""User profile 1.0: name, picture and description of a peer, for display.

Example:
    >>> from pydidcomm.protocols import Received, Trust
    >>> from pydidcomm.protocols.user_profile import RequestProfile, UserProfile
    >>> ask = RequestProfile(query=("displayName",)).to_message(id="one", frm="did:example:alice")
    >>> received = Received(message=ask, sender="did:example:alice", recipient="did:example:bob",
    ...     trust=Trust.AUTHENTICATED, at=1_700_000_000, relationship="r1")
    >>> ours = UserProfile({"displayName": "Bob", "description": "A baker"})
    >>> sent = ours.receive(received, None, 1_700_000_000).send[0].message
    >>> sent.pthid, sent.body
    ('one', {'profile': {'displayName': 'Bob'}})
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydidcomm import Attachment, Message
from pydidcomm.protocols.body import Body
from pydidcomm.protocols.conversation import Conversation
from pydidcomm.protocols.machine import Protocol, begins, on
from pydidcomm.protocols.received import Received
from pydidcomm.protocols.thread import thread_id

__all__ = ["PIURI", "Profile", "RequestProfile", "UserProfile", "merged"]

PIURI: Final = "https://didcomm.org/user-profile/1.0"
"""The protocol identifier URI."""

_TEXTS: Final = ("displayName", "description", "displayPicture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Body, type=f"{PIURI}/profile"):
    """A profile, or the part of it that changed.

    Attributes:
        profile: The fields, `displayName`, `description`, `displayPicture` (`#` and the id of an attachment)
            and others; an absent one is unchanged, and null or an empty string removes it.
        send_back_yours: Whether the peer should send its own profile.
    """

    profile: Mapping[str, Any]
    send_back_yours: bool | None = None

    def __post_init__(self) -> None:
        for name in _TEXTS:
            if not isinstance(self.profile.get(name), str | None):
                problem = f"`{name}` must be a string, got {type(self.profile[name]).__name__}"
                raise ValueError(problem)  # noqa: TRY004, a malformed body, not a misuse


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestProfile(Body, type=f"{PIURI}/request-profile"):
    """A request for the peer's profile.

    Attributes:
        query: The names of the fields; None for all.
    """

    query: tuple[str, ...] | None = None


def merged(known: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """A profile after an update: absent fields are unchanged, and null or an empty string removes a field.

    Args:
        known: The profile so far.
        update: `Profile.profile`.

    Example:
        >>> from pydidcomm.protocols.user_profile import merged
        >>> merged({"displayName": "Bob", "description": "A baker"}, {"description": None})
        {'displayName': 'Bob'}
    """
    return {name: value for name, value in {**known, **update}.items() if value is not None and value != ""}


def _has_relationship(received: Received) -> bool:
    return received.relationship is not None


class UserProfile(Protocol, piuri=PIURI, roles=("sender", "receiver")):
    """User profile 1.0 in both roles.

    The receiver's states are "waiting" and "done", after it has requested a profile. Events: "profile" with a
    `Profile`, which the program adds to the peer's stored profile by `merged`; "missing-picture" if
    `displayPicture` does not refer to an attachment; "timeout".

    Args:
        profile: Our profile; None to send none.
        attachments: The attachments that the profile refers to.
        share: Returns whether a peer may have the profile; by default a peer with a relationship may.
    """

    def __init__(
        self,
        profile: Mapping[str, Any] | None = None,
        attachments: Sequence[Attachment] = (),
        *,
        share: Callable[[Received], bool] = _has_relationship,
    ) -> None:
        self._profile = profile
        self._attachments = tuple(attachments)
        self._share = share

    def thread_of(self, message: Message) -> str:
        """The id of the thread that a message acts on: that of the request, which is a profile's parent.

        Args:
            message: A message of this protocol.
        """
        return message.pthid.lower() if message.pthid else thread_id(message)

    @begins(role="sender")
    def tell(self, thread: Conversation, profile: Profile) -> None:
        """Send our profile or a change of it.

        Args:
            thread: The thread.
            profile: The profile.
        """
        thread.send(profile)

    @begins(role="receiver")
    def start(self, thread: Conversation, request: RequestProfile) -> None:
        """Request the peer's profile; `expires_time` of `begin` is the deadline of the answer.

        Args:
            thread: The thread.
            request: The request.
        """
        thread.send(request)
        thread.set("waiting")

    @on("profile", role="receiver", quiet=True)
    def profile(self, thread: Conversation, profile: Profile) -> None:
        """Report the peer's profile to the program, and send ours if that is requested and allowed.

        Args:
            thread: The thread.
            profile: The profile.
        """
        picture = profile.profile.get("displayPicture")
        if picture and thread.message.attachment(picture) is None:
            thread.emit("missing-picture", picture)
        if thread.state == "waiting":
            thread.finish()
        thread.emit("profile", profile)
        if profile.send_back_yours:
            self._answer(thread, None)

    @on("request-profile", role="sender")
    def request_profile(self, thread: Conversation, request: RequestProfile) -> None:
        """Send our profile if that is allowed.

        Args:
            thread: The thread.
            request: The request.
        """
        self._answer(thread, request.query)

    def _answer(self, thread: Conversation, query: Sequence[str] | None) -> None:
        if self._profile is None or thread.received is None or not self._share(thread.received):
            return
        fields = {name: value for name, value in self._profile.items() if query is None or name in query}
        shown = fields.get("displayPicture", "")
        attachments = [one for one in self._attachments if shown and shown == f"#{one.id}"]
        # a new thread, whose parent is the request; it requests no profile in return
        thread.reply(
            Profile(profile=fields), thid=None, pthid=thread.message.id, attachments=attachments or None
        )
