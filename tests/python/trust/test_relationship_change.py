"""`relationship_change`: a peer rotates its DID or ends the relationship."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pydidcomm import DIDCommMessaging, PeerEnded, PeerRotated, UnpackConfig, UnpackResult, sync
from pydidcomm.errors import UntrustedMessageError
from support.forge import encrypt, plaintext
from support.parties import Party, hello

if TYPE_CHECKING:
    from support.parties import Documents


def instruction(received: UnpackResult) -> str:
    """What a program does, written as programs write it."""
    match received.relationship_change:
        case None:
            return "nothing"
        case PeerRotated(old, new):
            return f"write to {new} in place of {old}"
        case PeerEnded(did):
            return f"forget {did}"


def dated(received: UnpackResult) -> tuple[str, int | None, str]:
    match received.relationship_change:
        case PeerRotated(at=at, kid=kid):
            return "rotated", at, kid
        case PeerEnded(did=_, at=at, kid=kid):
            return "ended", at, kid
        case None:
            return "nothing", None, ""


@pytest.mark.spec("ROT-01", "ROT-09", "ROT-10", "ROT-18")
async def test_a_relationship_change_can_be_matched() -> None:
    alice, bob = DIDCommMessaging(clock=lambda: 500), DIDCommMessaging(clock=lambda: 800)
    old, new = await alice.create_peer_did(), await alice.create_peer_did()
    to = await bob.create_peer_did()
    said = await bob.unpack((await alice.pack(hello(), to=to, frm=old)).message)
    assert instruction(said) == "nothing"
    assert dated(said) == ("nothing", None, "")
    moved = await bob.unpack((await alice.rotate(to=to, old=old, new=new)).message)
    assert instruction(moved) == f"write to {new} in place of {old}"
    what, at, kid = dated(moved)
    assert (what, at, kid.split("#")[0]) == ("rotated", 500, old)
    gone = await bob.unpack((await alice.end_relationship(to=to, frm=new, at=700)).message)
    assert instruction(gone) == f"forget {new}"
    what, at, kid = dated(gone)
    assert (what, at, kid.split("#")[0]) == ("ended", 700, new)


@pytest.mark.spec("ROT-21")
def test_the_end_announced_to_one_peer_is_refused_by_another(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    ended = sync.DIDCommMessaging(alice.secrets, documents).end_relationship(to=carol.did, frm=alice.did)
    token = documents.unpack(carol, ended.text).metadata.from_prior_jwt
    handed_on = encrypt(plaintext(to=[bob.did], from_prior=token), bob.agreement)
    with pytest.raises(UntrustedMessageError, match="aud"):
        documents.unpack(bob, handed_on)


def shortened(did: str) -> str:
    """The DID as a representation shows it: 64 characters, a third of them from its end."""
    return f"{did[:42]}…{did[-21:]}"


def test_a_relationship_change_is_a_value() -> None:
    alice, bob = sync.DIDCommMessaging(clock=lambda: 500), sync.DIDCommMessaging(clock=lambda: 500)
    old, new, to = alice.create_peer_did(), alice.create_peer_did(), bob.create_peer_did()
    packed = alice.rotate(to=to, old=old, new=new).message
    moved, again = (bob.unpack(packed).relationship_change for _ in range(2))
    gone = bob.unpack(alice.end_relationship(to=to, frm=old).message).relationship_change
    assert moved == again
    assert hash(moved) == hash(again)
    assert moved != gone
    assert len({moved, again, gone}) == 2
    assert repr(moved) == f"PeerRotated(old='{shortened(old)}', new='{shortened(new)}')"
    assert repr(gone) == f"PeerEnded(did='{shortened(old)}')"
    assert (PeerRotated.__match_args__, PeerEnded.__match_args__) == (("old", "new"), ("did",))


@pytest.mark.spec("ROT-02", "ROT-04", "ROT-10", "ROT-11", "ROT-18", "ROT-19")
def test_a_rotation_and_an_end_are_reported_as_relationship_changes(
    documents: Documents, alice: Party, bob: Party
) -> None:
    new = Party("did:example:alice2")
    documents.parties[new.did] = new
    new.secrets.add_key(alice.signing.secret_jwk)
    sender = sync.DIDCommMessaging(new.secrets, documents, clock=lambda: 500)
    packed = sender.rotate(to=bob.did, old=alice.did, new=new.did)
    received = documents.unpack(bob, packed.message)
    assert received.message.type == "https://didcomm.org/empty/1.0/empty"
    change = received.relationship_change
    assert isinstance(change, PeerRotated)
    assert (change.old, change.new, change.at) == (alice.did, new.did, 500)
    assert change.is_later_than(499)
    assert not change.is_later_than(500)
    assert change.is_later_than(None)
    ended = documents.unpack(
        bob, sender.end_relationship(to=bob.did, frm=alice.did).message, UnpackConfig(now=500)
    )
    assert isinstance(ended.relationship_change, PeerEnded)
    assert (ended.relationship_change.did, ended.message.frm) == (alice.did, None)
    assert documents.unpack(bob, plaintext()).relationship_change is None
