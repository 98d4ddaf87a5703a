"""A JOSE library without DIDComm opens our envelopes and verifies our signatures."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc import jwe, jws, jwt
from joserfc.drafts.jwe_ecdh_1pu import register_ecdh_1pu
from joserfc.errors import JoseError

from pydidcomm import (
    AnonCryptAlg,
    FromPrior,
    Message,
    PackEncryptedConfig,
    Secret,
    sync,
)
from support.owners import Owner, config, library_key, owner
from support.parties import hello

register_ecdh_1pu()

# the library warns of EdDSA, whose name leaves the curve open; the specification of DIDComm has no other
pytestmark = pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")

AGREEMENT = ["X25519", "P-256", "P-384", "P-521"]
SIGNED = {"Ed25519": "EdDSA", "P-256": "ES256", "secp256k1": "ES256K"}
VERIFIED = SIGNED | {"P-384": "ES384", "P-521": "ES512"}


def message(alice: Owner, bob: Owner) -> Message:
    return hello(frm=alice.did, to=[bob.did])


def opened(packed: str, bob: Owner, algorithms: list[str], sender: Secret | None = None) -> Any:  # noqa: ANN401, JSON
    """What the library finds inside."""
    key = None if sender is None else library_key(sender.public_jwk())
    found = jwe.decrypt_json(json.loads(packed), bob.private(), algorithms=algorithms, sender_key=key)
    return json.loads(found.plaintext or b"")


@pytest.mark.spec("ENC-07", "ALG-05", "ALG-06")
@pytest.mark.parametrize("curve", AGREEMENT)
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("alg", "enc"),
    [
        (AnonCryptAlg.A256CBC_HS512_ECDH_ES_A256KW, "A256CBC-HS512"),
        (AnonCryptAlg.A256GCM_ECDH_ES_A256KW, "A256GCM"),
    ],
)
def test_the_library_opens_anoncrypt(curve: str, count: int, alg: AnonCryptAlg, enc: str) -> None:
    alice, bob = owner("alice", curve), owner("bob", curve, count)
    sent = hello(to=[bob.did])
    packed = sync.pack_encrypted(
        config(alice, bob), sent, to=bob.did, config=PackEncryptedConfig(enc_alg_anon=alg)
    )
    assert opened(packed.packed_msg, bob, ["ECDH-ES+A256KW", enc]) == sent.as_dict()


@pytest.mark.spec("ENC-06", "ALG-05")
@pytest.mark.parametrize("curve", AGREEMENT)
@pytest.mark.parametrize("count", [1, 3])
def test_the_library_opens_authcrypt(curve: str, count: int) -> None:
    alice, bob = owner("alice", curve), owner("bob", curve, count)
    sent = message(alice, bob)
    packed = sync.pack_encrypted(config(alice, bob), sent, to=bob.did, frm=alice.did)
    algorithms = ["ECDH-1PU+A256KW", "A256CBC-HS512"]
    assert opened(packed.packed_msg, bob, algorithms, alice.agreement[0]) == sent.as_dict()
    with pytest.raises(JoseError):
        opened(packed.packed_msg, bob, algorithms, owner("mallory", curve).agreement[0])


@pytest.mark.spec("SIG-04", "SIG-09", "SIG-25")
@pytest.mark.parametrize(("curve", "alg"), SIGNED.items())
def test_the_library_verifies_a_signed_message(curve: str, alg: str) -> None:
    alice, bob = owner("alice", signing=curve), owner("bob")
    sent = message(alice, bob)
    signed: jws.GeneralJSONSerialization = json.loads(
        sync.pack_signed(config(alice), sent, alice.did).packed_msg
    )
    verified = jws.deserialize_json(signed, library_key(alice.signing.public_jwk()), algorithms=[alg])
    assert json.loads(verified.payload) == sent.as_dict()


@pytest.mark.spec("SIG-15")
@pytest.mark.parametrize(("curve", "alg"), VERIFIED.items())
def test_we_verify_what_the_library_signs(curve: str, alg: str) -> None:
    alice, bob = owner("alice", signing=curve), owner("bob")
    sent = message(alice, bob)
    protected = {"typ": "application/didcomm-signed+json", "alg": alg, "kid": alice.signing.kid}
    signed = jws.serialize_json(
        [{"protected": protected}], sent.as_json(), library_key(alice.signing.expose_jwk()), algorithms=[alg]
    )
    received = sync.unpack(config(alice, bob), json.dumps(signed))
    assert (received.message, received.metadata.sign_from) == (sent, alice.signing.kid)


@pytest.mark.spec("ROT-04")
@pytest.mark.parametrize(("curve", "alg"), SIGNED.items())
def test_the_library_verifies_a_rotation(curve: str, alg: str) -> None:
    alice, before, bob = owner("alice"), owner("alice-before", signing=curve), owner("bob")
    claims = FromPrior(iss=before.did, sub=alice.did, iat=1)
    sent = message(alice, bob).replace(from_prior=claims)
    packed = sync.pack_encrypted(config(alice, before, bob), sent, to=bob.did, frm=alice.did)
    received = sync.unpack(config(alice, before, bob), packed.packed_msg)
    token = jwt.decode(
        received.metadata.from_prior_jwt or "", library_key(before.signing.public_jwk()), algorithms=[alg]
    )
    assert token.claims == claims.as_dict()
