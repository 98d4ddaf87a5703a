"""Strange answers of resolvers, and input that was never a message."""

from __future__ import annotations

import base64
import json
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydidcomm import (
    DIDDocument,
    LocalResolver,
    ResolversConfig,
    Secret,
    sync,
)
from pydidcomm.errors import DecryptionError, MalformedDocumentError, MalformedMessageError
from support import forge
from support.mutate import ANY_JSON, mutated, survives, thorough
from support.parties import Documents, Party, b64, unb64

ALICE, BOB = Party("did:example:alice"), Party("did:example:bob", agreement=2)
KNOWN = Documents(ALICE, BOB)
MESSAGE = forge.plaintext(from_=ALICE.did, to=[BOB.did])
SIGNED = forge.sign(MESSAGE, ALICE.signing)
AUTHCRYPTED = forge.encrypt(MESSAGE, BOB.agreement, sender=ALICE.key)
ENVELOPES = [
    SIGNED,
    AUTHCRYPTED,
    forge.encrypt(AUTHCRYPTED, BOB.agreement),
    forge.encrypt(SIGNED, BOB.agreement),
]


# answers of resolvers


def asking(document: object, secret: object) -> ResolversConfig:
    class Answers:
        def resolve(self, did: str, /) -> Any:  # noqa: ANN401, right and wrong answers
            return document

        def get_key(self, kid: str, /) -> Any:  # noqa: ANN401, right and wrong answers
            return secret

        def get_keys(self, kids: list[str], /) -> Any:  # noqa: ANN401, right and wrong answers
            return kids

    answers = Answers()
    return ResolversConfig(secrets_resolver=answers, did_resolver=answers)


SERVED = ALICE.document | {
    "service": [
        {
            "id": "#s",
            "type": "DIDCommMessaging",
            "serviceEndpoint": [
                {"uri": "https://a.example", "accept": ["didcomm/v2"], "routingKeys": ["did:a:b#c"]}
            ],
        }
    ]
}


@given(document=mutated(SERVED))
@thorough
def test_an_arbitrary_document_is_read_or_refused(document: Any) -> None:  # noqa: ANN401, JSON
    config = asking(document, ALICE.key.secret_jwk)
    survives(lambda: sync.unpack(config, SIGNED), TypeError)
    packed = survives(
        lambda: sync.pack_encrypted(config, MESSAGE | {"to": None, "from": None}, to=ALICE.did), TypeError
    )
    if packed is not None:
        repr((packed, packed.services, packed.service_metadata, [each.endpoints for each in packed.services]))
        survives(packed.endpoint)
    parsed = survives(lambda: DIDDocument(document), TypeError)
    assert parsed is None or (parsed.as_dict() == document and repr(parsed))


@given(secret=mutated(BOB.key.secret_jwk))
@thorough
def test_an_arbitrary_secret_is_read_or_refused(secret: Any) -> None:  # noqa: ANN401, JSON
    config = asking(ALICE.document, secret)
    survives(lambda: sync.unpack(config, AUTHCRYPTED), ValueError, TypeError)
    one = survives(lambda: Secret(secret), ValueError, TypeError)
    assert one is None or one.expose_jwk()["d"] == secret["d"].rstrip("=")


@given(answer=ANY_JSON | st.binary(max_size=5) | st.sets(st.integers(), max_size=2))
@settings(thorough, max_examples=200)
def test_an_arbitrary_resolver_answer_is_accepted_or_refused(answer: object) -> None:
    survives(lambda: sync.unpack(asking(answer, BOB.key.secret_jwk), AUTHCRYPTED), TypeError, ValueError)
    survives(lambda: sync.unpack(asking(ALICE.document, answer), AUTHCRYPTED), TypeError, ValueError)


# arbitrary text, octets and JSON


@pytest.mark.spec("MSG-31")
@given(packed=st.text() | st.binary() | st.text(alphabet='{}[]":,0\\u type', max_size=40))
@thorough
def test_arbitrary_input_is_malformed(packed: str | bytes) -> None:
    with pytest.raises(MalformedMessageError):
        KNOWN.unpack(BOB, packed)


@pytest.mark.spec("MSG-31")
@given(packed=ANY_JSON)
@thorough
def test_arbitrary_json_is_malformed(packed: object) -> None:
    with pytest.raises(MalformedMessageError):
        KNOWN.unpack(BOB, json.dumps(packed))


