"""The DIDs of a relationship: rotation and ending on both sides, driven through every state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pydidcomm import FromPrior, Message
from pydidcomm.protocols import Change, LocalProtocolError, Received, Text, received_from
from pydidcomm.protocols.rotation import MAX_HISTORY, Finding, Parties
from pydidcomm.sync import DIDCommMessaging
from support.protocol_messages import ALICE, BOB, MALLORY, NOW, answer_from_bob

ALICE2, ALICE3, BOB2, BOB3 = (
    "did:example:alice2",
    "did:example:alice3",
    "did:example:bob2",
    "did:example:bob3",
)
ACTIVE = Parties(ours=ALICE, theirs=BOB, state="active")
TEXT = Text(content="x").to_message(frm=ALICE, to=[BOB])


def heard(sender: str | None = BOB, recipient: str | None = ALICE, change: Change | None = None) -> Received:
    return answer_from_bob(Text(content="x"), sender=sender, recipient=recipient, change=change)


def change(old: str, new: str | None, at: int | None = NOW) -> Change:
    return Change(old=old, new=new, at=at, kid=f"{old}#key-1")


@pytest.mark.spec("REL-01")
@pytest.mark.parametrize("state", ["invited", "requested", "active"])
def test_the_first_proved_message_of_the_peer_makes_the_relationship_active(state: Any) -> None:  # noqa: ANN401
    after, finding = replace(ACTIVE, state=state).heard(heard())
    assert (after.state, finding) == ("active", Finding.CURRENT)


@pytest.mark.spec("REL-02", "REL-04", "AGT-04")
@pytest.mark.parametrize(
    ("before", "message", "finding"),
    [
        (ACTIVE, heard(), Finding.CURRENT),
        (ACTIVE, heard(recipient=None), Finding.CURRENT),
        (ACTIVE, heard(MALLORY), Finding.FOREIGN),
        (ACTIVE, heard(None), Finding.FOREIGN),
        (ACTIVE, heard(recipient=MALLORY), Finding.FOREIGN),
        (ACTIVE, heard(MALLORY, change=change(MALLORY, "did:example:m2")), Finding.FOREIGN),
        (ACTIVE, heard(recipient=MALLORY, change=change(BOB, BOB2)), Finding.FOREIGN),
        (replace(ACTIVE, theirs=None, state="invited"), heard(), Finding.FOREIGN),
        (replace(ACTIVE, theirs=BOB2, their_history=(BOB,)), heard(BOB), Finding.SUPERSEDED),
        (replace(ACTIVE, ours=ALICE2, our_history=(ALICE,)), heard(recipient=ALICE), Finding.CURRENT),
        (replace(ACTIVE, state="ended"), heard(), Finding.AFTER_END),
        (replace(ACTIVE, state="ended"), heard(change=change(BOB, BOB2)), Finding.AFTER_END),
    ],
)
def test_what_a_message_means_to_a_relationship(before: Parties, message: Received, finding: Finding) -> None:
    after, found = before.heard(message)
    assert found == finding
    assert after == before


@pytest.mark.spec("REL-01", "REL-02")
def test_a_proved_rotation_moves_the_peer_and_its_former_did_is_superseded() -> None:
    first, finding = ACTIVE.heard(heard(BOB2, change=change(BOB, BOB2, NOW)))
    assert (first.theirs, first.their_history, first.changed_at, finding) == (
        BOB2,
        (BOB,),
        NOW,
        Finding.ROTATED,
    )
    # the peer repeats it until it has heard from us
    assert first.heard(heard(BOB2, change=change(BOB, BOB2, NOW))) == (first, Finding.CURRENT)
    assert first.heard(heard(BOB)) == (first, Finding.SUPERSEDED)
    second, _ = first.heard(heard(BOB3, change=change(BOB2, BOB3, NOW + 1)))
    assert (second.theirs, second.their_history) == (BOB3, (BOB, BOB2))
    # a copy of the first rotation, or of one from before the last change, moves nothing
    assert second.heard(heard(BOB2, change=change(BOB, BOB2, NOW))) == (second, Finding.SUPERSEDED)
    assert second.heard(heard(BOB2, change=change(BOB3, BOB2, NOW)))[1] == Finding.SUPERSEDED


@pytest.mark.spec("REL-04")
def test_a_proved_end_is_final() -> None:
    # such a message has no sender: only the change is proved
    ended, finding = ACTIVE.heard(heard(None, change=change(BOB, None)))
    assert (ended.state, finding) == ("ended", Finding.ENDED)
    assert ended.heard(heard()) == (ended, Finding.AFTER_END)
    for act in (
        lambda: ended.rotated(ALICE2, now=NOW),
        lambda: ended.announced(TEXT, now=NOW),
        lambda: ended.ended(now=NOW),
    ):
        with pytest.raises(LocalProtocolError, match="the relationship has ended"):
            act()


@pytest.mark.spec("REL-03")
def test_our_rotation_is_announced_until_a_message_to_the_new_did_arrives() -> None:
    rotated = ACTIVE.rotated(ALICE2, now=NOW)
    assert (rotated.ours, rotated.our_history) == (ALICE2, (ALICE,))
    for later in range(3):
        sent = rotated.announced(TEXT.replace(frm=ALICE2), now=NOW + later)
        assert sent.from_prior == FromPrior(iss=ALICE, sub=ALICE2, iat=NOW)
        # an answer to the former DID was written before the announcement was read
        rotated, _ = rotated.heard(heard(recipient=ALICE))
    confirmed, _ = rotated.heard(heard(recipient=ALICE2))
    assert confirmed.prior is None
    assert confirmed.announced(TEXT, now=NOW) is TEXT


@pytest.mark.spec("REL-01", "REL-03")
def test_two_rotations_before_an_answer_are_announced_from_the_did_that_the_peer_has() -> None:
    twice = ACTIVE.rotated(ALICE2, now=NOW).rotated(ALICE3, now=NOW + 1)
    assert twice.our_history == (ALICE, ALICE2)
    sent = twice.announced(TEXT.replace(frm=ALICE3), now=NOW + 2)
    assert sent.from_prior == FromPrior(iss=ALICE, sub=ALICE3, iat=NOW + 1)
    assert twice.heard(heard(recipient=ALICE2))[1] == Finding.CURRENT


@pytest.mark.spec("REL-03")
def test_both_sides_rotate_at_once() -> None:
    rotated = ACTIVE.rotated(ALICE2, now=NOW)
    crossing, finding = rotated.heard(heard(BOB2, ALICE, change(BOB, BOB2)))
    assert (crossing.theirs, crossing.prior, finding) == (BOB2, ALICE, Finding.ROTATED)
    settled, _ = crossing.heard(heard(BOB2, ALICE2))
    assert settled.prior is None


@pytest.mark.spec("REL-05")
@pytest.mark.parametrize("had", [ALICE, ALICE2])
def test_a_did_that_we_had_is_not_rotated_to(had: str) -> None:
    parties = replace(ACTIVE, ours=ALICE2, our_history=(ALICE,))
    with pytest.raises(LocalProtocolError, match="`new` must be a fresh DID"):
        parties.rotated(had, now=NOW)
    with pytest.raises(LocalProtocolError, match="has no peer yet"):
        replace(ACTIVE, theirs=None).rotated(ALICE3, now=NOW)


@pytest.mark.spec("REL-04")
@pytest.mark.parametrize(
    ("parties", "from_"), [(ACTIVE, [ALICE]), (ACTIVE.rotated(ALICE2, now=NOW), [ALICE, ALICE2])]
)
def test_ending_is_said_for_each_did_that_the_peer_may_have(parties: Parties, from_: list[str]) -> None:
    ended, sent = parties.ended(now=NOW)
    assert ended.state == "ended"
    assert [out.message.from_prior for out in sent] == [FromPrior(iss=did, aud=BOB, iat=NOW) for did in from_]
    assert all((out.to, out.frm, out.message.frm) == (BOB, None, None) for out in sent)


def test_the_history_of_a_peer_that_rotates_for_ever_is_bounded() -> None:
    parties = ACTIVE
    for number in range(MAX_HISTORY + 10):
        new = f"did:example:b{number}"
        parties, finding = parties.heard(heard(new, change=change(parties.theirs or "", new, NOW + number)))
        assert finding == Finding.ROTATED
    assert len(parties.their_history) == MAX_HISTORY


@pytest.mark.spec("REL-02", "REL-03", "REL-04")
def test_real_envelopes_prove_a_rotation_and_an_end() -> None:
    alice, bob = DIDCommMessaging(clock=lambda: NOW), DIDCommMessaging(clock=lambda: NOW)
    old, new = alice.create_peer_did(), alice.create_peer_did()
    to = bob.create_peer_did(service_endpoint="https://bob.example")
    parties = Parties(ours=to, theirs=old, state="active")
    ours = Parties(ours=old, theirs=to, state="active").rotated(new, now=NOW)
    hello = ours.announced(Message(type=Text.type, frm=new, to=[to], body={"content": "x"}), now=NOW)
    first = received_from(bob.unpack(alice.pack(hello, to=to).text), at=NOW)
    parties, finding = parties.heard(first)
    assert (parties.theirs, finding) == (new, Finding.ROTATED)
    assert Received.from_json(first.as_json()).change == first.change
    _, goodbyes = ours.ended(now=NOW + 1)
    for goodbye in goodbyes:
        packed = alice.pack(goodbye.message, to=to, anonymous=True)
        parties, finding = parties.heard(received_from(bob.unpack(packed.text), at=NOW + 1))
    assert (parties.state, finding) == ("ended", Finding.ENDED)
