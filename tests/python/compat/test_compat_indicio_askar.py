"""Keys of Askar: they agree and sign inside Askar, and their bytes are not requested."""

# the packages used here leave some of their types open
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import base58
import pytest
from aries_askar import Key, KeyAlg, Store
from aries_askar.bindings import generate_raw_key
from pydid import VerificationMethod

from pydidcomm import KeyAgreementKey, PublicKey, Secret, SigningKey, sync
from pydidcomm.compat.didcomm_messaging import PackagingService
from pydidcomm.compat.didcomm_messaging.crypto.backend.askar import (
    AskarCryptoService,
    AskarKey,
    AskarSecretKey,
    AskarSecretsManager,
)
from pydidcomm.compat.didcomm_messaging.crypto.backend.authlib import AuthlibKey, AuthlibSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreKey, CoreSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.base import CryptoServiceError
from support.indicio import ALICE, ASKAR, AUTHLIB, BOB, Backend, Sealed, World, plaintext

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated:DeprecationWarning")

ED25519 = "z6MksqtdXuTar4gjPTMG6tEePL9dFHBc6s7mJxQk8cL98hoj"
BASE58 = base58.b58encode(PublicKey(ED25519).octets()).decode()
X25519 = "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"


def sealed(algorithm: KeyAlg) -> Sealed:
    return Sealed(Key.generate(algorithm).handle)


@pytest.mark.parametrize("algorithm", [KeyAlg.X25519, KeyAlg.P256])
async def test_private_bytes_of_an_askar_key_are_not_requested(algorithm: KeyAlg) -> None:
    def key(_curve: str, kid: str) -> tuple[Any, dict[str, Any]]:
        made = sealed(algorithm)
        return AskarSecretKey(made, kid), json.loads(made.get_jwk_public())

    made = World(Backend("sealed", AskarCryptoService, key, ()))
    await made.party(ALICE, "")
    await made.party(BOB, "")
    for frm in (ALICE, None):
        octets = plaintext(frm=ALICE)
        assert (await made.unpack(await made.pack(octets, frm=frm)))[0] == octets


def test_a_key_of_askar_is_an_external_key() -> None:
    secret = AskarSecretKey(sealed(KeyAlg.P256), f"{ALICE}#1")
    assert isinstance(secret, KeyAgreementKey)
    assert isinstance(secret, SigningKey)
    other = Secret.generate("P-256", kid=f"{BOB}#1")
    theirs = AskarSecretKey(Key.from_jwk(other.expose_jwk()), other.kid)
    assert secret.agree(other.public_key) == theirs.agree(secret.as_public_key().native)
    assert secret.as_public_key().kid == secret.kid
    with pytest.raises(CryptoServiceError, match="must be on the curve of the public key, X25519"):
        secret.agree(PublicKey(X25519))


@pytest.mark.parametrize("algorithm", [KeyAlg.ED25519, KeyAlg.P256, KeyAlg.K256])
def test_a_secret_of_askar_signs_for_pydidcomm(algorithm: KeyAlg) -> None:
    secret = AskarSecretKey(sealed(algorithm), f"{ALICE}#1")
    jwk = json.loads(secret.key.get_jwk_public())

    class Alice:
        def resolve(self, did: str, /) -> dict[str, Any]:
            return {
                "id": did,
                "authentication": [{"id": "#1", "type": "JsonWebKey2020", "publicKeyJwk": jwk}],
            }

        def get_key(self, _kid: str, /) -> SigningKey:
            return secret

        def get_keys(self, kids: list[str], /) -> list[str]:
            return kids

    agent = sync.DIDCommMessaging(Alice(), Alice())
    signed = agent.pack_signed(json.loads(plaintext(frm=ALICE)) | {"to": [ALICE]}, sign_frm=ALICE)
    assert agent.unpack(signed.packed_msg).metadata.sign_from == f"{ALICE}#1"


async def test_a_key_on_another_curve_than_the_envelope_does_not_open_it() -> None:
    made = World(ASKAR)
    await made.party(BOB, "P-256")
    packed = await made.pack(b"hello", frm=None)
    with pytest.raises(CryptoServiceError, match="must be on the curve of the public key, P-256"):
        await made.crypto.ecdh_es_decrypt(packed, AskarSecretKey(sealed(KeyAlg.X25519), f"{BOB}#1"))


# ctypes hands the futures of Askar to a running loop of asyncio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_secrets_are_stored_in_an_askar_store() -> None:
    made = World(ASKAR)
    await made.party(ALICE, "X25519")
    await made.party(BOB, "X25519")
    store = await Store.provision("sqlite://:memory:", "raw", generate_raw_key(), recreate=True)
    async with store.session() as session:
        for secret in made.secrets.secrets.values():
            await session.insert_key(secret.kid, secret.key)
    secrets = AskarSecretsManager(store)
    packaging: PackagingService[AskarKey, AskarSecretKey] = PackagingService()
    packed = await packaging.pack(made.crypto, made.resolver, secrets, b"hello", [BOB], ALICE)
    octets, metadata = await packaging.unpack(made.crypto, made.resolver, secrets, packed)
    assert (octets, metadata.sender_kid) == (b"hello", f"{ALICE}#1")
    assert await secrets.get_secret_by_kid("did:example:unknown#1") is None
    await store.close()


