"""Out-of-band 2.0: who is invited, until when and how often, and what the invited party acts on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pydidcomm import Attachment, Message
from pydidcomm.errors import MalformedMessageError, UnsupportedError
from pydidcomm.out_of_band import invitation
from pydidcomm.protocols import (
    Conversation,
    OutOfBand,
    Ping,
    Problem,
    Protocol,
    Received,
    Text,
    Trust,
    TrustPing,
    on,
)
from pydidcomm.protocols.out_of_band import MAX_ATTACHMENTS, Invited, accept
from pydidcomm.protocols.web_redirect import STATUSES, WebRedirect, web_redirect_of
from support.protocol_messages import ALICE, BOB, HOUR, MALLORY, NOW, received
from support.protocol_steps import names

OURS = "did:example:bob-invites"
CAROL = "did:example:carol"


def invited(uses: int | None = 1, **headers: object) -> Invited:
    message = invitation(OURS, goal="Talk").replace(id="inv", **headers)
    return Invited(message=message, uses=uses)


def answer(sender: str = ALICE, *, pthid: str | None = "inv", **proved: Any) -> Received:  # noqa: ANN401
    values = {"sender": sender, "recipient": OURS, "relationship": None, **proved}
    return received(Ping().to_message(pthid=pthid), **values)


@pytest.mark.spec("INV-01")
@pytest.mark.parametrize(
    ("uses", "senders", "accepted"),
    [
        (1, [ALICE, CAROL], [ALICE]),
        # a repeated answer of one peer is no further use
        (1, [ALICE, ALICE, CAROL], [ALICE, ALICE]),
        (2, [ALICE, CAROL, MALLORY], [ALICE, CAROL]),
        (None, [ALICE, CAROL, MALLORY], [ALICE, CAROL, MALLORY]),
    ],
)
def test_an_invitation_is_answered_as_often_as_it_may(
    uses: int | None, senders: list[str], accepted: list[str]
) -> None:
    current, taken = invited(uses), list[str]()
    for sender in senders:
        try:
            current = current.answer(answer(sender), NOW)
            taken.append(sender)
        except Problem as problem:
            assert problem.code == "e.p.req.invitation-used"  # noqa: PT017, the loop goes on
    assert taken == accepted
    assert current.is_open is (uses is None)
    assert Invited.from_json(current.as_json()) == current


@pytest.mark.spec("INV-02", "OOB-16")
@pytest.mark.parametrize(("uses", "needed"), [(1, False), (2, True), (None, True)])
def test_the_did_of_an_invitation_for_several_is_rotated(uses: int | None, *, needed: bool) -> None:
    assert invited(uses).needs_rotation is needed


@pytest.mark.spec("INV-04")
@pytest.mark.parametrize(
    "first",
    [
        answer(pthid=None),
        answer(pthid="another"),
        answer(recipient=BOB),
        answer(recipient=None),
        received(Ping().to_message(pthid="inv"), sender=None, trust=Trust.ANONYMOUS, recipient=OURS),
    ],
)
def test_a_message_that_does_not_answer_the_invitation_is_of_a_peer_that_is_not_invited(
    first: Received,
) -> None:
    assert not invited().is_answered_by(first)
    with pytest.raises(Problem, match=r"e\.p\.req\.not-invited"):
        invited().answer(first, NOW)


@pytest.mark.spec("OOB-03", "THR-06")
def test_the_id_of_the_invitation_is_compared_without_case() -> None:
    assert invited().is_answered_by(answer(pthid="INV"))


@pytest.mark.spec("INV-08")
@pytest.mark.parametrize(
    ("expires", "open_"), [(NOW - 1, False), (NOW, False), (NOW + 1, True), (None, True)]
)
def test_an_expired_invitation_is_taken_on_neither_side(expires: int | None, *, open_: bool) -> None:
    own = invited(expires_time=expires)
    if open_:
        assert not own.answer(answer(), NOW).is_open
        assert accept(own.message, now=NOW).pthid == "inv"
        return
    with pytest.raises(Problem, match=r"e\.p\.req\.time"):
        own.answer(answer(), NOW)
    with pytest.raises(Problem, match=r"e\.p\.req\.time"):
        accept(own.message, now=NOW)


@pytest.mark.spec("INV-08")
def test_a_peer_that_answered_in_time_stays_invited() -> None:
    own = invited(expires_time=NOW + HOUR).answer(answer(), NOW)
    assert own.answer(answer(), NOW + 2 * HOUR) == own


@pytest.mark.spec("INV-03", "OOB-03", "THR-14")
def test_the_first_message_names_the_invitation_as_parent_and_goes_to_the_inviter() -> None:
    accepted = accept(invited().message, now=NOW)
    begun = TrustPing().begin(Ping(), peer="r", to=accepted.inviter, frm=ALICE, now=NOW, pthid=accepted.pthid)
    first = begun.send[0].message
    assert (first.pthid, first.to, first.thid) == ("inv", (OURS,), None)
    assert invited().is_answered_by(answer(pthid=first.pthid))


@pytest.mark.spec("INV-05", "OOB-06")
@pytest.mark.parametrize(
    ("theirs", "profile"),
    [
        (["didcomm/v2"], "didcomm/v2"),
        (["didcomm/aip2;env=rfc19", "didcomm/v2"], "didcomm/v2"),
        (["b", "a"], "b"),
        ([], "didcomm/v2"),
        (["didcomm/aip2;env=rfc19"], None),
    ],
)
def test_the_first_profile_of_the_inviter_that_we_speak_is_chosen(
    theirs: list[str], profile: str | None
) -> None:
    message = invitation(OURS, accept=theirs)
    profiles = ["didcomm/v2", "a", "b"]
    if profile is None:
        with pytest.raises(UnsupportedError, match="didcomm/aip2;env=rfc19"):
            accept(message, now=NOW, profiles=profiles)
    else:
        assert accept(message, now=NOW, profiles=profiles).profile == profile


def attached(*messages: Message | Attachment) -> Message:
    attachments = [
        one if isinstance(one, Attachment) else Attachment.from_json_value(one.as_dict()) for one in messages
    ]
    return invitation(OURS, attachments=attachments).replace(id="inv")


UNKNOWN = Message(type="https://example.org/unknown/1.0/ask", id="u")
TEXT = Text(content="hi").to_message(id="t1", frm="did:example:trusted")
PING = Ping().to_message(id="p1")


@pytest.mark.spec("INV-06", "OOB-07")
@pytest.mark.parametrize(
    ("message", "chosen"),
    [
        (attached(UNKNOWN, TEXT, PING), "t1"),
        (attached(PING, TEXT), "p1"),
        (attached(UNKNOWN), None),
        (attached(), None),
        (attached(Attachment.from_bytes(b"no message"), TEXT), "t1"),
        (attached(Attachment.from_bytes(json.dumps(TEXT.as_dict()).encode())), "t1"),
        (attached(Attachment.from_links(["https://a.example/m"], content=b"x"), PING), "p1"),
        (attached(*[UNKNOWN] * MAX_ATTACHMENTS, TEXT), None),
    ],
)
def test_the_first_attached_message_that_is_handled_is_acted_on(message: Message, chosen: str | None) -> None:
    accepted = accept(message, now=NOW, handles=lambda kind: kind in {Text.type, Ping.type})
    assert (accepted.attached.id if accepted.attached else None) == chosen
    assert (accepted.received(ours=ALICE, at=NOW, relationship="r") is None) is (chosen is None)


@pytest.mark.spec("INV-06", "INV-10")
def test_an_attached_message_is_unproved_whatever_it_claims_and_its_answer_goes_to_the_inviter() -> None:
    accepted = accept(attached(TEXT), now=NOW, handles=lambda kind: kind == Text.type)
    arrived = accepted.received(ours=ALICE, at=NOW, relationship="r")
    assert arrived is not None
    assert (arrived.sender, arrived.trust, arrived.message.pthid) == (None, Trust.ANONYMOUS, "inv")

    class Open(Protocol, piuri="https://didcomm.org/basicmessage/2.0"):
        @on("message", trust=Trust.ANONYMOUS, role="receiver")
        def hear(self, thread: Conversation, text: Text) -> None:
            thread.reply(Text(content=f"you said {text.content}"))
            thread.set("heard")

    step = Open().receive(arrived, None, NOW)
    sent = step.send[0]
    assert (sent.to, sent.frm, sent.message.thid, sent.message.pthid) == (OURS, ALICE, "t1", "inv")
    assert step.thread is not None
    assert step.thread.peer == "r"


@pytest.mark.parametrize(
    "message",
    [
        Ping().to_message(frm=OURS),
        invitation(OURS).replace(frm=None),
        invitation(OURS).replace(body={"goal": 5}),
    ],
)
def test_what_is_not_an_invitation_is_not_accepted(message: Message) -> None:
    with pytest.raises(MalformedMessageError):
        accept(message, now=NOW)


def test_an_invitation_in_an_envelope_is_an_event() -> None:
    step = OutOfBand().receive(received(invited().message), None, NOW)
    assert (names(step), step.events[0].data, step.send) == (["invitation"], invited().message, ())


@pytest.mark.spec("OOB-20", "OOB-21", "OOB-22")
def test_a_redirect_has_both_members_at_the_top_of_the_message() -> None:
    for status in STATUSES:
        redirect = WebRedirect(status, "https://shop.example/thanks?x=1")
        message = Text(content="done").to_message(custom_headers=redirect.header())
        assert message.as_dict()["web_redirect"] == {"status": status, "redirectUrl": redirect.redirect_url}
        assert web_redirect_of(message) == redirect


@pytest.mark.spec("OOB-21", "OOB-22", "INV-11")
@pytest.mark.parametrize(
    ("status", "url"),
    [
        ("ok", "https://a.example"),
        ("DONE", "https://a.example"),
        ("OK", "http://a.example"),
        ("OK", "javascript:alert(1)"),
        ("OK", "https://"),
        ("OK", "https://a.example/\n"),
        ("OK", "https://[a"),
        ("OK", "https://a.example/" + "x" * 5_000),
    ],
)
def test_a_redirect_of_another_status_or_not_https_is_neither_made_nor_offered(status: str, url: str) -> None:
    with pytest.raises(ValueError, match=r"`status` must|`redirect_url` must"):
        WebRedirect(status, url)
    header = {"web_redirect": {"status": status, "redirectUrl": url}}
    assert web_redirect_of(Text(content="x").to_message(custom_headers=header)) is None


@pytest.mark.spec("OOB-21", "INV-11")
@pytest.mark.parametrize(
    "header",
    [
        None,
        "x",
        [],
        {},
        {"status": "OK"},
        {"redirectUrl": "https://a.example"},
        {"status": 1, "redirectUrl": 2},
    ],
)
def test_a_malformed_redirect_does_not_fail_the_message(header: object) -> None:
    assert web_redirect_of(Text(content="x").to_message(custom_headers={"web_redirect": header})) is None
