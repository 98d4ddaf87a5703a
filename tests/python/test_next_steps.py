"""Errors that a first program meets name the next step."""

import inspect
from typing import Any

import pytest

from pydidcomm import (
    DIDCommMessaging,
    DidNotFoundError,
    InMemorySecrets,
    LocalResolver,
    MalformedDocumentError,
    Message,
    PolicyError,
    UnpackConfig,
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
            "refused by `require_authenticated` of `UnpackConfig`: the message proves",
        ),
        ({"require_signed": True}, "the message is not signed"),
        ({"require_unexpired": True}, "`expires_time` of the message has come"),
        ({"allowed_senders": ["did:example:bob"]}, "not from a proved sender that is allowed"),
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
