"""Damaged messages raise an exception of the library: never a panic, never a hang."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydidcomm import (
    Attachment,
    Message,
    UnpackConfig,
    sync,
)
from support import forge
from support.mutate import ANY_JSON, mutated, survives, thorough
from support.parties import Documents, Party, b64, header_of

if TYPE_CHECKING:
    from pydidcomm import UnpackResult

ALICE, BOB = Party("did:example:alice"), Party("did:example:bob", agreement=2)
KNOWN = Documents(ALICE, BOB)
ROTATED = forge.jwt(
    {"iss": "did:example:prior", "sub": ALICE.did, "iat": 1}, Party("did:example:prior").signing
)
KNOWN.parties["did:example:prior"] = Party("did:example:prior")
FULL = forge.plaintext(
    from_=ALICE.did,
    to=[BOB.did],
    thid="t",
    pthid="p",
    created_time=1516269022,
    expires_time=1516385931,
    please_ack=[""],
    ack=["a"],
    lang="en",
    accept_lang=["fr"],
    custom={"deep": [1, {"x": None}]},
    attachments=[
        {
            "id": "a",
            "description": "d",
            "filename": "f",
            "media_type": "m",
            "format": "g",
            "data": {"json": {}},
        },
        {"lastmod_time": 1, "byte_count": 2, "data": {"links": ["https://x"], "hash": "zQm", "jws": {}}},
        {"data": {"base64": "_--_"}},
    ],
)
ENDING = forge.plaintext(to=[BOB.did], from_prior=ROTATED)


def read(packed: str | bytes | dict[str, Any], config: UnpackConfig | None = None) -> UnpackResult | None:
    result: UnpackResult | None = survives(lambda: KNOWN.unpack(BOB, packed, config))
    if result is not None:
        # what was read can be looked at, and is a message again
        assert Message.from_json(json.dumps(result.message.as_dict())).as_dict() == result.message.as_dict()
        repr((result, result.metadata, result.message, result.message.attachments, result.message.from_prior))
    return result


def envelope(kind: str, message: dict[str, Any]) -> dict[str, Any]:
    sender = ALICE.key if "auth" in kind else None
    inner = forge.sign(message, ALICE.signing) if "sign" in kind else message
    if kind == "sign":
        return inner
    sealed = forge.encrypt(inner, BOB.agreement, sender=sender)
    return forge.encrypt(sealed, BOB.agreement) if kind.startswith("anon+auth") else sealed


KINDS = ["anon", "auth", "sign", "anon+sign", "auth+sign", "anon+auth"]
ENVELOPES = {kind: envelope(kind, FULL) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_undamaged_envelope_is_read(kind: str) -> None:
    assert KNOWN.unpack(BOB, ENVELOPES[kind]).message.id == "one"


@pytest.mark.spec("REQ-01", "JWE-22")
@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@thorough
def test_a_damaged_envelope_raises_an_error_of_the_library(kind: str, data: st.DataObject) -> None:
    damaged = data.draw(mutated(ENVELOPES[kind]))
    every = UnpackConfig(expect_decrypt_by_all_keys=data.draw(st.booleans()))
    received = read(damaged, every)
    if received is not None:
        # what still opens was not touched where it counts
        assert received.message.as_dict() == KNOWN.unpack(BOB, ENVELOPES[kind]).message.as_dict()


@pytest.mark.spec("JWE-03", "JWE-23")
@pytest.mark.parametrize("kind", ["anon", "auth", "sign", "sign flattened"])
@given(data=st.data())
@thorough
def test_a_damaged_protected_header_raises_an_error_of_the_library(kind: str, data: st.DataObject) -> None:
    whole = ENVELOPES[kind.split(" ", maxsplit=1)[0]]
    whole = forge.flattened(whole) if "flattened" in kind else whole
    holder = whole["signatures"][0] if "signatures" in whole else whole
    header = data.draw(mutated(header_of(holder["protected"])))
    damaged = {**holder, "protected": b64(json.dumps(header))}
    received = read({**whole, "signatures": [damaged]} if "signatures" in whole else damaged)
    assert received is None or header == header_of(holder["protected"])


@pytest.mark.parametrize("kind", ["anon", "auth"])
@given(data=st.data())
@settings(thorough, max_examples=150)
def test_an_arbitrary_header_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    # unlike a damaged one it is authenticated by its (mischievous) sender
    honest = header_of(ENVELOPES[kind]["protected"])
    changes = data.draw(mutated({name: honest[name] for name in ("typ", "alg", "enc", "epk", "apv")}))
    extra = data.draw(st.dictionaries(st.text(max_size=5), ANY_JSON, max_size=2))
    sender = ALICE.key if kind == "auth" else None
    read(forge.encrypt(FULL, BOB.agreement, sender=sender, protected={**extra, **changes}))


@pytest.mark.parametrize("kind", ["plain", "anon", "sign"])
@given(message=mutated(FULL))
@settings(thorough, max_examples=300)
def test_an_arbitrary_plaintext_is_read_or_refused(kind: str, message: dict[str, Any]) -> None:
    received = read(message if kind == "plain" else envelope(kind, message))
    parsed = survives(lambda: Message.from_dict(message))
    assert received is None or parsed is not None
    survives(lambda: sync.pack_plaintext(KNOWN.of(ALICE), message), ValueError, TypeError)


@given(attachment=st.sampled_from(FULL["attachments"]).flatmap(mutated))
@thorough
def test_an_arbitrary_attachment_is_read_or_refused(attachment: Any) -> None:  # noqa: ANN401, JSON
    read_one = survives(lambda: Attachment.from_dict(attachment), TypeError)
    if read_one is not None:
        assert read_one.as_dict() == attachment
        repr((read_one, read_one.data, read_one.byte_count, read_one.lastmod_time, read_one.filename))


@given(data=st.data())
@thorough
def test_an_arbitrary_rotation_is_read_or_refused(data: st.DataObject) -> None:
    prior = KNOWN.parties["did:example:prior"]
    header = data.draw(mutated({"typ": "JWT", "alg": "EdDSA", "kid": prior.signing.kid}))
    claims = data.draw(
        mutated({"iss": prior.did, "sub": ALICE.did, "iat": 1, "exp": 2**40, "aud": "x", "jti": "y"})
    )
    token: Any = f"{b64(json.dumps(header))}.{b64(json.dumps(claims))}"
    token = f"{token}.{b64(prior.signing.private.sign(token.encode()))}"
    token = data.draw(st.just(token) | mutated([token]).map(lambda tokens: tokens[0] if tokens else ""))
    message = {**data.draw(st.sampled_from([FULL, ENDING])), "from_prior": token}
    read(forge.encrypt(message, BOB.agreement))