@pytest.mark.parametrize("reader", [AskarKey, AuthlibKey, CoreKey])
@pytest.mark.parametrize(
    ("method", "multikey"),
    [
        ({"type": "Multikey", "publicKeyMultibase": ED25519}, ED25519),
        ({"type": "X25519KeyAgreementKey2020", "publicKeyMultibase": X25519}, X25519),
        ({"type": "JsonWebKey2020", "publicKeyJwk": PublicKey(X25519).jwk()}, X25519),
        ({"type": "Ed25519VerificationKey2018", "publicKeyBase58": BASE58}, ED25519),
    ],
    ids=["Multikey", "2020", "JWK", "2018"],
)
def test_a_key_is_read_from_every_form(reader: Any, method: dict[str, Any], multikey: str) -> None:  # noqa: ANN401
    absolute = {"id": f"{BOB}#k", "controller": BOB, **method}
    key = reader.from_verification_method(VerificationMethod.deserialize(absolute))
    assert (type(key), key.kid, key.multikey) == (reader, f"{BOB}#k", multikey)
    relative = {"id": "#k", "controller": BOB, **method}
    assert reader.from_verification_method(VerificationMethod.deserialize(relative)).kid == f"{BOB}#k"


@pytest.mark.parametrize("reader", [AskarKey, AuthlibKey, CoreKey])
@pytest.mark.parametrize(
    ("method", "error"),
    [
        ({"type": "Ed25519VerificationKey2020", "publicKeyMultibase": X25519}, "Type and codec mismatch"),
        ({"type": "Oddity2030", "publicKeyMultibase": X25519}, "Unsupported verification method type"),
        ({"type": "Multikey", "publicKeyBase58": BASE58}, "Multikey verification method missing key"),
        ({"type": "JsonWebKey2020", "publicKeyBase58": BASE58}, "JWK verification method missing key"),
        ({"type": "Multikey", "publicKeyMultibase": "z6LS"}, "key"),
        ({"type": "JsonWebKey2020", "publicKeyJwk": {"kty": "OKP", "crv": "X25519", "x": "AA"}}, "X25519"),
    ],
    ids=["codec", "type", "no Multikey", "no JWK", "short", "short JWK"],
)
def test_a_key_that_cannot_be_read_is_a_value_error(reader: Any, method: dict[str, Any], error: str) -> None:  # noqa: ANN401
    found = VerificationMethod.deserialize({"id": f"{BOB}#k", "controller": BOB, **method})
    with pytest.raises(ValueError, match=error):
        reader.from_verification_method(found)


def test_a_multikey_is_a_key_of_the_backend_and_back() -> None:
    p256 = Secret.generate("P-256", kid=f"{BOB}#k").public_multikey()
    readers: list[Callable[[str], str]] = [
        lambda text: AskarKey.key_to_multikey(AskarKey.multikey_to_key(text)),
        lambda text: AuthlibKey.key_to_multikey(AuthlibKey.multikey_to_key(text)),
    ]
    for reader in readers:
        for multikey in (ED25519, X25519, p256):
            assert reader(multikey) == multikey
        for text in ("", "z", "zz", "u6LS", "z6Mk"):
            with pytest.raises(ValueError, match=r"."):
                reader(text)
    with pytest.raises(ValueError, match="Unsupported key type"):
        AskarKey(Key.generate(KeyAlg.BLS12_381_G1), f"{BOB}#k")
    p384 = Secret.generate("P-384", kid=f"{BOB}#k").public_multikey()
    with pytest.raises(ValueError, match="Unsupported key type: P-384"):
        AskarKey.multikey_to_key(p384)
    assert readers[1](p384) == p384


def test_a_key_of_authlib_on_another_curve_is_refused() -> None:
    class Other:
        def as_dict(self, is_private: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002, as Authlib has it
            return {"kty": "OKP", "crv": "X448", "x": "AA"}

    with pytest.raises(ValueError, match="X448"):
        AuthlibKey(Other(), f"{BOB}#1")


def test_a_secret_of_the_core_is_known_by_a_kid() -> None:
    secret = Secret.generate("X25519", kid=f"{BOB}#1")
    assert CoreSecretKey(secret).kid == f"{BOB}#1"
    assert CoreSecretKey(secret, f"{BOB}#2").kid == f"{BOB}#2"
    external = AskarSecretKey(Key.generate(KeyAlg.X25519), f"{BOB}#1")
    assert CoreSecretKey(external, f"{BOB}#3").kid == f"{BOB}#3"
    with pytest.raises(ValueError, match="must be passed with an external key"):
        CoreSecretKey(external)


async def test_a_public_key_in_place_of_a_secret_is_refused() -> None:
    made = World(AUTHLIB)
    await made.party(BOB, "X25519")
    packed = await made.pack(b"hello", frm=None)
    public = AuthlibKey.multikey_to_key(X25519)
    with pytest.raises(CryptoServiceError):
        await made.crypto.ecdh_es_decrypt(packed, AuthlibSecretKey(public, f"{BOB}#1"))
