"""Damaged and unusual envelopes, read by us and by two JOSE libraries.

What we accept has the same meaning to them. What they write we accept, but for the rules of DIDComm that a
JOSE library does not have, which `refused` lists.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.drafts.jwe_ecdh_1pu import register_ecdh_1pu

from pydidcomm import AnonCryptAlg, PackEncryptedConfig, sync
from pydidcomm.errors import (
    DIDCommError,
    MalformedMessageError,
    NotFoundError,
    UnsupportedError,
    UntrustedMessageError,
)
from support.mutate import ANY_JSON, mutated, thorough
from support.owners import Owner, config, library_key, owner
from support.parties import b64, header_of, hello

if TYPE_CHECKING:
    from collections.abc import Callable

# it has no types
jwcrypto_jwe: Any = pytest.importorskip("jwcrypto.jwe")
jwcrypto_jws: Any = pytest.importorskip("jwcrypto.jws")
jwcrypto_jwk: Any = pytest.importorskip("jwcrypto.jwk")

register_ecdh_1pu()

pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")

fewer = settings(thorough, max_examples=60)

ENCRYPTIONS = ["ECDH-ES+A256KW", "ECDH-1PU+A256KW", "A256CBC-HS512", "A256GCM"]
SIGNATURES = {"Ed25519": "EdDSA", "P-256": "ES256", "secp256k1": "ES256K"}
CURVES = ["X25519", "P-256", "P-384", "P-521"]
ALICES = {curve: owner("alice", curve) for curve in CURVES}
BOBS = {curve: owner("bob", curve) for curve in CURVES}
SIGNERS = {curve: owner("alice", signing=curve) for curve in SIGNATURES}

# form, a claim that is not proved, an algorithm of another profile, another recipient's kid
STRICTER = (MalformedMessageError, UntrustedMessageError, UnsupportedError, NotFoundError)


def ours(packed: str, *owners: Owner) -> Any:  # noqa: ANN401, JSON
    """The message; None where a rule of DIDComm refuses it, False where the cryptography fails."""
    try:
        return sync.unpack(config(*owners), packed).message.as_dict()
    except STRICTER:
        return None
    except DIDCommError:
        return False


def theirs(read: Callable[[], bytes | None]) -> Any:  # noqa: ANN401, JSON
    """The JSON that a library reads; False where it refuses, with whatever exception."""
    try:
        return json.loads(read() or b"")
    except Exception:  # noqa: BLE001, the libraries raise many kinds
        return False


def opened_by_joserfc(packed: str, alice: Owner, bob: Owner) -> bytes | None:
    envelope = json.loads(packed)
    sender = (
        library_key(alice.agreement[0].public_jwk()) if "skid" in header_of(envelope["protected"]) else None
    )
    return jwe.decrypt_json(envelope, bob.private(), algorithms=ENCRYPTIONS, sender_key=sender).plaintext


def opened_by_jwcrypto(packed: str, bob: Owner) -> bytes:
    token = jwcrypto_jwe.JWE()
    token.allowed_algs = ENCRYPTIONS
    token.deserialize(packed, jwcrypto_jwk.JWK(**bob.agreement[0].expose_jwk()))
    plaintext: bytes = token.payload
    return plaintext


def verified_by_joserfc(packed: str, alice: Owner) -> bytes:
    key = library_key(alice.signing.public_jwk())
    signed: jws.GeneralJSONSerialization = json.loads(packed)
    return jws.deserialize_json(signed, key, algorithms=list(SIGNATURES.values())).payload


def verified_by_jwcrypto(packed: str, alice: Owner) -> bytes:
    token = jwcrypto_jws.JWS()
    token.allowed_algs = list(SIGNATURES.values())
    token.deserialize(packed, jwcrypto_jwk.JWK(**alice.signing.public_jwk()))
    payload: bytes = token.payload
    return payload


def agree(mine: Any, others: list[Any]) -> None:  # noqa: ANN401, JSON
    """Accepted by us means accepted by them, with one meaning; a failed decryption is one to them too."""
    if mine is None:
        return
    for other in others:
        assert other == mine, f"we read {mine}, a library {other}"


@st.composite
def damaged(draw: st.DrawFn, packed: str) -> str:
    """An envelope with changed members, those of its protected header included."""
    envelope: Any = json.loads(packed)
    holders: list[dict[str, Any]] = [envelope, *envelope.get("signatures", [])]
    for holder in holders:
        if "protected" in holder:
            holder["protected"] = header_of(holder["protected"])
    changed: dict[str, Any] = draw(mutated(envelope))
    for holder in [changed, *_objects(changed.get("signatures"))]:
        if isinstance(holder.get("protected"), dict):
            holder["protected"] = b64(json.dumps(holder["protected"], separators=(",", ":")))
    return json.dumps(changed)


def _objects(value: list[Any] | None) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list) else []
    return [each for each in entries if isinstance(each, dict)]


@pytest.mark.spec("ENC-06", "ENC-07")
@pytest.mark.parametrize("curve", CURVES)
@fewer
@given(data=st.data())
def test_a_damaged_anoncrypt_envelope_has_one_meaning(curve: str, data: st.DataObject) -> None:
    alice, bob = ALICES[curve], BOBS[curve]
    alg = data.draw(
        st.sampled_from([AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW, AnonCryptAlg.A256GCM_ECDH_ES_A256KW])
    )
    options = PackEncryptedConfig(enc_alg_anon=alg)
    packed = sync.pack_encrypted(config(bob), hello(to=[bob.did]), to=bob.did, config=options).packed_msg
    changed = data.draw(damaged(packed))
    agree(
        ours(changed, bob),
        [
            theirs(lambda: opened_by_joserfc(changed, alice, bob)),
            theirs(lambda: opened_by_jwcrypto(changed, bob)),
        ],
    )


@pytest.mark.spec("ENC-06", "ENC-07")
@pytest.mark.parametrize("curve", CURVES)
@fewer
@given(data=st.data())
def test_a_damaged_authcrypt_envelope_has_one_meaning(curve: str, data: st.DataObject) -> None:
    alice, bob = ALICES[curve], BOBS[curve]
    sent = hello(frm=alice.did, to=[bob.did])
    packed = sync.pack_encrypted(config(alice, bob), sent, to=bob.did, frm=alice.did).packed_msg
    changed = data.draw(damaged(packed))
    agree(ours(changed, alice, bob), [theirs(lambda: opened_by_joserfc(changed, alice, bob))])


@pytest.mark.spec("SIG-04", "SIG-09", "SIG-25")
@pytest.mark.parametrize("curve", SIGNATURES)
@fewer
@given(data=st.data())
def test_a_damaged_signed_message_has_one_meaning(curve: str, data: st.DataObject) -> None:
    alice = SIGNERS[curve]
    packed = sync.pack_signed(
        config(alice), hello(frm=alice.did, to=["did:example:bob"]), alice.did
    ).packed_msg
    changed = data.draw(damaged(packed))
    agree(
        ours(changed, alice),
        [
            theirs(lambda: verified_by_joserfc(changed, alice)),
            theirs(lambda: verified_by_jwcrypto(changed, alice)),
        ],
    )


PLAINTEXTS = st.fixed_dictionaries(
    {
        "id": st.just("1"),
        "type": st.just("https://example.org/greeting/1.0/hello"),
        "to": st.just(["did:example:bob"]),
    },
    optional={
        "typ": st.sampled_from(["application/didcomm-plain+json", "didcomm-plain+json", "JWM"]),
        "body": st.dictionaries(st.text(max_size=5), ANY_JSON, max_size=3),
        "from": st.sampled_from(["did:example:alice", "did:example:mallory"]),
        "note": ANY_JSON,
    },
)


def kids_digest(*kids: str) -> str:
    return b64(hashlib.sha256(".".join(sorted(kids)).encode()).digest())


@st.composite
def protected_headers(draw: st.DrawFn, skid: str | None, kid: str) -> dict[str, Any]:
    """A protected header of which one or another part is unusual."""
    enc = "A256CBC-HS512" if skid else draw(st.sampled_from(["A256CBC-HS512", "A256GCM"]))
    header: dict[str, Any] = {"alg": "ECDH-1PU+A256KW" if skid else "ECDH-ES+A256KW", "enc": enc}
    header["apv"] = draw(st.sampled_from([kids_digest(kid)] * 4 + [kids_digest("x"), ""]))
    header |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "typ": st.sampled_from(
                    ["application/didcomm-encrypted+json", "didcomm-encrypted+json", "JWE"]
                ),
                "cty": st.just("application/didcomm-plain+json"),
                "kid": st.just(kid),
            },
        )
    )
    if skid:
        header |= {"skid": skid, "apu": draw(st.sampled_from([b64(skid)] * 4 + [b64("did:example:x#1"), ""]))}
    return header


def refused(protected: dict[str, Any], plaintext: dict[str, Any], kid: str) -> list[str]:
    """The rules of DIDComm that an envelope of a JOSE library breaks."""
    is_proved = "skid" in protected or protected["alg"] in SIGNATURES.values()
    rules = {
        "`typ` of a message is its media type": plaintext.get("typ") == "JWM",
        "`apv` is the digest of the kids": "apv" in protected and protected["apv"] != kids_digest(kid),
        "`apu` is the skid": "skid" in protected and protected["apu"] != b64(protected["skid"]),
        "`kid` is in one header": "apv" in protected and "kid" in protected,
        "`from` is the sender or the signer": is_proved and plaintext.get("from") != "did:example:alice",
    }
    return [rule for rule, is_broken in rules.items() if is_broken]


def check(read: Any, plaintext: dict[str, Any], broken: list[str]) -> None:  # noqa: ANN401, JSON
    """Refused for a rule, or read as it was written."""
    assert (read is None) == bool(broken), broken
    if read is not None:
        members = {name: value for name, value in plaintext.items() if name != "typ"}
        assert {**read, **members} == read


def general(compact: str, kid: str) -> str:
    """The general form of a compact JWE: joserfc protects `epk` in the compact one alone."""
    protected, encrypted_key, iv, ciphertext, tag = compact.split(".")
    recipients = [{"header": {"kid": kid}, "encrypted_key": encrypted_key}]
    envelope = {
        "protected": protected,
        "recipients": recipients,
        "iv": iv,
        "ciphertext": ciphertext,
        "tag": tag,
    }
    return json.dumps(envelope)


@pytest.mark.spec("ENC-06", "ENC-07")
@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("is_authenticated", [False, True])
@fewer
@given(data=st.data())
def test_what_joserfc_encrypts_is_read_but_for_rules_of_didcomm(
    curve: str,
    is_authenticated: bool,  # noqa: FBT001
    data: st.DataObject,
) -> None:
    alice, bob = ALICES[curve], BOBS[curve]
    to = bob.agreement[0]
    protected = data.draw(protected_headers(alice.agreement[0].kid if is_authenticated else None, to.kid))
    plaintext = data.draw(PLAINTEXTS)
    key = library_key({name: value for name, value in to.public_jwk().items() if name != "kid"})
    sender = library_key(alice.agreement[0].expose_jwk()) if is_authenticated else None
    compact = jwe.encrypt_compact(
        protected, json.dumps(plaintext), key, algorithms=ENCRYPTIONS, sender_key=sender
    )
    broken = refused(protected, plaintext, to.kid)
    check(ours(general(compact, to.kid), alice, bob), plaintext, broken)


@pytest.mark.spec("SIG-04", "SIG-15")
@pytest.mark.parametrize("curve", SIGNATURES)
@fewer
@given(data=st.data())
def test_what_jwcrypto_signs_is_read_but_for_rules_of_didcomm(curve: str, data: st.DataObject) -> None:
    alice = SIGNERS[curve]
    plaintext = data.draw(PLAINTEXTS)
    token = jwcrypto_jws.JWS(json.dumps(plaintext))
    token.allowed_algs = list(SIGNATURES.values())
    protected = {"alg": SIGNATURES[curve], "typ": "application/didcomm-signed+json", "kid": alice.signing.kid}
    token.add_signature(jwcrypto_jwk.JWK(**alice.signing.expose_jwk()), protected=json.dumps(protected))
    flat = json.loads(token.serialize())
    signatures = [{"protected": flat["protected"], "signature": flat["signature"]}]
    packed = json.dumps({"payload": flat["payload"], "signatures": signatures})
    check(ours(packed, alice), plaintext, refused(protected, plaintext, ""))
