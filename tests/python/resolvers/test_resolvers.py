"""Resolvers: what may satisfy the protocols, what they may answer, and what happens to what they raise."""

from __future__ import annotations

import asyncio
import json
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from pydidcomm import (
    DIDDocument,
    DIDResolver,
    InMemorySecrets,
    LocalResolver,
    Message,
    PrefixResolver,
    ResolversConfig,
    Secret,
    SecretsResolver,
    SecretsStore,
    UnpackConfig,
    pack_encrypted,
    sync,
    unpack,
)
from pydidcomm.errors import DIDCommError, DidNotFoundError, MalformedDocumentError, SecretNotFoundError
from support.parties import Documents, Party, hello
from support.recording_resolver import Plain, RecordingResolver, believed

if TYPE_CHECKING:
    from collections.abc import Callable


FORMS: dict[str, Callable[[dict[str, Any]], Any]] = {"dict": dict, "DIDDocument": DIDDocument}
SECRETS: dict[str, Callable[[dict[str, str]], Any]] = {
    "JWK": dict,
    "JWK without kid": lambda jwk: {name: value for name, value in jwk.items() if name != "kid"},
    "Secret": Secret,
}


class SubclassedDIDs(DIDResolver):
    def __init__(self, documents: Documents) -> None:
        self.documents = documents

    async def resolve(self, did: str, /) -> dict[str, Any] | None:
        return self.documents.resolve(did)


class SubclassedSecrets(SecretsResolver):
    def __init__(self, party: Party) -> None:
        self.party = party

    async def get_key(self, kid: str, /) -> Secret | None:
        return self.party.secrets.get_key(kid)

    async def get_keys(self, kids: list[str], /) -> list[str]:
        return self.party.secrets.get_keys(kids)


def test_the_protocols_are_satisfied_by_what_has_the_methods(
    recorder: RecordingResolver, documents: Documents
) -> None:
    for resolver in (recorder, Plain(recorder), documents, LocalResolver(), PrefixResolver({})):
        assert isinstance(resolver, DIDResolver)
    for secrets in (recorder, Plain(recorder), InMemorySecrets()):
        assert isinstance(secrets, SecretsResolver)
    assert isinstance(InMemorySecrets(), SecretsStore)
    assert not isinstance(recorder, SecretsStore)
    assert not isinstance(object(), DIDResolver)


