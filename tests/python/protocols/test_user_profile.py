"""User profile 1.0, driven through every state."""

from __future__ import annotations

import pytest

from pydidcomm import Attachment, Message
from pydidcomm.protocols import Profile, Protocols, RequestProfile, UserProfile
from pydidcomm.protocols.user_profile import merged
from support.protocol_messages import NOW, TO_BOB, anonymous, answer_from_bob, received
from support.protocol_steps import code, names

PIURI = "https://didcomm.org/user-profile/1.0"
OURS = {"displayName": "Bob", "description": "A baker", "displayPicture": "#face"}
FACE = Attachment.from_bytes(b"png", id="face", media_type="image/png")
PROFILES = UserProfile(OURS, [FACE])


@pytest.mark.spec("PROF-01")
def test_the_types_and_roles_are_those_of_the_protocol() -> None:
    assert (Profile.type, RequestProfile.type) == (f"{PIURI}/profile", f"{PIURI}/request-profile")
    assert Protocols([PROFILES]).disclosures() == {PIURI: ("sender", "receiver")}


@pytest.mark.spec("PROF-02")
@pytest.mark.parametrize(
    ("update", "after"),
    [
        ({}, {"displayName": "A", "description": "B"}),
        ({"displayName": "C"}, {"displayName": "C", "description": "B"}),
        ({"description": None}, {"displayName": "A"}),
        ({"description": ""}, {"displayName": "A"}),
        ({"other": 5}, {"displayName": "A", "description": "B", "other": 5}),
    ],
)
def test_an_update_changes_only_the_fields_that_it_names(
    update: dict[str, object], after: dict[str, object]
) -> None:
    message = Profile(profile=update).to_message()
    event = PROFILES.receive(received(message), None, NOW).events[-1]
    assert merged({"displayName": "A", "description": "B"}, event.data.profile) == after


@pytest.mark.spec("PROF-03")
@pytest.mark.parametrize(
    ("picture", "attachments", "events"),
    [
        ("#face", [FACE], ["profile"]),
        ("#face", [Attachment.from_links(["https://a.example/f"], content=b"x", id="face")], ["profile"]),
        ("#face", [], ["missing-picture", "profile"]),
        ("#other", [FACE], ["missing-picture", "profile"]),
        ("", [], ["profile"]),
    ],
)
def test_a_picture_refers_to_an_attachment(
    picture: str, attachments: list[Attachment], events: list[str]
) -> None:
    message = Profile(profile={"displayPicture": picture}).to_message(attachments=attachments or None)
    assert names(PROFILES.receive(received(message), None, NOW)) == events


@pytest.mark.spec("PROF-03")
@pytest.mark.parametrize("name", ["displayName", "description", "displayPicture"])
def test_a_text_field_that_is_not_a_string_is_malformed(name: str) -> None:
    message = Message(type=Profile.type, body={"profile": {name: 5}})
    assert code(PROFILES.receive(received(message), None, NOW)) == "e.m.msg.malformed"
    with pytest.raises(ValueError, match=f"`{name}` must be a string"):
        Profile(profile={name: 5})


@pytest.mark.spec("PROF-04", "PROF-05")
def test_a_profile_that_asks_for_ours_gets_it_once() -> None:
    ask = Profile(profile={}, send_back_yours=True).to_message(id="one")
    first = PROFILES.receive(received(ask), None, NOW)
    assert [(out.message.pthid, out.message.body) for out in first.send] == [("one", {"profile": OURS})]
    assert first.send[0].message.attachment("#face") == FACE
    assert first.send[0].message.thread != "one"
    second = UserProfile({"displayName": "Alice"}).receive(answer_from_bob(first.send[0].message), None, NOW)
    assert (names(second), second.send) == (["profile"], ())


@pytest.mark.spec("PROF-06")
@pytest.mark.parametrize("declining", [UserProfile(), UserProfile(OURS, share=lambda _received: False)])
@pytest.mark.parametrize("body", [Profile(profile={}, send_back_yours=True), RequestProfile()])
def test_a_program_may_decline_without_an_error(
    declining: UserProfile, body: Profile | RequestProfile
) -> None:
    step = declining.receive(received(body), None, NOW)
    assert (step.send, step.problem) == ((), None)


@pytest.mark.spec("PROF-06")
def test_a_peer_without_a_relationship_gets_no_profile_by_default() -> None:
    assert PROFILES.receive(received(RequestProfile(), relationship=None), None, NOW).send == ()


@pytest.mark.spec("PROF-07")
@pytest.mark.parametrize(
    ("query", "fields"),
    [
        (None, OURS),
        (("displayName",), {"displayName": "Bob"}),
        ((), {}),
        (("unknown",), {}),
        (("displayPicture",), {"displayPicture": "#face"}),
    ],
)
def test_a_request_gets_the_fields_that_it_names(
    query: tuple[str, ...] | None, fields: dict[str, str]
) -> None:
    sent = PROFILES.receive(received(RequestProfile(query=query)), None, NOW).send[0].message
    assert (sent.pthid, sent.body) == ("one", {"profile": fields})
    assert bool(sent.attachments) == ("displayPicture" in fields)


def test_the_answer_ends_the_request_that_it_names_as_parent() -> None:
    begun = PROFILES.begin(RequestProfile(), **TO_BOB, expires_time=NOW + 10)
    assert begun.thread is not None
    assert begun.thread.state == "waiting"
    answer = Profile(profile={"displayName": "Bob"}).to_message(pthid=begun.thread.thid)
    assert PROFILES.thread_of(answer) == begun.thread.thid
    ended = PROFILES.receive(answer_from_bob(answer), begun.thread, NOW)
    assert ended.thread is not None
    assert (ended.thread.done, names(ended)) == (True, ["profile"])
    assert names(PROFILES.wake(begun.thread, NOW + 10)) == ["timeout"]


@pytest.mark.spec("PROF-08")
def test_a_profile_by_a_sender_that_is_not_proved_changes_nothing() -> None:
    step = PROFILES.receive(anonymous(Profile(profile={"displayName": "Mallory"})), None, NOW)
    assert (step.events, step.thread, code(step)) == ((), None, "e.m.trust.unauthenticated")
