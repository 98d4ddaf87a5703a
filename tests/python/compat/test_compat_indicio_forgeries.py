"""Indicio's packaging over the core: forged and malformed messages, some of which the original accepts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pydidcomm import Secret
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.base import CryptoServiceError
from pydidcomm.compat.didcomm_messaging.packaging import PackagingServiceError
from pydidcomm.compat.didcomm_messaging.resolver.peer import Peer2
from support.indicio import (
    ALICE,
    BOB,
    CORE,
    MALLORY,
    Backend,
    World,
    backends,
    native,
    plaintext,
    public,
    world,
)
from support.own_crypto import OWN
from support.parties import b64, unb64

pytestmark = pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated:DeprecationWarning")


@pytest.mark.spec("ADR-01")
@backends
async def test_a_forged_from_is_refused(backend: Backend) -> None:
    made = await world(backend)
    packed = await made.pack(plaintext(frm=ALICE), frm=MALLORY)
    with pytest.raises(PackagingServiceError, match="from=skid is not proved"):
        await made.unpack(packed)
    with pytest.raises(PackagingServiceError, match="from=skid is not proved"):
        await made.messaging().unpack(packed)
    octets = plaintext(frm=MALLORY)
    assert (await made.unpack(await made.pack(octets, frm=MALLORY)))[0] == octets


async def test_content_without_from_is_accepted_unchanged() -> None:
    made = await world()
    for octets in (b"", b"[1]", b"\xff", plaintext(), b'{"hello": "world"}', b"[" * 100_000):
        assert (await made.unpack(await made.pack(octets)))[0] == octets
    octets = plaintext(frm=ALICE)
    unpacked = await made.messaging().unpack(await made.pack(octets, frm=None))
    assert (unpacked.authenticated, unpacked.sender_kid) == (False, None)
    claims: list[Any] = [7, "alice", ["did:example:alice"], {}]
    for frm in claims:
        with pytest.raises(PackagingServiceError):
            await made.unpack(await made.pack(plaintext(frm=frm)))


async def rotated(made: World) -> dict[str, Any]:
    """A message in which the former DID of Alice says that she is Alice."""
    old = "did:example:alice-before"
    signs = Secret.generate("Ed25519", kid=f"{old}#sign")
    made.resolver.documents[old] = {
        "id": old,
        "authentication": [{"id": signs.kid, "type": "JsonWebKey2020", "publicKeyJwk": signs.public_jwk()}],
    }
    await made.secrets.add_secret(CoreSecretKey(signs))
    packed = native(made).rotate(to=BOB, old=old, new=ALICE)
    octets, _ = await made.unpack(packed.message)
    message: dict[str, Any] = json.loads(octets)
    assert message["from_prior"].count(".") == 2
    return message


FORGED_TEXTS = {
    "a name twice, the forged one first": '{{"from": "{alice}", "from": "{mallory}", {rest}}}',
    "a name twice, the forged one last": '{{"from": "{mallory}", "from": "{alice}", {rest}}}',
    "a name twice, once escaped": '{{"from": "{mallory}", "fr\\u006fm": "{alice}", {rest}}}',
    "an escaped name": '{{"fr\\u006fm": "{alice}", {rest}}}',
    "a long integer": '{{"from": "{alice}", "n": {digits}, {rest}}}',
    "deep nesting": '{{"from": "{alice}", "n": {deep}, {rest}}}',
    "a number that is not finite": '{{"from": "{alice}", "n": NaN, {rest}}}',
    "a string that is not Unicode": '{{"from": "{alice}", "n": "\\ud800", {rest}}}',
    "a comma too many": '{{"from": "{alice}", {rest},}}',
    "text behind it": '{{"from": "{alice}", {rest}}} x',
    "a byte order mark": '\ufeff{{"from": "{alice}", {rest}}}',
    "white space": ' \r\n\t{{"from": "{alice}", {rest}}}',
    "a null": '{{"from": null, {rest}}}',
}


def forged(text: str) -> str:
    rest = '"id": "1", "type": "https://example.org/greeting/1.0/hello", "body": {}'
    deep = "[" * 5000 + "]" * 5000
    return text.format(alice=ALICE, mallory=MALLORY, rest=rest, digits="9" * 5000, deep=deep)


@pytest.mark.spec("ADR-01")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("text", FORGED_TEXTS.values(), ids=FORGED_TEXTS.keys())
async def test_a_forged_sender_is_refused_in_each_form_that_some_reader_of_json_takes(
    text: str, encoding: str
) -> None:
    made = await world()
    packed = await made.pack(forged(text).encode(encoding), frm=MALLORY)
    refused = pytest.raises(PackagingServiceError, match=r"malformed message|from=skid")
    with refused:
        await made.unpack(packed)
    hidden = await made.pack(packed, frm=None)
    with refused:
        await made.messaging().unpack(hidden)


@pytest.mark.spec("ROT-07")
@pytest.mark.parametrize("text", ['"x": NaN', '"from_prior": null', f'"x": {"9" * 5000}'])
async def test_a_forged_rotation_is_refused_despite_json_loads_differences(text: str) -> None:
    made = await world()
    octets = f'{{"from": "{ALICE}", "from_prior": "e30.e30.e30", {text}}}'.encode()
    for frm in (ALICE, None):
        with pytest.raises(PackagingServiceError):
            await made.unpack(await made.pack(octets, frm=frm))


async def test_the_message_of_a_result_is_an_object_with_one_meaning() -> None:
    made = await world()
    for octets in (b"", b"[1]", b"7", b"\xff"):
        unpacked = await made.messaging().unpack(await made.pack(octets))
        assert unpacked.unpacked == octets
        with pytest.raises(ValueError, match=r"JSON|UTF-8|empty"):
            _ = unpacked.message


@pytest.mark.parametrize("member", ["envelope", "header"])
@pytest.mark.parametrize(
    "text", ['{"alg": "ECDH-ES", ', '{"x": NaN, ', '{"x": "\\ud800", ', '{"x": 1, "x": 1, ']
)
async def test_an_ambiguous_envelope_is_refused_before_any_crypto_sees_it(member: str, text: str) -> None:
    made = await world(OWN)
    envelope = json.loads(await made.pack(plaintext(frm=ALICE)))
    written = json.dumps(envelope)
    if member == "header":
        envelope["protected"] = b64(text + unb64(envelope["protected"]).decode()[1:])
        written = json.dumps(envelope)
    elif "alg" not in text:
        written = text + written[1:]
    else:
        written = f'{{"ciphertext": "", {written[1:]}'
    made.crypto.called.clear()
    with pytest.raises(PackagingServiceError, match="Invalid packed message"):
        await made.unpack(written)
    assert made.crypto.called == []


@pytest.mark.parametrize("named", ["alice", "did:example:alice", "did:peer:2.E#key-1", "#1", f"{ALICE}#1?x"])
@pytest.mark.parametrize("backend", [CORE, "own"], ids=["core", "own"])
async def test_a_sender_key_id_of_another_form_is_refused(backend: Backend | str, named: str) -> None:
    made = await world(OWN if isinstance(backend, str) else backend)

    async def resolve(did: str) -> dict[str, Any]:
        if did == ALICE:
            return made.resolver.documents[ALICE]
        return await Peer2().resolve(did)

    envelope = json.loads(await made.pack(b"hello"))
    made.resolver.resolve = resolve  # type: ignore[method-assign]
    header = {**json.loads(unb64(envelope["protected"])), "apu": b64(named), "skid": named}
    with pytest.raises((PackagingServiceError, CryptoServiceError)):
        await made.unpack(json.dumps({**envelope, "protected": b64(json.dumps(header))}))


@pytest.mark.parametrize("member", ["apu", "apv", "skid", "alg", "epk"])
@pytest.mark.parametrize("value", [7, ["a"], {"a": 1}, True, "\u00e9", "a=", ""])
@backends
async def test_a_header_of_another_type_is_refused(backend: Backend, member: str, value: object) -> None:
    made = await world(backend)
    envelope = json.loads(await made.pack(b"hello"))
    header = {**json.loads(unb64(envelope["protected"])), member: value}
    with pytest.raises((PackagingServiceError, CryptoServiceError)):
        await made.unpack(json.dumps({**envelope, "protected": b64(json.dumps(header))}))


@pytest.mark.spec("ROT-07", "ROT-08", "ROT-09")
async def test_a_rotation_that_is_not_proved_is_refused() -> None:
    made = await world()
    message = await rotated(made)
    with pytest.raises(PackagingServiceError, match=r"from_prior\.sub=from is not proved"):
        await made.unpack(await made.pack(json.dumps({**message, "from": MALLORY}).encode(), frm=MALLORY))
    with pytest.raises(PackagingServiceError, match=r"from_prior\.sub=from is not proved"):
        await made.unpack(await made.pack(json.dumps({**message, "from": MALLORY}).encode(), frm=None))
    header, claims, _ = message["from_prior"].split(".")
    forged = f"{header}.{claims}.{b64(bytes(64))}"
    with pytest.raises(PackagingServiceError, match="signature"):
        await made.unpack(await made.pack(json.dumps({**message, "from_prior": forged}).encode()))
    unbound = json.loads(unb64(claims))
    forged = f"{header}.{b64(json.dumps({**unbound, 'iss': MALLORY}))}.{message['from_prior'].split('.')[2]}"
    with pytest.raises(PackagingServiceError, match="iss"):
        await made.unpack(await made.pack(json.dumps({**message, "from_prior": forged}).encode()))


@pytest.mark.spec("MSG-17")
@backends
async def test_a_key_outside_of_key_agreement_neither_sends_nor_receives(backend: Backend) -> None:
    made = await world(backend)
    packed = await made.pack(b"hello")
    for party in (ALICE, BOB):
        document = made.resolver.documents[party]
        document["authentication"], document["keyAgreement"] = document["keyAgreement"], []
        with pytest.raises(PackagingServiceError, match="keyAgreement"):
            await made.pack(b"hello", to=f"{BOB}#1", frm=f"{ALICE}#1")
        if party == ALICE:
            with pytest.raises(PackagingServiceError, match="keyAgreement"):
                await made.unpack(packed)
        document["keyAgreement"] = document.pop("authentication")


@backends
async def test_a_tampered_envelope_does_not_open(backend: Backend) -> None:
    made = await world(backend)
    for frm in (ALICE, None):
        envelope = json.loads(await made.pack(b"hello", frm=frm))
        for name in ("ciphertext", "tag", "iv"):
            broken = {**envelope, name: b64(bytes(len(unb64(envelope[name]))))}
            with pytest.raises(CryptoServiceError, match="cannot be decrypted"):
                await made.unpack(json.dumps(broken))


MALFORMED = [b"", b"[]", b"{}", b"\xff", plaintext(), b'{"payload": "", "signatures": []}', b"[" * 100_000]


@pytest.mark.parametrize("octets", MALFORMED, ids=range(len(MALFORMED)))
async def test_text_that_is_not_an_envelope_is_refused(octets: bytes) -> None:
    made = await world()
    with pytest.raises(PackagingServiceError, match="Invalid packed message"):
        await made.unpack(octets)
    for decrypt in (
        made.crypto.ecdh_es_decrypt(octets, made.secrets.secrets[f"{BOB}#1"]),
        made.crypto.ecdh_1pu_decrypt(octets, made.secrets.secrets[f"{BOB}#1"], await public(made)),
    ):
        with pytest.raises(ValueError, match="Invalid JWE"):
            await decrypt


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"alg": None}, "Missing alg header"),
        ({"alg": "RSA-OAEP"}, "Unsupported DIDComm encryption algorithm: RSA-OAEP"),
        ({"apv": None}, "Missing apv header"),
        ({"apv": b64("other")}, "Invalid apv value"),
        ({"apu": None}, "Missing apu header"),
        ({"apu": b64(b"\xff")}, "Invalid apu value"),
        ({"skid": f"{MALLORY}#1"}, "Mismatch between skid and apu"),
        ({"apu": b64(f"{MALLORY}#1")}, "Mismatch between skid and apu"),
    ],
)
async def test_each_broken_header_has_the_error_of_the_original(changes: dict[str, Any], error: str) -> None:
    made = await world()
    envelope = json.loads(await made.pack(b"hello"))
    header = {**json.loads(unb64(envelope["protected"])), **changes}
    written = json.dumps({name: value for name, value in header.items() if value is not None})
    with pytest.raises(PackagingServiceError, match=f"^{error}$"):
        await made.unpack(json.dumps({**envelope, "protected": b64(written)}))
