"""Every curve: messages and signatures on it, and the choice among several."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pydidcomm import (
    InMemorySecrets,
    PackEncryptedConfig,
    PublicKey,
    ResolversConfig,
    Secret,
    UnsupportedError,
    sync,
)
from pydidcomm.errors import IncompatibleKeysError, SecretNotFoundError
from support.parties import header_of, hello

AGREE = ["X25519", "P-256", "P-384", "P-521"]
SIGN = {"Ed25519": "EdDSA", "P-256": "ES256", "secp256k1": "ES256K"}


class Owner:
    """A DID with keys on these curves, named after them."""

    def __init__(self, name: str, agree: list[str], sign: list[str] | None = None) -> None:
        self.did = f"did:example:{name}"
        self.agreement = [Secret.generate(curve, kid=self.kid("agree", curve)) for curve in agree]
        self.signing = [Secret.generate(curve, kid=self.kid("sign", curve)) for curve in sign or []]

    def kid(self, use: str, curve: str) -> str:
        return f"{self.did}#{use}-{curve}"

    @property
    def document(self) -> dict[str, Any]:
        def methods(secrets: list[Secret]) -> list[dict[str, Any]]:
            return [{"id": s.kid, "type": "JsonWebKey2020", "publicKeyJwk": s.public_jwk()} for s in secrets]

        agreement, signing = methods(self.agreement), methods(self.signing)
        return {"id": self.did, "keyAgreement": agreement, "authentication": signing}


class Known:
    """A resolver that knows these documents."""

    def __init__(self, documents: dict[str, dict[str, Any]]) -> None:
        self.documents = documents

    def resolve(self, did: str, /) -> dict[str, Any] | None:
        return self.documents.get(did)


def world(*owners: Owner, available: list[Secret] | None = None) -> ResolversConfig:
    secrets = [secret for owner in owners for secret in owner.agreement + owner.signing]
    return ResolversConfig(
        secrets_resolver=InMemorySecrets(secrets if available is None else available),
        did_resolver=Known({owner.did: owner.document for owner in owners}),
    )


def epk_curve(packed: str) -> str:
    curve: str = header_of(json.loads(packed)["protected"])["epk"]["crv"]
    return curve


@pytest.mark.spec("ALG-01", "ALG-02", "ALG-05", "ENC-03")
@pytest.mark.parametrize("curve", AGREE)
def test_authcrypt_and_anoncrypt_work_on_every_curve(curve: str) -> None:
    alice, bob = Owner("alice", [curve]), Owner("bob", [curve])
    resolvers = world(alice, bob)
    for frm, protect in ((None, False), (alice.did, False), (alice.did, True)):
        config = PackEncryptedConfig(protect_sender_id=protect)
        packed = sync.pack_encrypted(resolvers, hello(), to=bob.did, frm=frm, config=config)
        assert epk_curve(packed.message) == curve
        assert [envelope.curve for envelope in packed.envelopes] == [curve]
        received = sync.unpack(resolvers, packed.message)
        assert received.message.body == hello().body
        assert received.metadata.encrypted_from == (alice.kid("agree", curve) if frm else None)
        assert received.metadata.recipient_kid == bob.kid("agree", curve)


@pytest.mark.spec("SIG-03", "SIG-04", "SIG-18")
@pytest.mark.parametrize("curve", SIGN)
def test_signatures_are_made_and_verified_on_every_curve(curve: str) -> None:
    alice = Owner("alice", [], [curve])
    resolvers = world(alice)
    packed = sync.pack_signed(resolvers, hello(to=[alice.did]), sign_frm=alice.did)
    received = sync.unpack(resolvers, packed.packed_msg)
    assert received.metadata.sign_from == alice.kid("sign", curve)
    assert received.metadata.sign_alg is not None
    assert received.metadata.sign_alg.value == SIGN[curve]


@pytest.mark.spec("SIG-04")
@pytest.mark.parametrize("curve", ["P-384", "P-521"])
def test_signing_on_an_optional_curve_is_refused_by_default(curve: str) -> None:
    alice = Owner("alice", [], [curve])
    with pytest.raises(UnsupportedError, match=curve):
        sync.pack_signed(world(alice), hello(), sign_frm=alice.did)


@pytest.mark.spec("ALG-03", "ENC-03", "DID-19")
def test_the_first_common_curve_in_the_documented_order_is_used() -> None:
    order = ["X25519", "P-384", "P-256", "P-521"]
    for alice_has, bob_has in product([AGREE, ["P-521", "P-256"], ["P-256", "P-384"]], repeat=2):
        alice, bob = Owner("alice", alice_has), Owner("bob", bob_has)
        resolvers = world(alice, bob)
        shared = next(curve for curve in order if curve in alice_has and curve in bob_has)
        packed = sync.pack_encrypted(resolvers, hello(), to=bob.did, frm=alice.did)
        assert epk_curve(packed.message) == shared
        anonymous = sync.pack_encrypted(resolvers, hello(), to=bob.did)
        assert epk_curve(anonymous.message) == next(curve for curve in order if curve in bob_has)


@pytest.mark.spec("ENC-12")
def test_a_sender_uses_a_key_whose_secret_it_has() -> None:
    alice, bob = Owner("alice", AGREE), Owner("bob", AGREE)
    available = [secret for secret in alice.agreement if secret.curve == "P-256"]
    packed = sync.pack_encrypted(world(alice, bob, available=available), hello(), to=bob.did, frm=alice.did)
    assert packed.from_kid == alice.kid("agree", "P-256")
    with pytest.raises(SecretNotFoundError):
        sync.pack_encrypted(world(alice, bob, available=[]), hello(), to=bob.did, frm=alice.did)


@pytest.mark.spec("ENC-12")
def test_parties_without_a_common_curve_raise_incompatible_keys_error() -> None:
    alice, bob = Owner("alice", ["X25519"]), Owner("bob", ["P-256"])
    with pytest.raises(IncompatibleKeysError) as caught:
        sync.pack_encrypted(world(alice, bob), hello(), to=bob.did, frm=alice.did)
    assert (caught.value.sender, caught.value.recipient) == (alice.did, bob.did)


@pytest.mark.spec("ENC-03", "JWE-04", "DID-19")
def test_each_curve_gets_an_envelope_on_demand() -> None:
    alice, bob = Owner("alice", ["P-256", "X25519"]), Owner("bob", AGREE)
    resolvers = world(alice, bob)
    every = PackEncryptedConfig(every_curve=True)
    for frm, curves in ((None, ["X25519", "P-384", "P-256", "P-521"]), (alice.did, ["X25519", "P-256"])):
        packed = sync.pack_encrypted(resolvers, hello(), to=bob.did, frm=frm, config=every)
        assert [envelope.curve for envelope in packed.envelopes] == curves
        assert packed.message == packed.envelopes[0].message
        for envelope in packed.envelopes:
            assert epk_curve(envelope.message) == envelope.curve
            assert envelope.to_kids == (bob.kid("agree", envelope.curve),)
            only = [secret for secret in bob.agreement if secret.curve == envelope.curve]
            received = sync.unpack(world(alice, bob, available=only), envelope.message)
            assert received.metadata.authenticated is (frm is not None)


def test_the_caller_can_order_and_restrict_the_curves() -> None:
    alice, bob = Owner("alice", AGREE), Owner("bob", AGREE)
    resolvers = world(alice, bob)
    config = PackEncryptedConfig(curves=["P-521", "X25519"])
    packed = sync.pack_encrypted(resolvers, hello(), to=bob.did, frm=alice.did, config=config)
    assert epk_curve(packed.message) == "P-521"
    with pytest.raises(UnsupportedError):
        sync.pack_encrypted(
            world(alice, Owner("bob", ["X25519"])),
            hello(),
            to=bob.did,
            config=PackEncryptedConfig(curves=["P-384"]),
        )
    with pytest.raises(ValueError, match="Ed25519"):
        PackEncryptedConfig(curves=["Ed25519"])
    with pytest.raises(UnsupportedError, match="x25519"):
        PackEncryptedConfig(curves=["x25519"])


@pytest.mark.parametrize("every_curve", [True, False])
def test_secp256k1_is_read_and_written_only_on_demand(every_curve: bool) -> None:  # noqa: FBT001
    alice, bob = Owner("alice", ["secp256k1", "X25519"]), Owner("bob", ["secp256k1", "X25519"])
    resolvers = world(alice, bob)
    by_default = PackEncryptedConfig(every_curve=every_curve)
    packed = sync.pack_encrypted(resolvers, hello(), to=bob.did, frm=alice.did, config=by_default)
    assert [envelope.curve for envelope in packed.envelopes] == ["X25519"]
    config = PackEncryptedConfig(curves=["secp256k1"])
    for frm in (None, alice.did):
        packed = sync.pack_encrypted(resolvers, hello(), to=bob.did, frm=frm, config=config)
        assert epk_curve(packed.message) == "secp256k1"
        metadata = sync.unpack(resolvers, packed.message).metadata
        assert metadata.recipient_kid == bob.kid("agree", "secp256k1")
        assert metadata.encrypted_from == (alice.kid("agree", "secp256k1") if frm else None)
    only = Owner("carol", ["secp256k1"])
    with pytest.raises(UnsupportedError, match="secp256k1"):
        sync.pack_encrypted(world(only), hello(), to=only.did)


def test_a_secp256k1_message_opens_with_the_key_of_another_library() -> None:
    theirs = ec.generate_private_key(ec.SECP256K1())
    point = theirs.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    method = {"id": "#k", "type": "Multikey"}
    method["publicKeyMultibase"] = PublicKey.from_octets("secp256k1", point).multikey()

    class Theirs:
        def agree(self, public_key: PublicKey) -> bytes:
            epk = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), public_key.octets())
            return theirs.exchange(ec.ECDH(), epk)

        def resolve(self, did: str) -> dict[str, object]:
            return {"id": did, "keyAgreement": [method]}

        def get_key(self, _kid: str) -> object:
            return self

        def get_keys(self, kids: list[str]) -> list[str]:
            return kids

    party = sync.DIDCommMessaging(secrets=Theirs(), resolver=Theirs())  # type: ignore[arg-type]
    packed = party.pack(hello(), to="did:example:bob", config=PackEncryptedConfig(curves=["secp256k1"]))
    assert party.unpack(packed.message).metadata.encrypted


def test_a_key_named_by_kid_is_used() -> None:
    alice, bob = Owner("alice", AGREE), Owner("bob", AGREE)
    resolvers = world(alice, bob)
    kids = [(alice.kid("agree", curve), bob.kid("agree", curve)) for curve in AGREE]
    for frm, to in kids:
        packed = sync.pack_encrypted(resolvers, hello(), to=to, frm=frm)
        assert (packed.from_kid, packed.to_kids) == (frm, (to,))
    with pytest.raises(IncompatibleKeysError):
        sync.pack_encrypted(resolvers, hello(), to=kids[0][1], frm=kids[1][0])


@pytest.mark.parametrize("curve", [*AGREE, "Ed25519", "secp256k1"])
def test_a_public_key_round_trips_through_each_form(curve: str) -> None:
    secret = Secret.generate(curve, kid="did:example:bob#key-1")
    key = secret.public_key
    assert key.curve == curve
    forms = [key.octets(), key.octets(compressed=True)]
    assert [PublicKey.from_octets(curve, octets) for octets in forms] == [key, key]
    assert PublicKey(key.jwk()) == PublicKey(key.multikey()) == key
    assert key.jwk() == secret.public_jwk()
    assert hash(PublicKey(key.multikey())) == hash(key)
    with pytest.raises(ValueError, match="public key"):
        PublicKey.from_octets(curve, key.octets()[:-1])


@pytest.mark.parametrize("curve", [*AGREE, "Ed25519", "secp256k1"])
def test_a_secret_round_trips_through_its_bytes_and_its_jwk(curve: str) -> None:
    secret = Secret.generate(curve, kid="did:example:bob#key-1")
    again = Secret(secret.expose_jwk())
    assert again.public_key == secret.public_key
