"""What an operator demands, how replays are found, and what an application is told to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import forge
from forge import plaintext
from pydidcomm import (
    DIDCommMessaging,
    InMemoryReplayWindow,
    PeerEnded,
    PeerRotated,
    PolicyError,
    ReplayedMessageError,
    UnpackConfig,
    sync,
)
from pydidcomm.errors import MalformedMessageError, UnsupportedError, UntrustedMessageError
from world import Party, hello

if TYPE_CHECKING:
    from world import Documents


def forms(alice: Party, bob: Party) -> dict[str, Any]:
    message = plaintext(from_=alice.did, to=[bob.did])
    signed = forge.sign(message, alice.signing)
    return {
        "plain": message,
        "signed": signed,
        "anoncrypt": forge.encrypt(message, bob.agreement),
        "authcrypt": forge.encrypt(message, bob.agreement, sender=alice.key),
        "anoncrypt(sign)": forge.encrypt(signed, bob.agreement),
    }


def named_alice(did: str) -> bool:
    return did.endswith("alice")


@pytest.mark.parametrize(
    ("demand", "value", "met_by"),
    [
        ("require_encrypted", True, {"anoncrypt", "authcrypt", "anoncrypt(sign)"}),
        ("require_authenticated", True, {"signed", "authcrypt", "anoncrypt(sign)"}),
        ("require_signed", True, {"signed", "anoncrypt(sign)"}),
        ("require_profile", "didcomm/v2", {"anoncrypt", "authcrypt", "anoncrypt(sign)"}),
        ("allowed_senders", {"did:example:alice"}, {"signed", "authcrypt", "anoncrypt(sign)"}),
        ("allowed_senders", named_alice, {"signed", "authcrypt", "anoncrypt(sign)"}),
        ("allowed_senders", {"did:example:carol"}, set[str]()),
    ],
)
def test_a_demand_is_met_or_names_itself(  # noqa: PLR0913, PLR0917, fixtures
    documents: Documents,
    alice: Party,
    bob: Party,
    demand: str,
    value: Any,  # noqa: ANN401, any option
    met_by: set[str],
) -> None:
    options: dict[str, Any] = {demand: value}
    for form, packed in forms(alice, bob).items():
        if form in met_by:
            documents.unpack(bob, packed, UnpackConfig(**options))
            continue
        with pytest.raises(PolicyError) as caught:
            documents.unpack(bob, packed, UnpackConfig(**options))
        assert caught.value.demand == demand


def test_a_profile_that_is_not_ours_is_refused_where_it_is_demanded() -> None:
    with pytest.raises(UnsupportedError):
        UnpackConfig(require_profile="didcomm/aip1")


@pytest.mark.spec("TIM-03", "TIM-04")
def test_expiry_is_told_and_refused_on_demand(documents: Documents, bob: Party) -> None:
    packed = plaintext(expires_time=1000)
    for now, expired in ((999, False), (1000, True)):
        received = documents.unpack(bob, packed, UnpackConfig(now=now))
        assert received.metadata.expired == expired
        assert received.message.is_expired(now) == expired
    with pytest.raises(PolicyError, match="require_unexpired"):
        documents.unpack(bob, packed, UnpackConfig(now=1000, require_unexpired=True))
    assert not hello().is_expired(2**63)


@pytest.mark.spec("MSG-09", "MSG-10", "MSG-11")
def test_a_message_in_the_open_to_somebody_else_is_warned_of(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    ours = UnpackConfig(own_dids=[bob.did])
    for to, count in ((carol.did, 1), (bob.did, 0)):
        message = plaintext(from_=alice.did, to=[to])
        for packed in (message, forge.sign(message, alice.signing)):
            assert len(documents.unpack(bob, packed, ours).metadata.warnings) == count


def test_a_mismatch_of_to_is_a_warning_on_demand_but_not_under_a_signature(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    message = plaintext(from_=alice.did, to=[carol.did])
    lenient = UnpackConfig(to_mismatch="warning")
    odd = forge.encrypt(message, bob.agreement, sender=alice.key)
    assert len(documents.unpack(bob, odd, lenient).metadata.warnings) == 1
    passed_on = forge.encrypt(forge.sign(message, alice.signing), bob.agreement)
    with pytest.raises(UntrustedMessageError):
        documents.unpack(bob, passed_on, lenient)


def test_layers_and_nesting_are_limited(documents: Documents, alice: Party, bob: Party) -> None:
    packed = forms(alice, bob)["anoncrypt(sign)"]
    documents.unpack(bob, packed, UnpackConfig(max_layers=2, max_nesting=2))
    for config in (UnpackConfig(max_layers=1), UnpackConfig(max_nesting=1)):
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, packed, config)


async def test_a_replay_is_refused_and_a_forgery_leaves_nothing(
    documents: Documents, alice: Party, bob: Party, mallory: Party
) -> None:
    window = InMemoryReplayWindow(capacity=10)
    recipient = DIDCommMessaging(bob.secrets, documents, replay_window=window)
    message = plaintext(from_=alice.did, to=[bob.did])
    with pytest.raises(UntrustedMessageError):
        await recipient.unpack(forge.encrypt(message, bob.agreement, sender=mallory.key))
    for sender in (alice.key, None):
        await recipient.unpack(forge.encrypt(message, bob.agreement, sender=sender))
        with pytest.raises(ReplayedMessageError) as caught:
            await recipient.unpack(forge.encrypt(message, bob.agreement, sender=sender))
        assert (caught.value.message_id, caught.value.did) == ("one", alice.did if sender else None)


@pytest.mark.spec("ROT-02", "ROT-04", "ROT-10", "ROT-11", "ROT-18", "ROT-19")
def test_a_rotation_and_an_ending_tell_what_to_do(documents: Documents, alice: Party, bob: Party) -> None:
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
    ended = documents.unpack(bob, sender.end_relationship(to=bob.did, frm=alice.did).message)
    assert isinstance(ended.relationship_change, PeerEnded)
    assert (ended.relationship_change.did, ended.message.frm) == (alice.did, None)
    assert documents.unpack(bob, plaintext()).relationship_change is None
