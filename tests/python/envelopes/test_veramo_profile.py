"""The profile of Veramo: its envelopes are read and written on demand; the result says what is not proved.

The messages are of npm `@veramo/did-comm` 7.0.1, which `make interop-veramo` talks with.
"""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from pydidcomm import (
    EncryptedView,
    PackEncryptedConfig,
    UnpackConfig,
    UnpackResult,
    WarningCode,
    inspect,
    sync,
)
from pydidcomm.errors import (
    DecryptionError,
    MalformedMessageError,
    PolicyError,
    UnsupportedError,
    UntrustedMessageError,
)
from support import forge
from support.forge import plaintext
from support.parties import Documents, Party, b64, header_of, hello
from support.peer_vectors import FOLDER, readers

MESSAGES: dict[str, str] = {
    message["name"]: message["packed"]
    for message in json.loads((FOLDER / "veramo-profile.json").read_text(encoding="utf-8"))
}
VERAMO = UnpackConfig(accept_profiles={"veramo"})
FOR_VERAMO = PackEncryptedConfig(profile="veramo")
DRAFT_3: dict[str, Any] = {"protected": {"apu": None, "apv": None}, "bind_tag": False}
OF_DRAFT_3 = (WarningCode.UNBOUND_RECIPIENTS, WarningCode.AUTHCRYPT_DRAFT_3)
ONE_KEY = [name for name in MESSAGES if "two keys" not in name]


def codes(result: UnpackResult) -> tuple[WarningCode, ...]:
    return tuple(warning.code for warning in result.metadata.warnings)


# messages of Veramo


def test_the_vectors_are_complete() -> None:
    assert len(MESSAGES) == 15


@pytest.mark.spec("JWE-03", "ALG-08", "KID-07")
@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_of_veramo_is_refused_by_default(name: str) -> None:
    with pytest.raises(MalformedMessageError, match="accept_profiles") as caught:
        sync.unpack(readers(), MESSAGES[name])
    assert caught.value.part == ("jwe.protected.apu" if "auth" in name else "jwe.protected.apv")


@pytest.mark.parametrize("name", ONE_KEY)
def test_a_message_of_veramo_is_read_with_its_profile(name: str) -> None:
    result = sync.unpack(readers(), MESSAGES[name], VERAMO)
    metadata = result.metadata
    assert metadata.profile == "veramo"
    if "authcrypt" in name:
        assert result.sender == result.message.frm
        assert metadata.enc_alg_auth is not None
        assert metadata.enc_alg_auth.value.startswith(name.split("/")[3])
        assert codes(result)[:2] == OF_DRAFT_3
    else:
        assert result.sender is None
        assert metadata.enc_alg_anon is not None
        assert codes(result) == (WarningCode.UNBOUND_RECIPIENTS,)
    assert len(metadata.encrypted_to or ()) == 1


def test_authcrypt_of_draft_3_to_two_keys_is_refused() -> None:
    with pytest.raises(MalformedMessageError, match="one key in authcrypt by draft 3") as caught:
        sync.unpack(readers(), MESSAGES["example/x25519/authcrypt/A256GCM/two keys"], VERAMO)
    assert caught.value.part == "jwe.recipients"


def test_anoncrypt_without_apv_to_two_keys_is_read() -> None:
    result = sync.unpack(readers(), MESSAGES["example/x25519/anoncrypt/A256GCM/two keys"], VERAMO)
    assert len(result.metadata.encrypted_to or ()) == 2
    assert codes(result) == (WarningCode.UNBOUND_RECIPIENTS,)


def test_a_date_in_words_reads_as_absent() -> None:
    result = sync.unpack(readers(), MESSAGES["key/x25519/authcrypt/A256GCM/dated"], VERAMO)
    assert result.message.created_time is None
    (fault,) = result.metadata.form_faults
    assert (fault.part, fault.value) == ("created_time", "2026-11-29T16:50:00.000Z")
    assert WarningCode.FORM_FAULT in codes(result)


def test_a_profile_that_is_required_turns_the_one_of_veramo_off() -> None:
    strict = UnpackConfig(accept_profiles=["veramo"], require_profile="didcomm/v2")
    with pytest.raises(MalformedMessageError, match="apu"):
        sync.unpack(readers(), MESSAGES["key/x25519/authcrypt/A256GCM"], strict)


# what the profile does not change


