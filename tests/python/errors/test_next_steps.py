"""Errors that a first program meets name the next step."""

import inspect
from typing import Any

import pytest

from pydidcomm import (
    DIDCommMessaging,
    DIDDocument,
    DidNotFoundError,
    FromPrior,
    InMemoryReplayWindow,
    InMemorySecrets,
    LocalResolver,
    MalformedDocumentError,
    Message,
    PolicyError,
    PrefixResolver,
    UnpackConfig,
    sync,
)

HELLO = Message(type="https://example.org/greeting/1.0/hello")


@pytest.mark.parametrize(
    ("did", "step"),
    [
        (
            "did:web:example.com",
            "did:web: pass `WebResolver` of `pydidcomm.resolvers.web` in a",
        ),
        ("did:webvh:Qm:example.com", "pass `WebvhResolver` of `pydidcomm.resolvers.webvh`"),
        ("did:example:bob", "does not resolve did:example: pass a resolver for it in a `PrefixResolver`"),
    ],
)
async def test_a_did_of_a_method_without_a_resolver_names_the_resolver(did: str, step: str) -> None:
    with pytest.raises(DidNotFoundError) as caught:
        await DIDCommMessaging().pack(HELLO, to=did)
    assert step in str(caught.value)


@pytest.mark.parametrize("did", ["did:key:z6Mk", "did:jwk:e30", "did:peer:2.Ez6LS", "bob"])
def test_a_did_that_the_default_resolver_reads_names_no_resolver(did: str) -> None:
    assert str(DidNotFoundError(did)) == f"DID not found: {did}"


@pytest.mark.parametrize(
    ("demands", "reason"),
    [
        (
            {"require_authenticated": True},
            "refused by `require_authenticated` of `UnpackConfig`: the sender is not",
        ),
        ({"require_signed": True}, "the message is not signed"),
        ({"require_unexpired": True}, "`expires_time` of the message has passed"),
        ({"allowed_senders": ["did:example:bob"]}, "has no proved sender that is allowed"),
    ],
)
async def test_a_refusal_names_the_option_and_the_reason(demands: dict[str, Any], reason: str) -> None:
    party = DIDCommMessaging()
    packed = await party.pack(HELLO.replace(expires_time=1), to=await party.create_peer_did())
    with pytest.raises(PolicyError, match=reason):
        await party.unpack(packed.text, config=UnpackConfig(**demands))


async def test_a_message_to_other_dids_names_the_recipient_that_is_missing() -> None:
    party = DIDCommMessaging()
    did = await party.create_peer_did()
    with pytest.raises(ValueError, match=rf"^`to` of the message does not contain .* {did}: add it"):
        await party.pack(HELLO.replace(to=["did:example:carol"]), to=did)


@pytest.mark.parametrize(
    ("document", "reason"), [({}, "`id` is missing"), ({"id": "x"}, "`id` is not a DID")]
)
async def test_a_document_without_a_did_names_its_member(document: dict[str, str], reason: str) -> None:
    class Resolver:
        def resolve(self, _did: str) -> dict[str, str]:
            return document

    with pytest.raises(MalformedDocumentError, match=f"malformed DID document.*: {reason}$"):
        await DIDCommMessaging(resolver=Resolver()).pack(HELLO, to="did:example:bob")


@pytest.mark.parametrize(
    ("made", "parameters"), [(LocalResolver, ["key_naming", "long_forms"]), (InMemorySecrets, ["secrets"])]
)
def test_a_class_that_is_subclassed_shows_its_parameters(made: type, parameters: list[str]) -> None:
    assert list(inspect.signature(made).parameters) == parameters


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (
            "secrets",
            InMemorySecrets,
            "`secrets` must be an object, got the class InMemorySecrets: InMem",
        ),
        ("resolver", LocalResolver, "`resolver` must be an object, got the class LocalResolver"),
        ("replay_window", InMemoryReplayWindow, "`replay_window` must be an object, got the class"),
        ("clock", 1516269022, "`clock` must be a function that returns seconds, got int"),
    ],
)
def test_a_party_refuses_a_class_in_place_of_its_object(name: str, value: Any, reason: str) -> None:  # noqa: ANN401
    with pytest.raises(TypeError, match=reason):
        DIDCommMessaging(**{name: value})


async def test_a_class_with_class_methods_is_a_resolver() -> None:
    did = await DIDCommMessaging().create_peer_did()

    class Resolver:
        @classmethod
        def resolve(cls, did: str) -> DIDDocument | None:
            return LocalResolver().resolve(did)

    assert (await DIDCommMessaging(resolver=Resolver).pack(HELLO, to=did)).to_kids


@pytest.mark.parametrize("prefix", ["web", "example:", "DID:web:"])
def test_a_prefix_that_fits_no_did_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match=f"`resolvers` must have prefixes of DIDs, got '{prefix}'"):
        PrefixResolver({prefix: LocalResolver()})


@pytest.mark.parametrize("prefix", ["", "did:", "did:web:example.com"])
def test_a_prefix_of_dids_is_accepted(prefix: str) -> None:
    assert PrefixResolver({prefix: LocalResolver()}).resolve("did:example:bob") is None


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"frm": "alice"}, r"not a DID \(did:method:\.\.\.\)"),
        ({"custom_headers": {"thid": "1"}}, "`custom_headers` must not contain `thid`: use the argument"),
        (
            {"attachments": [{"data": {"json": 1}}]},
            r"`attachments` must be a list of Attachment objects.*from_bytes",
        ),
    ],
)
def test_a_message_names_what_it_expects(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises((TypeError, ValueError), match=reason):
        HELLO.replace(**wrong)


def test_a_rotation_to_the_same_did_says_so() -> None:
    with pytest.raises(ValueError, match="the same DID as `iss`"):
        FromPrior(iss="did:example:bob", sub="did:example:bob")


@pytest.mark.parametrize("answer", [None, 0, "no"])
async def test_a_replay_window_that_does_not_answer_with_a_bool_is_refused(answer: object) -> None:
    class Window:
        def seen(self, _entry: object) -> Any:  # noqa: ANN401, the wrong answer
            return answer

        def forget(self, _entry: object) -> None:
            """Remembers nothing."""

    party = DIDCommMessaging(replay_window=Window())
    packed = await party.pack(HELLO, to=await party.create_peer_did())
    with pytest.raises(TypeError, match="`seen` of the replay window must return a bool, got"):
        await party.unpack(packed.text)


def test_a_coroutine_function_in_a_program_without_a_loop_names_the_ways_out() -> None:
    class Resolver:
        async def resolve(self, _did: str) -> None:
            """Finds nothing."""

    with pytest.raises(TypeError, match=r"pydidcomm\.sync\.network\.BlockingResolver.*`sync` of a store"):
        sync.DIDCommMessaging(resolver=Resolver()).pack(HELLO, to="did:example:bob")