@pytest.mark.spec("DID-23")
@pytest.mark.parametrize("document", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
async def test_every_form_of_answer_is_taken(
    recorder: RecordingResolver,
    alice: Party,
    packed: str,
    document: Callable[[Any], Any],
    secret: Callable[[Any], Any],
) -> None:
    recorder.document, recorder.secret = document, secret
    assert believed(await unpack(recorder.config, packed), alice)
    assert believed(await unpack(Plain(recorder).config, packed), alice)
    assert believed(sync.unpack(Plain(recorder).config, packed), alice)
    mixed = ResolversConfig(secrets_resolver=Plain(recorder), did_resolver=recorder)
    assert believed(await unpack(mixed, packed), alice)


@pytest.mark.spec("DID-23")
async def test_resolvers_that_inherit_pack_and_unpack(
    documents: Documents, alice: Party, bob: Party, packed: str
) -> None:
    def config(party: Party) -> ResolversConfig:
        return ResolversConfig(
            secrets_resolver=SubclassedSecrets(party), did_resolver=SubclassedDIDs(documents)
        )

    assert believed(await unpack(config(bob), packed), alice)
    repacked = await pack_encrypted(config(alice), hello(), to=bob.did, frm=alice.did, sign_frm=alice.did)
    assert (await unpack(config(bob), repacked.packed_msg)).metadata.sign_from == alice.signing.kid


async def test_get_keys_is_called_once_and_get_key_for_the_first_available_kid(
    recorder: RecordingResolver, bob: Party, packed: str
) -> None:
    bob.secrets.remove_key(bob.kids[0])
    await unpack(recorder.config, packed)
    assert recorder.questions[:2] == [("get_keys", bob.kids), ("get_key", bob.kids[1])]
    assert all(isinstance(question, str) for question in recorder.questions[2:])


async def test_every_available_key_is_requested_when_all_are_required(
    recorder: RecordingResolver, bob: Party, packed: str
) -> None:
    await unpack(recorder.config, packed, UnpackConfig(expect_decrypt_by_all_keys=True))
    assert [
        question for question in recorder.questions if question in [("get_key", kid) for kid in bob.kids]
    ] == [("get_key", kid) for kid in bob.kids]


async def test_a_document_is_requested_once_per_operation(
    recorder: RecordingResolver, alice: Party, bob: Party
) -> None:
    recorder.party = alice
    await pack_encrypted(recorder.config, hello(), to=bob.did, frm=alice.did, sign_frm=alice.did)
    assert recorder.questions.count(alice.did) == 1
    assert recorder.questions.count(bob.did) == 1


@pytest.mark.parametrize(
    "answer", [42, "text", b"octets", object(), True, 1.5], ids=lambda value: type(value).__name__
)
@pytest.mark.parametrize("method", ["resolve", "get_key"])
async def test_an_answer_of_another_type_is_a_type_error(
    recorder: RecordingResolver, packed: str, method: str, answer: object
) -> None:
    def wrong(_: object) -> object:
        return answer

    setattr(recorder, "document" if method == "resolve" else "secret", wrong)
    with pytest.raises(TypeError) as caught:
        await unpack(recorder.config, packed)
    assert type(answer).__name__ in str(caught.value)


async def test_any_mapping_is_accepted_where_the_type_hints_say_so(
    recorder: RecordingResolver, alice: Party, packed: str
) -> None:
    recorder.document = recorder.secret = MappingProxyType
    assert believed(await unpack(recorder.config, packed), alice)
    assert believed(await unpack(recorder.config, MappingProxyType(json.loads(packed))), alice)
    assert Message.from_dict(MappingProxyType(hello(id="one").as_dict())).id == "one"


@pytest.mark.parametrize("document", [{}, {"id": "did:example:other"}, {"id": 1}, {"id": "alice"}], ids=str)
async def test_a_dict_that_is_not_the_document_is_a_malformed_document(
    recorder: RecordingResolver, packed: str, document: dict[str, Any]
) -> None:
    recorder.document = lambda _: document
    with pytest.raises(MalformedDocumentError):
        await unpack(recorder.config, packed)


@pytest.mark.spec("DID-22")
async def test_none_means_a_did_or_a_secret_was_not_found(
    recorder: RecordingResolver, alice: Party, packed: str
) -> None:
    recorder.document = lambda _: None
    with pytest.raises(DidNotFoundError) as not_found:
        await unpack(recorder.config, packed)
    assert not_found.value.did == alice.did
    recorder.document, recorder.secret = dict, lambda _: None
    with pytest.raises(SecretNotFoundError):
        await unpack(recorder.config, packed)


@pytest.mark.parametrize("name", ["document", "secret"])
@pytest.mark.parametrize(
    "error", [RuntimeError("mine"), KeyError("k"), ValueError("v"), DIDCommError("d")], ids=repr
)
async def test_an_exception_of_a_resolver_is_raised_unchanged(
    recorder: RecordingResolver, packed: str, name: str, error: Exception
) -> None:
    def fail(_: object) -> None:
        raise error

    setattr(recorder, name, fail)
    for config in (recorder.config, Plain(recorder).config):
        with pytest.raises(type(error)) as caught:
            await unpack(config, packed)
        assert caught.value is error
        assert (error.__cause__, error.__context__) == (None, None)
    with pytest.raises(type(error)) as caught:
        sync.unpack(Plain(recorder).config, packed)
    assert caught.value is error


REQUEST: ContextVar[str] = ContextVar("request", default="none")


async def test_context_variables_are_those_of_the_caller(recorder: RecordingResolver, packed: str) -> None:
    seen: list[str] = []

    def look(value: Any) -> Any:  # noqa: ANN401, passed through
        seen.append(REQUEST.get())
        REQUEST.set("answered")
        return value

    recorder.document = recorder.secret = look
    REQUEST.set("mine")
    await unpack(recorder.config, packed)
    # the resolver runs in the caller's own task, so what it sets is seen there too
    assert seen == ["mine", "answered"]
    assert REQUEST.get() == "answered"


async def test_a_cancelled_unpack_leaves_nothing_broken(
    recorder: RecordingResolver, alice: Party, packed: str
) -> None:
    reached = anyio.Event()
    cancelled: list[str] = []

    class Stuck(RecordingResolver):
        async def resolve(self, did: str, /) -> Any:  # noqa: ANN401, never answers
            reached.set()
            try:
                await anyio.sleep_forever()
            except anyio.get_cancelled_exc_class():
                cancelled.append(did)
                raise

    stuck = Stuck(recorder.documents, recorder.party)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(unpack, stuck.config, packed)
        await reached.wait()
        tasks.cancel_scope.cancel()
    assert cancelled == [alice.did]
    assert believed(await unpack(recorder.config, packed), alice)


async def test_a_timeout_in_a_resolver_is_raised_to_the_caller(
    recorder: RecordingResolver, packed: str
) -> None:
    class Late(RecordingResolver):
        async def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, never answers
            await anyio.sleep_forever()

    with pytest.raises(TimeoutError):
        with anyio.fail_after(0.01):
            await unpack(Late(recorder.documents, recorder.party).config, packed)


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_awaitable_that_is_not_a_coroutine_is_awaited(
    recorder: RecordingResolver, alice: Party, packed: str
) -> None:
    class Future(RecordingResolver):
        def resolve(self, did: str, /) -> Any:  # noqa: ANN401, a Task
            return asyncio.ensure_future(super().resolve(did))

    assert believed(await unpack(Future(recorder.documents, recorder.party).config, packed), alice)


class OtherResolver:
    """Resolves nothing and records the requested DIDs."""

    def __init__(self) -> None:
        self.requests: list[str] = []

    def resolve(self, did: str, /) -> None:
        self.requests.append(did)


def questions(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "resolving" in record.getMessage()]


def test_a_longer_prefix_does_not_affect_other_local_dids(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", "pydidcomm")
    web = OtherResolver()
    party = sync.DIDCommMessaging(resolver=PrefixResolver({"did:web:": web, "did:": LocalResolver()}))
    alice, bob = party.create_peer_did(), party.create_peer_did()
    received = party.unpack(party.pack(hello(), to=bob, frm=alice).message)
    assert received.metadata.sender == alice
    assert questions(caplog) == []
    with pytest.raises(DidNotFoundError):
        party.pack(hello(), to="did:web:example.com")
    assert web.requests == ["did:web:example.com"]


def test_the_longest_matching_prefix_is_used(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "pydidcomm")
    own, other = LocalResolver(), OtherResolver()
    resolver = PrefixResolver({"did:": own, "did:key:": other, "did:key:z6Mk": own})
    party = sync.DIDCommMessaging(resolver=resolver)
    ed25519 = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
    party.pack(hello(), to=ed25519)
    assert questions(caplog) == []
    with pytest.raises(DidNotFoundError):
        party.pack(hello(), to="did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc")
    assert other.requests == ["did:key:z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"]