@pytest.mark.parametrize("sent", [False, True])
def test_a_message_of_didcomm_has_no_profile(
    documents: Documents, alice: Party, bob: Party, *, sent: bool
) -> None:
    packed = forge.encrypt(plaintext(from_=alice.did), [bob.key], sender=alice.key if sent else None)
    result = documents.unpack(bob, packed, VERAMO)
    assert result.metadata.profile is None
    assert result.metadata.authenticated == sent
    assert result.metadata == documents.unpack(bob, packed).metadata


@pytest.mark.parametrize("missing", ["apu", "apv"])
def test_authcrypt_without_one_of_apu_and_apv_is_refused(
    documents: Documents, alice: Party, bob: Party, missing: str
) -> None:
    packed = forge.encrypt(plaintext(), [bob.key], sender=alice.key, protected={missing: None})
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, packed, VERAMO)
    assert caught.value.part == f"jwe.protected.{missing}"


@pytest.mark.spec("ALG-08")
def test_authcrypt_with_apu_needs_a_content_encryption_that_commits(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = forge.encrypt(plaintext(), [bob.key], sender=alice.key, enc="A256GCM")
    with pytest.raises(UnsupportedError):
        documents.unpack(bob, packed, VERAMO)


def test_other_faults_of_form_are_refused(documents: Documents, alice: Party, bob: Party) -> None:
    for headers in ({"please_ack": True}, {"created_time": True}, {"expires_time": [1]}):
        packed = forge.encrypt(plaintext(from_=alice.did, **headers), [bob.key], sender=alice.key)
        with pytest.raises(MalformedMessageError):
            documents.unpack(bob, packed, VERAMO)


def test_a_date_in_words_does_not_pass_for_one_in_the_future(
    documents: Documents, alice: Party, bob: Party
) -> None:
    plain = plaintext(from_=alice.did, expires_time="2999-01-01T00:00:00Z")
    packed = forge.encrypt(plain, [bob.key], sender=alice.key)
    assert documents.unpack(bob, packed, VERAMO).metadata.profile == "veramo"
    with pytest.raises(PolicyError):
        documents.unpack(bob, packed, UnpackConfig(accept_profiles={"veramo"}, require_unexpired=True))


def test_authcrypt_of_draft_3_needs_skid(documents: Documents, alice: Party, bob: Party) -> None:
    header = {"apu": None, "apv": None, "skid": None}
    packed = forge.encrypt(plaintext(), [bob.key], sender=alice.key, protected=header, bind_tag=False)
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, packed, VERAMO)
    assert caught.value.part == "jwe.protected.skid"


def test_the_sender_of_draft_3_holds_the_key_and_is_from(
    documents: Documents, alice: Party, bob: Party, mallory: Party
) -> None:
    plain = plaintext(from_=alice.did)
    honest = forge.encrypt(plain, [bob.key], sender=alice.key, **DRAFT_3)
    assert documents.unpack(bob, honest, VERAMO).sender == alice.did
    with pytest.raises(UntrustedMessageError, match="from=skid"):
        documents.unpack(bob, forge.encrypt(plain, [bob.key], sender=mallory.key, **DRAFT_3), VERAMO)
    named = forge.encrypt(plain, [bob.key], sender=mallory.key, skid=alice.key.kid, **DRAFT_3)
    with pytest.raises(DecryptionError):
        documents.unpack(bob, named, VERAMO)


def test_the_derivation_of_draft_3_leaves_the_tag_out(documents: Documents, alice: Party, bob: Party) -> None:
    plain = plaintext(from_=alice.did)
    packed = forge.encrypt(plain, [bob.key], sender=alice.key, protected={"apu": None, "apv": None})
    with pytest.raises(DecryptionError):
        documents.unpack(bob, packed, VERAMO)


# the weakness


def test_a_recipient_of_a_message_to_several_can_write_to_another_and_a_warning_says_so(
    documents: Documents, alice: Party, bob: Party, mallory: Party
) -> None:
    """One key in the envelope is no proof that the sender wrote it: see SECURITY.md."""
    to_both = forge.encrypt(
        plaintext(from_=alice.did, to=[bob.did, mallory.did]),
        [mallory.key, bob.key],
        sender=alice.key,
        **DRAFT_3,
    )
    cek = forge.content_key(to_both, mallory.key, alice.key)
    of_mallory = json.dumps(plaintext(from_=alice.did, to=[bob.did], body={"pay": "mallory"})).encode()
    iv = bytes(16)
    sealed, tag = forge.seal("A256CBC-HS512", cek, iv, to_both["protected"].encode(), of_mallory)
    changed = {
        "iv": b64(iv),
        "ciphertext": b64(sealed),
        "tag": b64(tag),
        "recipients": to_both["recipients"][1:],
    }
    result = documents.unpack(bob, {**to_both, **changed}, VERAMO)
    assert result.message.body == {"pay": "mallory"}
    assert result.sender == alice.did
    assert codes(result) == OF_DRAFT_3


