"""`allowed_senders`: a list of DIDs, or a predicate that is called for each sender."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import pydidcomm
from pydidcomm import DIDCommMessaging, InMemoryReplayWindow, PolicyError, UnpackConfig, sync
from pydidcomm.errors import UntrustedMessageError
from support import forge
from support.forge import plaintext
from support.parties import hello

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from support.parties import Documents, Party


class Guard:
    """A predicate that allows some DIDs and records its calls."""

    def __init__(self, *allowed: str) -> None:
        self.allowed = allowed
        self.requests: list[str] = []

    def __call__(self, did: str) -> bool:
        self.requests.append(did)
        return did in self.allowed

    async def awaited(self, did: str) -> bool:
        return self(did)


def messages(alice: Party, bob: Party) -> tuple[dict[str, Any], ...]:
    """What proves its sender: authcrypt, a signature, and a signature in anoncrypt."""
    message = plaintext(from_=alice.did, to=[bob.did])
    signed = forge.sign(message, alice.signing)
    authcrypt = forge.encrypt(message, bob.agreement, sender=alice.key)
    return authcrypt, signed, forge.encrypt(signed, bob.agreement)


async def test_a_predicate_can_be_awaited(documents: Documents, alice: Party, bob: Party) -> None:
    recipient = DIDCommMessaging(bob.secrets, documents)
    admitted, refused = Guard(alice.did), Guard("did:example:carol")
    for packed in messages(alice, bob):
        received = await recipient.unpack(packed, config=UnpackConfig(allowed_senders=admitted.awaited))
        assert received.message.frm == alice.did
        with pytest.raises(PolicyError) as caught:
            await recipient.unpack(packed, config=UnpackConfig(allowed_senders=refused.awaited))
        assert (caught.value.demand, caught.value.did) == ("allowed_senders", alice.did)
    assert admitted.requests == refused.requests == [alice.did] * 3


async def test_every_operation_calls_a_plain_predicate(
    documents: Documents, alice: Party, bob: Party
) -> None:
    guard = Guard()
    config = UnpackConfig(allowed_senders=guard)
    packed = messages(alice, bob)[0]
    resolvers = documents.of(bob)
    with pytest.raises(PolicyError):
        await DIDCommMessaging(bob.secrets, documents).unpack(packed, config=config)
    with pytest.raises(PolicyError):
        await pydidcomm.unpack(resolvers, packed, config)
    with pytest.raises(PolicyError):
        sync.unpack(resolvers, packed, config)
    with pytest.raises(PolicyError):
        sync.DIDCommMessaging(bob.secrets, documents).unpack(packed, config=config)
    assert guard.requests == [alice.did] * 4


async def test_the_sender_of_a_forward_is_checked(documents: Documents, alice: Party, bob: Party) -> None:
    forward = plaintext(
        type="https://didcomm.org/routing/2.0/forward",
        from_=alice.did,
        to=[bob.did],
        body={"next": "did:example:carol"},
        attachments=[{"data": {"json": {"protected": "x", "recipients": [], "ciphertext": "x", "tag": "x"}}}],
    )
    mediator = DIDCommMessaging(bob.secrets, documents)
    guard = Guard(alice.did)
    for allowed in (guard, guard.awaited):
        config = UnpackConfig(allowed_senders=allowed)
        known = forge.encrypt(forward, bob.agreement, sender=alice.key)
        assert (await mediator.unpack_forward(known, config=config)).next == "did:example:carol"
        with pytest.raises(PolicyError):
            await mediator.unpack_forward(forge.encrypt(forward, bob.agreement), config=config)
    with pytest.raises(PolicyError):
        sync.unpack_forward(
            documents.of(bob), forge.encrypt(forward, bob.agreement), UnpackConfig(allowed_senders=guard)
        )
    assert guard.requests == [alice.did] * 2


def test_the_predicate_is_not_called_for_an_unproved_sender(
    documents: Documents, alice: Party, bob: Party, mallory: Party
) -> None:
    guard = Guard(alice.did)
    config = UnpackConfig(allowed_senders=guard)
    message = plaintext(from_=alice.did, to=[bob.did])
    for unproved in (message, forge.encrypt(message, bob.agreement)):
        with pytest.raises(PolicyError) as caught:
            documents.unpack(bob, unproved, config)
        assert caught.value.did is None
    with pytest.raises(UntrustedMessageError):
        documents.unpack(bob, forge.encrypt(message, bob.agreement, sender=mallory.key), config)
    assert guard.requests == []


def test_other_demands_are_checked_before_the_predicate(
    documents: Documents, alice: Party, bob: Party
) -> None:
    guard = Guard(alice.did)
    config = UnpackConfig(allowed_senders=guard, require_signed=True)
    with pytest.raises(PolicyError, match="require_signed"):
        documents.unpack(bob, messages(alice, bob)[0], config)
    assert guard.requests == []


def test_messages_of_refused_senders_are_not_recorded(documents: Documents, alice: Party, bob: Party) -> None:
    recipient = sync.DIDCommMessaging(bob.secrets, documents, replay_window=InMemoryReplayWindow())
    packed = messages(alice, bob)[0]
    for allowed in (Guard(), {"did:example:carol"}, ()):
        with pytest.raises(PolicyError):
            recipient.unpack(packed, config=UnpackConfig(allowed_senders=allowed))
    assert recipient.unpack(packed, config=UnpackConfig(allowed_senders=[alice.did])).message.id == "one"


def test_an_exception_of_the_predicate_is_raised_unchanged(
    documents: Documents, alice: Party, bob: Party
) -> None:
    error = ConnectionError("the directory is down")

    def guard(_did: str) -> bool:
        raise error

    with pytest.raises(ConnectionError) as caught:
        documents.unpack(bob, messages(alice, bob)[0], UnpackConfig(allowed_senders=guard))
    assert caught.value is error


def test_without_an_event_loop_a_predicate_that_has_to_be_awaited_is_a_type_error(
    documents: Documents, alice: Party, bob: Party
) -> None:
    guard = Guard(alice.did)
    with pytest.raises(TypeError, match="plain functions"):
        documents.unpack(bob, messages(alice, bob)[0], UnpackConfig(allowed_senders=guard.awaited))


async def test_the_answer_of_an_awaited_predicate_must_be_a_bool(
    documents: Documents, alice: Party, bob: Party
) -> None:
    class Answer:
        """An awaitable that is no coroutine, and true as an object."""

        def __init__(self, value: object) -> None:
            self.value = value

        def __await__(self) -> Any:  # noqa: ANN401, what await takes
            return self.value
            yield

    recipient = DIDCommMessaging(bob.secrets, documents)
    packed = messages(alice, bob)[0]

    def answering(*, value: object) -> UnpackConfig:
        def guard(_did: str) -> Awaitable[bool]:
            answer: Any = Answer(value)
            return answer  # type: ignore[no-any-return]

        return UnpackConfig(allowed_senders=guard)

    assert (await recipient.unpack(packed, config=answering(value=True))).message.frm == alice.did
    with pytest.raises(PolicyError):
        await recipient.unpack(packed, config=answering(value=False))
    for odd in ("yes", "no", None, "", 0, 1):
        with pytest.raises(TypeError, match="`allowed_senders` must return a bool"):
            await recipient.unpack(packed, config=answering(value=odd))


@pytest.mark.parametrize("allowed", ["did:example:alice", 7, [7]])
def test_an_allow_list_that_is_not_a_list_of_dids_raises_type_error(allowed: object) -> None:
    wrong: Any = allowed
    with pytest.raises(TypeError):
        UnpackConfig(allowed_senders=wrong)


def test_a_sender_is_allowed_under_every_name_of_its_did() -> None:
    alice, bob = sync.DIDCommMessaging(), sync.DIDCommMessaging()
    frm, to = alice.create_peer_did(method=4), bob.create_peer_did()
    packed = alice.pack(hello(), to=to, frm=frm).message
    for name in (frm, pydidcomm.short_form(frm)):
        assert bob.unpack(packed, config=UnpackConfig(allowed_senders={name})).message.frm == frm
    with pytest.raises(PolicyError):
        bob.unpack(packed, config=UnpackConfig(allowed_senders={to}))
