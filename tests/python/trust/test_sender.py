"""The sender of a received message: proved, or reported as not proved; and in one form."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import pytest

import pydidcomm
from pydidcomm import (
    DIDCommMessaging,
    Message,
    MessageWarning,
    Outgoing,
    PeerRotated,
    UnpackConfig,
    UnprovedSenderWarning,
    WarningCode,
    same_party,
    short_form,
    sync,
)
from support.parties import hello, results

if TYPE_CHECKING:
    from support.parties import Documents, Party


def codes(received: pydidcomm.UnpackResult) -> list[WarningCode]:
    return [warning.code for warning in received.metadata.warnings]


async def test_a_proved_sender_is_reported_without_a_warning() -> None:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    alice_did, bob_did = await alice.create_peer_did(), await bob.create_peer_did()
    message = hello(frm=alice_did, to=[bob_did])
    for packed in (
        (await alice.pack(message, to=bob_did, frm=alice_did)).message,
        (await alice.pack(message, to=bob_did, sign_frm=alice_did)).message,
        (await alice.pack_signed(message, sign_frm=alice_did)).packed_msg,
    ):
        received = await bob.unpack(packed)
        assert received.sender == received.metadata.sender == alice_did
        assert WarningCode.UNPROVED_FROM not in codes(received)


@pytest.mark.spec("ENV-09")
async def test_an_unproved_sender_is_none_with_a_warning() -> None:
    bob = DIDCommMessaging()
    bob_did = await bob.create_peer_did()
    message = hello(frm="did:example:alice")
    for packed in (
        (await bob.pack_plaintext(message)).packed_msg,
        (await bob.pack(message, to=bob_did, anonymous=True)).message,
    ):
        received = await bob.unpack(packed)
        assert (received.sender, received.message.frm) == (None, "did:example:alice")
        assert received.metadata.sender is None
        assert codes(received) == [WarningCode.UNPROVED_FROM]
        (warning,) = received.metadata.warnings
        assert warning.part == "from"
        assert "`from` is not proved" in warning
    received = await bob.unpack((await bob.pack(hello(frm=None), to=bob_did)).message)
    assert (received.sender, received.metadata.warnings) == (None, ())


def test_a_warning_is_a_str_with_a_code_that_survives_pickling() -> None:
    warning = MessageWarning("`to` is odd", "not_to_us", "to")
    for twin in (copy.copy(warning), copy.deepcopy(warning), pickle.loads(pickle.dumps(warning))):  # noqa: S301
        assert (twin, twin.code, twin.part) == (warning, WarningCode.NOT_TO_US, "to")
    with pytest.raises(AttributeError):
        warning.code = WarningCode.TYPE  # type: ignore[misc]
    with pytest.raises(ValueError, match="unheard_of"):
        MessageWarning("x", "unheard_of")


def test_the_recipient_and_the_thread_are_reported(documents: Documents, alice: Party, bob: Party) -> None:
    sender = sync.DIDCommMessaging(alice.secrets, documents)
    begun = sender.pack(hello(id="one"), to=bob.did, frm=alice.did)
    received = documents.unpack(bob, begun.message)
    assert (received.metadata.recipient, received.message.thread) == (bob.did, "one")
    answer = sender.pack_plaintext(hello(id="two", thid="one"))
    received = documents.unpack(bob, answer.packed_msg)
    assert (received.metadata.recipient, received.message.thread) == (None, "one")


async def test_pack_is_from_the_sender_that_the_message_names() -> None:
    alice, bob = DIDCommMessaging(), DIDCommMessaging()
    alice_did, bob_did = await alice.create_peer_did(), await bob.create_peer_did()
    named = hello(frm=alice_did)
    forms: list[Any] = [named, named.as_dict()]
    for message in forms:
        every = [
            await alice.pack(message, to=bob_did),
            *results(await alice.pack_to_each(message, to=[bob_did])),
            *results(await alice.pack_many([Outgoing(message=message, to=bob_did)])),
            *results(
                await pydidcomm.pack_many(alice.resolvers_config, [Outgoing(message=message, to=bob_did)])
            ),
        ]
        for packed in every:
            assert not isinstance(packed, Exception)
            assert (await bob.unpack(packed.message)).sender == alice_did
        unnamed = [
            await alice.pack(message, to=bob_did, anonymous=True),
            *results(await alice.pack_to_each(message, to=[bob_did], anonymous=True)),
            *results(await alice.pack_many([Outgoing(message=message, to=bob_did, anonymous=True)])),
        ]
        for packed in unnamed:
            assert not isinstance(packed, Exception)
            assert packed.from_kid is None
            assert (await bob.unpack(packed.message)).sender is None
    with pytest.raises(ValueError, match="`frm` must be None with `anonymous=True`"):
        await alice.pack(named, to=bob_did, frm=alice_did, anonymous=True)


def test_synchronous_pack_is_from_the_sender_that_the_message_names() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    alice_did, bob_did = alice.create_peer_did(), bob.create_peer_did()
    message = hello(frm=alice_did)
    for packed, sender in (
        (alice.pack(message, to=bob_did), alice_did),
        (results(alice.pack_to_each(message, to=[bob_did]))[0], alice_did),
        (alice.pack(message, to=bob_did, anonymous=True), None),
        (results(alice.pack_to_each(message, to=[bob_did], anonymous=True))[0], None),
    ):
        assert bob.unpack(packed.message).sender == sender


async def test_the_tutorial_function_is_anonymous_without_frm_and_warns(
    documents: Documents, alice: Party, bob: Party
) -> None:
    named = hello(frm=alice.did)
    config = documents.of(alice)
    with pytest.warns(UnprovedSenderWarning, match="the recipient cannot verify the sender"):
        packed = await pydidcomm.pack_encrypted(config, named, bob.did)
    assert packed.from_kid is None
    with pytest.warns(UnprovedSenderWarning):
        sync.pack_encrypted(config, named, bob.did)
    with pytest.warns(UnprovedSenderWarning):
        results(sync.pack_encrypted_to_each(config, named, [bob.did]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sync.pack_encrypted(config, named, bob.did, frm=alice.did)
        sync.pack_encrypted(config, named, bob.did, sign_frm=alice.did)
        sync.pack_encrypted(config, hello(frm=None), bob.did)


@pytest.mark.parametrize("signed", [False, True])
def test_one_party_has_one_form_in_every_message_and_every_option(signed: bool) -> None:  # noqa: FBT001
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    long, bob_long = alice.create_peer_did(method=4), bob.create_peer_did(method=4)
    short, bob_short = short_form(long), short_form(bob_long)
    assert short is not None
    requests: list[str] = []

    def allowed(did: str) -> bool:
        requests.append(did)
        return did == short

    options = [
        None,
        *(UnpackConfig(allowed_senders=senders) for senders in ({short}, {long}, allowed)),
    ]
    contacts = {}
    for frm in (long, short, long):
        arguments: dict[str, Any] = {"sign_frm" if signed else "frm": frm}
        packed = alice.pack(hello(frm=frm), to=bob_long, **arguments).message
        for config in options:
            received = bob.unpack(packed, config=config)
            contacts[received.sender] = received.metadata.sender_long_form
            assert received.metadata.recipient == bob_short
            assert received.message.frm == frm
    assert contacts == {short: long}
    assert requests == [short] * 3


def test_a_did_peer_2_is_its_own_form_and_that_of_its_did_peer_3() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    did, bob_did = alice.create_peer_did(), bob.create_peer_did()
    three = short_form(did)
    assert three is not None
    assert three.startswith("did:peer:3")
    alice.resolver.resolve(did)
    for frm in (did, three):
        received = bob.unpack(
            alice.pack(Message(type="https://example.org/a/1.0/b"), to=bob_did, frm=frm).message
        )
        assert received.sender == did
        assert received.metadata.sender_long_form is None


def test_a_rotation_reports_the_form_that_senders_have() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    old, new = alice.create_peer_did(method=4), alice.create_peer_did(method=4)
    received = bob.unpack(alice.rotate(to=bob.create_peer_did(), old=old, new=new).message)
    change = received.relationship_change
    assert isinstance(change, PeerRotated)
    assert (change.old, change.new) == (short_form(old), received.sender)
    assert same_party(change.new, new)
