"""Batches: order, independent failures, and one request for each key and document."""

from __future__ import annotations

import os
import subprocess
import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from pydidcomm import (
    DIDCommMessaging,
    InMemoryReplayWindow,
    MalformedMessageError,
    Outgoing,
    Packed,
    PolicyError,
    ReplayedMessageError,
    ResolversConfig,
    SecretNotFoundError,
    UnpackConfig,
    UnpackResult,
    pack_many,
    sync,
    unpack_many,
)
from support.external_keys import Keys
from support.parties import Documents, Party, hello, results
from support.recording_resolver import Plain, RecordingResolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydidcomm import DIDDocument, PublicKey
    from support.parties import Key

NOISE = "noise"


def packed_by(alice: Party, documents: Documents, ids: Sequence[str]) -> list[str]:
    """Messages to Bob with these ids, as Alice packs them."""
    outgoing = [Outgoing(message=hello(id=id_), to="did:example:bob", frm=alice.did) for id_ in ids]
    entries = results(sync.pack_many(documents.of(alice), outgoing))
    return [entry.message for entry in entries if isinstance(entry, Packed)]


def summaries(entries: Sequence[UnpackResult | Exception]) -> list[Any]:
    """The id of each message, or the kind of the exception in its place."""
    return [
        entry.message.id if isinstance(entry, UnpackResult) else type(entry).__name__ for entry in entries
    ]


async def test_entries_are_in_order_and_no_failure_fails_the_others(
    documents: Documents, alice: Party, bob: Party, recorder: RecordingResolver
) -> None:
    one, two = packed_by(alice, documents, ["one", "two"])
    batch = [one, NOISE, two.encode(), b"\xff", 7, {"id": "three", "type": "https://example.org/a/1.0/b"}]
    expected = ["one", "MalformedMessageError", "two", "MalformedMessageError", "ArgumentTypeError", "three"]
    messages: Any = batch
    assert summaries(results(await unpack_many(recorder.config, messages))) == expected
    assert (
        summaries(results(await DIDCommMessaging(bob.secrets, documents).unpack_many(messages))) == expected
    )
    for threads in (None, 1, 2, 100):
        assert summaries(results(sync.unpack_many(documents.of(bob), messages, threads=threads))) == expected
    assert summaries(results(sync.unpack_many(Plain(recorder).config, messages))) == expected
    assert sync.DIDCommMessaging(bob.secrets, documents).unpack_many([]) == []


async def test_each_key_and_document_is_requested_once(
    recorder: RecordingResolver, documents: Documents, alice: Party
) -> None:
    entries = results(
        await unpack_many(recorder.config, packed_by(alice, documents, ["one", "two", "three"]))
    )
    assert summaries(entries) == ["one", "two", "three"]
    assert alice.did in recorder.questions
    assert len(recorder.questions) == len({str(question) for question in recorder.questions})


async def test_batches_larger_than_the_concurrency_limit_are_in_order() -> None:
    party = DIDCommMessaging()
    bob = await party.create_peer_did()
    ids = [str(number) for number in range(1100)]
    entries = results(await party.pack_many([Outgoing(message=hello(id=id_), to=bob) for id_ in ids]))
    packed = [entry.message for entry in entries if isinstance(entry, Packed)]
    assert summaries(results(await party.unpack_many(packed))) == ids
    assert summaries(results(await party.unpack_many(packed, threads=1))) == ids


class Failing(RecordingResolver):
    """Does not find Carol's document, and says so in its own way."""

    def __init__(self, documents: Documents, party: Party, error: BaseException) -> None:
        super().__init__(documents, party)
        self.error = error

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, right and wrong answers
        if did == "did:example:carol":
            raise self.error
        return await super().resolve(did)


