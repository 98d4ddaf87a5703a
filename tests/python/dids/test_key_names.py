"""The names that keys of a did:peer:2 have had, and the keys of a did:key."""

from __future__ import annotations

from hashlib import sha512
from typing import TYPE_CHECKING, Any, Literal

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pydidcomm import InMemorySecrets, LocalResolver, Secret, sync
from support.parties import Key, b64, base58, hello

if TYPE_CHECKING:
    from pydidcomm import DIDDocument


def resolved(did: str) -> DIDDocument:
    document = LocalResolver().resolve(did)
    assert document is not None
    return document


# the names that keys have had


def names(multikey: str) -> dict[str, str]:
    bare = multikey.removeprefix("z")
    return {"numbered": "key-1", "multibase": bare, "short": bare[:8]}


@pytest.mark.spec("KID-09", "ENC-11")
@pytest.mark.parametrize("stored", ["numbered", "multibase", "short"])
@pytest.mark.parametrize("named", ["numbered", "multibase", "short"])
@pytest.mark.parametrize("wrap", [False, True], ids=["in memory", "requests"])
def test_a_secret_is_found_under_every_name_of_its_key(stored: str, named: str, *, wrap: bool) -> None:
    key = Key("did:example:any#x")
    did = f"did:peer:2.E{key.multikey}"
    kids = {form: f"{did}#{name}" for form, name in names(key.multikey).items()}
    method = {"id": kids[named], "type": "Multikey", "controller": did, "publicKeyMultibase": key.multikey}

    class Peer:
        """A peer whose documents name keys in the requested form."""

        def resolve(self, _: str, /) -> dict[str, Any]:
            return {"id": did, "keyAgreement": [method]}

    packed = sync.DIDCommMessaging(resolver=Peer()).pack(hello(), to=did)
    assert packed.to_kids == (kids[named],)
    secrets = InMemorySecrets([{**key.secret_jwk, "kid": kids[stored]}])

    class ResolverWithoutFind(InMemorySecrets):
        def get_key(self, kid: str) -> Secret | None:
            return secrets.get_key(kid)

        def get_keys(self, kids: Any) -> list[str]:  # noqa: ANN401, as the base has it
            return secrets.get_keys(kids)

    received = sync.DIDCommMessaging(secrets=ResolverWithoutFind() if wrap else secrets).unpack(
        packed.message
    )
    assert received.metadata.recipient_kid == kids[named]


@pytest.mark.spec("KID-07", "KID-09")
@pytest.mark.parametrize("form", ["multibase", "numbered"])
def test_a_sender_with_key_names_in_the_older_form_is_accepted(
    form: Literal["multibase", "numbered"],
) -> None:
    older = sync.DIDCommMessaging(resolver=LocalResolver(key_naming=form))
    today = sync.DIDCommMessaging()
    alice, bob = older.create_peer_did(), today.create_peer_did()
    packed = older.pack(hello(), to=bob, frm=alice, sign_frm=None)
    assert packed.from_kid is not None
    assert (packed.from_kid == f"{alice}#key-1") == (form == "numbered")
    received = today.unpack(packed.message)
    assert received.metadata.encrypted_from == packed.from_kid
    signed = older.pack_signed(hello(to=[bob]), sign_frm=alice)
    assert today.unpack(signed.packed_msg).metadata.sign_from == signed.sign_from_kid
    # and the answer reaches the older program under the name that today's resolver gives the key
    answer = today.pack(hello(), to=alice, frm=bob)
    assert older.unpack(answer.message).message.frm == bob


# the keys of a did:key


@pytest.mark.spec("DID-20", "ENC-12")
def test_a_did_key_of_ed25519_signs_and_agrees() -> None:
    did = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
    document = resolved(did)
    assert document.authentication == (f"{did}#z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH",)
    assert document.key_agreement == (f"{did}#z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc",)
    assert sync.DIDCommMessaging().pack(hello(), to=did).to_kids == document.key_agreement


def test_a_did_key_of_x25519_agrees_and_does_not_sign() -> None:
    key = Key("did:example:any#x")
    did = f"did:key:{key.multikey}"
    kid = f"{did}#{key.multikey}"
    party = sync.DIDCommMessaging(secrets=InMemorySecrets([{**key.secret_jwk, "kid": kid}]))
    packed = party.pack(hello(), to=did, frm=did)
    assert packed.to_kids == (kid,)
    assert party.unpack(packed.message).metadata.encrypted_from == kid
    assert party.resolve(did).authentication == ()


@pytest.mark.spec("DID-20")
def test_peer_and_owner_derive_the_same_x25519_key_from_a_did_key() -> None:
    signing = Key("did:example:any#ed", "Ed25519")
    did = f"did:key:{signing.multikey}"
    (agreement,) = resolved(did).key_agreement
    # RFC 8032 5.1.5: the scalar of the signing key is that of the key for agreement
    derived = X25519PrivateKey.from_private_bytes(sha512(signing.secret).digest()[:32])
    jwk = {
        "kty": "OKP",
        "crv": "X25519",
        "x": b64(derived.public_key().public_bytes_raw()),
        "d": b64(derived.private_bytes_raw()),
        "kid": agreement,
    }
    owner = sync.DIDCommMessaging(
        secrets=InMemorySecrets([jwk, {**signing.secret_jwk, "kid": f"{did}#{signing.multikey}"}])
    )
    peer = sync.DIDCommMessaging()
    peer_did = peer.create_peer_did()
    received = owner.unpack(peer.pack(hello(), to=did, frm=peer_did).message)
    assert received.metadata.recipient_kid == agreement
    answer = owner.pack(hello(), to=peer_did, frm=did, sign_frm=did)
    assert peer.unpack(answer.message).message.frm == did


def test_the_tests_own_base58_agrees_with_the_library() -> None:
    key = Key("did:example:any#x")
    assert Secret(key.secret_jwk).public_multikey() == key.multikey
    assert base58(b"\0\0hello") == "11Cn8eVZg"