@pytest.mark.spec("MSG-31")
@pytest.mark.parametrize(
    "packed",
    [
        "",
        "null",
        "1",
        '"text"',
        "[]",
        "{}",
        "{" * 10_000,
        '{"a":' * 10_000,
        "[" * 1_000_000,
        "\ud800",
        "\ufeff{}",
        b"\xff\xfe{}",
        b"\0",
        '{"id":"a","id":"b","type":"https://x.y/a/1.0/b"}',
        '{"id":"a","type":"https://x.y/a/1.0/b","body":{"a":NaN}}',
        '{"id":"a","type":"https://x.y/a/1.0/b","body":{"a":1e999}}',
        '{"id":"a","type":"https://x.y/a/1.0/b","body":{"a":"\\ud800"}}',
        '{"id":"a","type":"https://x.y/a/1.0/b","body":{"a":1}}trailing',
    ],
    ids=lambda packed: repr(packed[:30]),
)
def test_ambiguous_json_is_malformed(packed: str | bytes) -> None:
    with pytest.raises(MalformedMessageError):
        KNOWN.unpack(BOB, packed)


@given(cut=st.integers(min_value=0, max_value=10_000), envelope=st.sampled_from(ENVELOPES))
@thorough
def test_a_message_that_was_cut_off_is_malformed(cut: int, envelope: dict[str, Any]) -> None:
    text = json.dumps(envelope)
    with pytest.raises(MalformedMessageError):
        KNOWN.unpack(BOB, text[: cut % len(text)])


PEER = (
    "did:peer:2.Ez6LSh6rmgWhAsvyYRo5mnKTuZtSkMb9keidqDGUygrPD9kgK.Vz6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj."
    "SeyJpZCI6Im5ldy1pZCIsInQiOiJkbSIsInMiOiJodHRwczovL3d3dy5leGFtcGxlLmNvbS9hbGljZSIsImEiOlsiZGlkY29tbS92MiJdfQ"
)
DIDS = [
    PEER,
    "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH",
    "did:peer:0z6MkpTHR8VNsBxYAAWHut2Geadd9jSw",
]


@given(
    did=st.sampled_from(DIDS).flatmap(lambda did: mutated([did])).map(lambda one: one[0] if one else "")
    | st.sampled_from(["did:peer:", "did:key:"]).flatmap(
        lambda start: st.text(max_size=20).map(lambda end: start + end)
    )
    | st.sampled_from(["did:peer:2.S", "did:peer:2.E", "did:peer:2.V"]).flatmap(
        lambda start: st.binary(max_size=20).map(lambda end: start + base64.urlsafe_b64encode(end).decode())
    ),
    naming=st.sampled_from(["numbered", "multibase"]),
)
@thorough
def test_an_arbitrary_did_is_resolved_or_refused(did: Any, naming: Any) -> None:  # noqa: ANN401, JSON
    def resolve() -> object:
        document = LocalResolver(key_naming=naming).resolve(did)
        return document and (
            document.as_dict(),
            document.services,
            document.key_agreement,
            document.authentication,
        )

    survives(resolve, TypeError)
    survives(
        lambda: sync.pack_encrypted(asking(None, None), forge.plaintext(), to=did), ValueError, TypeError
    )


def test_a_service_that_is_a_deep_nest_is_refused() -> None:
    for nest in ("[" * 100_000, '{"s":' * 100_000):
        with pytest.raises(MalformedDocumentError):
            LocalResolver().resolve("did:peer:2.S" + b64(nest)[:16_000])


@given(octets=st.binary(max_size=80))
@settings(thorough, max_examples=200)
def test_random_bytes_in_place_of_wrapped_content_are_refused(octets: bytes) -> None:
    jwe = AUTHCRYPTED
    for name in ("iv", "ciphertext", "tag"):
        changed = {**jwe, name: b64(octets)}
        opened = survives(partial(KNOWN.unpack, BOB, changed))
        assert opened is None or octets == unb64(jwe[name])
    entries = [{**entry, "encrypted_key": b64(octets)} for entry in jwe["recipients"]]
    with pytest.raises(DecryptionError):
        KNOWN.unpack(BOB, {**jwe, "recipients": entries})