# messages for Veramo


def test_authcrypt_for_veramo_has_neither_apu_nor_apv(documents: Documents, alice: Party, bob: Party) -> None:
    packed = sync.pack_encrypted(
        documents.of(alice), hello(), to=bob.key.kid, frm=alice.did, config=FOR_VERAMO
    )
    header = header_of(json.loads(packed.packed_msg)["protected"])
    assert set(header) == {"typ", "alg", "enc", "skid", "epk"}
    assert (header["alg"], header["enc"]) == ("ECDH-1PU+A256KW", "A256CBC-HS512")
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, packed.packed_msg)
    result = documents.unpack(bob, packed.packed_msg, VERAMO)
    assert result.sender == alice.did
    assert result.message.body == {"msg": "Hi"}
    assert codes(result) == OF_DRAFT_3


def test_anoncrypt_for_veramo_is_that_of_didcomm(documents: Documents, bob: Party) -> None:
    packed = sync.pack_encrypted(documents.of(bob), hello(), to=bob.did, config=FOR_VERAMO)
    result = documents.unpack(bob, packed.packed_msg, UnpackConfig(require_profile="didcomm/v2"))
    assert result.metadata.anonymous_sender
    (layer,) = inspect(packed.packed_msg).layers
    assert isinstance(layer, EncryptedView)
    assert layer.apv_binds_kids


def test_authcrypt_for_veramo_is_for_one_key(alice: Party) -> None:
    two = Party("did:example:two", agreement=2)
    config = Documents(alice, two).of(alice)
    with pytest.raises(ValueError, match=r"encrypts to one key.*did:example:two#x1, did:example:two#x2"):
        sync.pack_encrypted(config, hello(), to=two.did, frm=alice.did, config=FOR_VERAMO)
    packed = sync.pack_encrypted(config, hello(), to=two.kids[1], frm=alice.did, config=FOR_VERAMO)
    assert packed.to_kids == (two.kids[1],)


def test_veramo_agrees_on_x25519_alone() -> None:
    """The option `curves` stays in force for the mediators."""
    party = sync.DIDCommMessaging()
    sender = party.create_peer_did()
    recipient = party.create_peer_did(agreement_curves=("P-256",))
    with pytest.raises(UnsupportedError, match=r"allowed curves.*P-256"):
        party.pack(hello(), to=recipient, frm=sender, config=FOR_VERAMO)


def test_a_message_for_veramo_has_one_layer(documents: Documents, alice: Party, bob: Party) -> None:
    with pytest.raises(ValueError, match=r"one layer.*pack_signed"):
        sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, sign_frm=alice.did, config=FOR_VERAMO)
    with pytest.raises(ValueError, match="one layer"):
        PackEncryptedConfig(profile="veramo", protect_sender_id=True)


# the options


@pytest.mark.spec("ALG-08")
@pytest.mark.parametrize("enc", ["A256GCM", "XC20P"])
def test_authcrypt_is_written_with_the_content_encryption_that_commits(enc: str) -> None:
    with pytest.raises(ValueError, match="`enc_alg_auth` must be 'A256CBC-HS512'"):
        PackEncryptedConfig(enc_alg_auth=enc)


@pytest.mark.parametrize("profile", ["Veramo", "", None, 1])
def test_a_profile_that_is_none_is_refused(profile: Any) -> None:  # noqa: ANN401, also what is no text
    with pytest.raises(ValueError, match="`profile` must be"):
        PackEncryptedConfig(profile=profile)


def test_profiles_to_accept_are_a_collection_of_known_ones() -> None:
    assert UnpackConfig(accept_profiles={"veramo"}) == UnpackConfig(accept_profiles=["veramo"])
    with pytest.raises(UnsupportedError, match="profile"):
        UnpackConfig(accept_profiles={"veramo", "aviary"})
    with pytest.raises(TypeError, match="collection of str"):
        UnpackConfig(accept_profiles="veramo")


def test_the_profile_of_a_result_survives_pickling() -> None:
    metadata = sync.unpack(readers(), MESSAGES["key/x25519/authcrypt/XC20P"], VERAMO).metadata
    copy = pickle.loads(pickle.dumps(metadata))  # noqa: S301, our own bytes
    assert copy == metadata
    assert copy.profile == "veramo"