async def test_exception_of_a_resolver_is_the_entry_of_each_message_that_needs_its_answer(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    error = ConnectionError("no network")
    batch = [*packed_by(carol, documents, ["one"]), *packed_by(alice, documents, ["two"])]
    entries = results(await unpack_many(Failing(documents, bob, error).config, batch))
    assert entries[0] is error
    assert summaries(entries[1:]) == ["two"]


class Plug(BaseException):
    """An exception that no code may swallow."""


class Pulled:
    """A resolver that is interrupted."""

    def resolve(self, did: str, /) -> DIDDocument:
        raise Plug


def test_keyboard_interrupt_is_raised_and_not_an_entry(
    documents: Documents, alice: Party, bob: Party
) -> None:
    config = ResolversConfig(secrets_resolver=bob.secrets, did_resolver=Pulled())
    with pytest.raises(Plug):
        results(sync.unpack_many(config, packed_by(alice, documents, ["one"])))


class Meeting(RecordingResolver):
    """Waits with its answers until two DIDs were requested."""

    def __init__(self, documents: Documents, party: Party) -> None:
        super().__init__(documents, party)
        self.both = anyio.Event()
        self.caller = ContextVar("caller", default="unknown")
        self.callers: list[str] = []

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, right and wrong answers
        self.callers.append(self.caller.get())
        if did != self.party.did and self.callers.count("test") >= 2:
            self.both.set()
        with anyio.fail_after(20):
            await self.both.wait()
        return await super().resolve(did)


async def test_requests_run_concurrently_in_the_context_of_the_caller(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    meeting = Meeting(documents, bob)
    meeting.caller.set("test")
    batch = [*packed_by(carol, documents, ["one"]), *packed_by(alice, documents, ["two"])]
    assert summaries(results(await unpack_many(meeting.config, batch))) == ["one", "two"]
    assert set(meeting.callers) == {"test"}


class Silent(RecordingResolver):
    """Does not answer before `answer` is set."""

    speaks = False
    given_up = 0

    def __init__(self, documents: Documents, party: Party) -> None:
        super().__init__(documents, party)
        self.both = anyio.Event()
        self.arrived = 0

    async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, right and wrong answers
        if not self.speaks:
            self.arrived += 1
            if self.arrived == 2:
                self.both.set()
            try:
                await anyio.sleep_forever()
            finally:
                self.given_up += 1
        return await super().resolve(did)


async def test_a_cancelled_batch_leaves_nothing_behind(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    silent = Silent(documents, bob)
    batch = [*packed_by(carol, documents, ["one"]), *packed_by(alice, documents, ["two"])]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(unpack_many, silent.config, batch)
        await silent.both.wait()
        tasks.cancel_scope.cancel()
    assert silent.given_up == 2
    silent.speaks = True
    assert summaries(results(await unpack_many(silent.config, batch))) == ["one", "two"]


async def test_second_copy_of_a_message_in_a_batch_is_a_replay(
    documents: Documents, alice: Party, bob: Party
) -> None:
    (one,) = packed_by(alice, documents, ["one"])
    for threads in (1, 2):
        party = DIDCommMessaging(bob.secrets, documents, replay_window=InMemoryReplayWindow())
        entries = results(await party.unpack_many([one, NOISE, one], threads=threads))
        assert summaries(entries) == ["one", "MalformedMessageError", "ReplayedMessageError"]
    twin = sync.DIDCommMessaging(bob.secrets, documents, replay_window=InMemoryReplayWindow())
    assert summaries(results(twin.unpack_many([one, one]))) == ["one", ReplayedMessageError.__name__]


async def test_policy_and_expiry_are_those_of_unpack(documents: Documents, alice: Party, bob: Party) -> None:
    party = DIDCommMessaging(bob.secrets, documents, clock=lambda: 1000)
    late = hello(id="late", expires_time=999)
    (packed,) = results(
        sync.pack_many(documents.of(alice), [Outgoing(message=late, to=bob.did, frm=alice.did)])
    )
    assert isinstance(packed, Packed)
    (expired,) = results(await party.unpack_many([packed.message]))
    assert isinstance(expired, UnpackResult)
    assert expired.metadata.expired
    for config in (UnpackConfig(require_signed=True), UnpackConfig(allowed_senders=lambda _: False)):
        (entry,) = results(await party.unpack_many([packed.message], config=config))
        assert isinstance(entry, PolicyError)
        (entry,) = results(sync.unpack_many(party.resolvers_config, [packed.message], config))
        assert isinstance(entry, PolicyError)


async def test_each_outgoing_message_is_packed_with_its_own_options(
    documents: Documents, alice: Party, bob: Party
) -> None:
    party = DIDCommMessaging(alice.secrets, documents)
    outgoing = [
        Outgoing(message=hello(id="one"), to=bob.did, frm=alice.did),
        Outgoing(message=hello(id="two"), to=bob.did),
        Outgoing(message={"id": "three"}, to=bob.did),
        Outgoing(message=hello(id="four"), to="did:example:gone"),
        Outgoing(message=hello(id="five"), to=bob.did, sign_frm=alice.did),
        Outgoing(message=hello(id="six"), to=bob.did, frm="did:example:carol"),
    ]
    for entries in (
        results(await party.pack_many(outgoing)),
        results(sync.pack_many(documents.of(alice), outgoing, threads=2)),
    ):
        kinds = [
            "Packed",
            "Packed",
            "ArgumentValueError",
            "DidNotFoundError",
            "Packed",
            "SecretNotFoundError",
        ]
        assert [type(entry).__name__ for entry in entries] == kinds
        packed = [entry for entry in entries if isinstance(entry, Packed)]
        assert [entry.from_kid for entry in packed] == [alice.key.kid, None, None]
        received = [documents.unpack(bob, entry.message) for entry in packed]
        assert [one.message.id for one in received] == ["one", "two", "five"]
        assert received[2].metadata.non_repudiation


class There:
    """An external key that counts its operations."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.agreed = 0

    def agree(self, public_key: PublicKey) -> bytes:
        self.agreed += 1
        other = X25519PublicKey.from_public_bytes(public_key.octets())
        octets: bytes = self.key.private.exchange(other)
        return octets


async def test_an_external_key_is_used_for_every_message(
    documents: Documents, alice: Party, carol: Party
) -> None:
    there = There(carol.key)
    config = ResolversConfig(secrets_resolver=Keys({carol.key.kid: there}), did_resolver=documents)
    outgoing = [Outgoing(message=hello(id=id_), to=carol.did, frm=alice.did) for id_ in ("one", "two")]
    packed = [
        entry.message
        for entry in results(sync.pack_many(documents.of(alice), outgoing))
        if isinstance(entry, Packed)
    ]
    for entries in (results(await unpack_many(config, packed)), results(sync.unpack_many(config, packed))):
        assert summaries(entries) == ["one", "two"]
    assert there.agreed == 8


async def test_wrong_arguments_of_a_batch_raise_an_error_immediately(recorder: RecordingResolver) -> None:
    for threads in (0, -1):
        with pytest.raises(ValueError, match="thread"):
            results(await unpack_many(recorder.config, [NOISE], threads=threads))
        with pytest.raises(ValueError, match="thread"):
            results(sync.pack_many(recorder.config, [], threads=threads))
    lone: list[Any] = [NOISE, NOISE.encode(), {}]
    for messages in lone:
        with pytest.raises(TypeError, match="`packed_msgs` must be a list of messages"):
            results(await unpack_many(recorder.config, messages))
    with pytest.raises(TypeError, match="`outgoing` must contain Outgoing objects, got Message"):
        results(await pack_many(recorder.config, [hello()]))  # type: ignore[list-item]


async def test_missing_secrets_fail_only_their_own_messages(
    documents: Documents, alice: Party, carol: Party
) -> None:
    entries = results(await unpack_many(documents.of(carol), [*packed_by(alice, documents, ["one"]), NOISE]))
    assert [type(entry) for entry in entries] == [SecretNotFoundError, MalformedMessageError]


FORKING = """
import os, signal, sys
from pydidcomm import Message, Outgoing
from pydidcomm.sync import DIDCommMessaging

party = DIDCommMessaging()
bob = party.create_peer_did()
hello = Message(type="https://example.org/greeting/1.0/hello")

def batch():
    sent = party.pack_many([Outgoing(message=hello, to=bob)] * 64)
    received = party.unpack_many([one.unwrap().text for one in sent])
    return all(one.unwrap().message.id == hello.id for one in received)

def child():
    signal.alarm(60)
    return 0 if batch() else 1

assert batch()
if sys.argv[1] == "fork":
    process = os.fork()
    if process == 0:
        os._exit(child())
    _, status = os.waitpid(process, 0)
    code = os.waitstatus_to_exitcode(status)
else:
    import multiprocessing
    process = multiprocessing.get_context("fork").Process(target=lambda: sys.exit(child()))
    process.start()
    process.join()
    code = process.exitcode
assert batch()
sys.exit(code)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.parametrize("way", ["fork", "multiprocessing"])
def test_a_fork_makes_threads_of_its_own(way: str) -> None:
    # CPython 3.12 and later warn of every fork of a process with threads
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING, way]
    assert subprocess.run(command, check=False, timeout=120).returncode == 0  # noqa: S603
