"""Long work runs in a worker thread, and short work in the event loop."""

from __future__ import annotations

from contextvars import ContextVar
from time import process_time
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DecryptionError,
    DIDCommMessaging,
    MalformedMessageError,
    Message,
    Outgoing,
    Packed,
    UnpackConfig,
    UnpackResult,
    pack_encrypted,
    sync,
    wrap_in_forward,
)
from support.event_loops import turns
from support.parties import HELLO, Documents, Party, hello, results

if TYPE_CHECKING:
    from support.recording_resolver import RecordingResolver

LONG = "x" * (1 << 20)


def long(to: list[str] | None = None) -> Message:
    return Message(type=HELLO, body={"text": LONG}, to=to)


async def test_other_tasks_run_while_a_long_message_is_packed_and_unpacked() -> None:
    party = DIDCommMessaging()
    alice, bob = await party.create_peer_did(), await party.create_peer_did()
    packed, while_packing = await turns(party.pack(long(), to=bob, frm=alice))
    received, while_unpacking = await turns(party.unpack(packed.message))
    assert received.message.body == {"text": LONG}
    signed, while_signing = await turns(party.pack_signed(long(to=[bob]), sign_frm=alice))
    assert (await party.unpack(signed.packed_msg)).metadata.non_repudiation
    _, while_wrapping = await turns(wrap_in_forward(party.resolvers_config, packed.message, bob, [bob]))
    assert min(while_packing, while_unpacking, while_signing, while_wrapping) > 0


async def test_a_short_message_is_packed_and_unpacked_at_once() -> None:
    party = DIDCommMessaging()
    alice, bob = await party.create_peer_did(), await party.create_peer_did()
    packed, while_packing = await turns(party.pack(hello(), to=bob, frm=alice))
    _, while_unpacking = await turns(party.unpack(packed.message))
    assert (while_packing, while_unpacking) == (0, 0)


async def test_a_large_batch_leaves_the_loop_and_a_small_one_does_not() -> None:
    party = DIDCommMessaging()
    bob = await party.create_peer_did()
    for size, leaves in ((2, False), (200, True)):
        sent, while_packing = await turns(party.pack_many([Outgoing(message=hello(), to=bob)] * size))
        entries = results(sent)
        packed = [entry.message for entry in entries if isinstance(entry, Packed)]
        opened, while_unpacking = await turns(party.unpack_many(packed))
        received = results(opened)
        assert [type(entry) for entry in received] == [UnpackResult] * size
        assert (while_packing > 0, while_unpacking > 0) == (leaves, leaves)


@pytest.mark.parametrize("sender", [None, "did:example:alice"])
async def test_a_message_to_many_keys_leaves_the_loop_and_every_key_opens_it(
    alice: Party, sender: str | None
) -> None:
    crowd = Party("did:example:crowd", agreement=40)
    documents = Documents(alice, crowd)
    packing = pack_encrypted(documents.of(alice), hello(), to=crowd.did, frm=sender)
    packed, while_packing = await turns(packing)
    assert while_packing > 0
    assert packed.to_kids == tuple(sorted(crowd.kids))
    every_key = UnpackConfig(expect_decrypt_by_all_keys=True)
    assert documents.unpack(crowd, packed.message, every_key).message.frm == sender
    (entry,) = results(
        sync.pack_many(documents.of(alice), [Outgoing(message=hello(), to=crowd.did, frm=sender)])
    )
    assert isinstance(entry, Packed)
    assert documents.unpack(crowd, entry.message, every_key).message.frm == sender
    again = sync.pack_encrypted(documents.of(alice), hello(), to=crowd.did, frm=sender)
    assert documents.unpack(crowd, again.message, every_key).message.frm == sender


async def test_resolvers_run_in_the_context_of_the_caller(
    recorder: RecordingResolver, alice: Party, bob: Party
) -> None:
    caller = ContextVar("caller", default="unknown")
    callers: list[str] = []

    class Watched:
        def resolve(self, did: str, /) -> Any:  # noqa: ANN401, what the resolver inside answers
            callers.append(caller.get())
            return recorder.documents.resolve(did)

    caller.set("test")
    await DIDCommMessaging(alice.secrets, Watched()).pack(long(), to=bob.did, frm=alice.did)
    assert callers == ["test"] * 2


async def test_errors_of_the_worker_thread_are_raised_to_the_caller(
    alice: Party, bob: Party, carol: Party
) -> None:
    error = ConnectionError("no network")

    class Failing:
        def resolve(self, did: str, /) -> dict[str, Any] | None:
            raise error

    with pytest.raises(ConnectionError) as caught:
        await DIDCommMessaging(alice.secrets, Failing()).pack(long(), to=bob.did)
    assert caught.value is error
    documents = Documents(alice, bob, carol)
    with pytest.raises(MalformedMessageError):
        await DIDCommMessaging(bob.secrets, documents).unpack(LONG)
    packed = (await pack_encrypted(documents.of(alice), long(), to=bob.did)).packed_msg
    with pytest.raises(DecryptionError):
        await DIDCommMessaging(bob.secrets, documents).unpack(
            packed.replace('"ciphertext":"', '"ciphertext":"AAAA')
        )


async def test_cancelling_long_work_leaves_the_party_usable() -> None:
    party = DIDCommMessaging()
    bob = await party.create_peer_did()
    for _ in range(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: party.pack(long(), to=bob))
            await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    packed = await party.pack(long(), to=bob)
    assert (await party.unpack(packed.message)).message.body == {"text": LONG}


async def test_cancelled_long_work_does_not_start() -> None:
    party = DIDCommMessaging()
    bob = await party.create_peer_did()
    packed = (await party.pack(Message(type=HELLO, body={"text": LONG * 4}), to=bob)).message
    before = process_time()
    await party.unpack(packed)
    alone = process_time() - before
    for _ in range(2):
        # processor time is counted, which no other process changes
        before = process_time()
        async with anyio.create_task_group() as tasks:
            for _ in range(60):
                tasks.start_soon(party.unpack, packed)
            await anyio.lowlevel.checkpoint()
            await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
        await party.unpack(packed)
        assert process_time() - before < 30 * alone


def test_work_without_an_event_loop_runs_in_the_calling_thread() -> None:
    party = sync.DIDCommMessaging()
    bob = party.create_peer_did()
    packing = pack_encrypted(party.resolvers_config, long(), bob)
    with pytest.raises(StopIteration) as done:
        packing.send(None)
    packed: Packed = done.value.value
    assert party.unpack(packed.message).message.body == {"text": LONG}
