"""Indicio's packaging over the core: layers, keys, and the crypto service of an application."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import InMemorySecrets, LocalResolver, PackEncryptedConfig, sync
from pydidcomm.compat.didcomm_messaging.crypto.backend.basic import InMemorySecretsManager
from pydidcomm.compat.didcomm_messaging.crypto.backend.core import CoreCryptoService, CoreKey, CoreSecretKey
from pydidcomm.compat.didcomm_messaging.crypto.base import CryptoServiceError
from pydidcomm.compat.didcomm_messaging.crypto.jwe import JweEnvelope
from pydidcomm.compat.didcomm_messaging.packaging import PackagingServiceError
from pydidcomm.compat.didcomm_messaging.resolver import DIDNotFound
from support.indicio import (
    ALICE,
    BOB,
    COMBINATIONS,
    CORE,
    MALLORY,
    Backend,
    World,
    backends,
    core_key,
    native,
    plaintext,
    public,
    world,
)
from support.own_crypto import OWN

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated:DeprecationWarning")
combinations = pytest.mark.parametrize(
    ("backend", "curve"), COMBINATIONS, ids=lambda value: getattr(value, "name", value)
)


@combinations
async def test_bytes_round_trip_in_authcrypt_and_anoncrypt(backend: Backend, curve: str) -> None:
    made = World(backend)
    await made.party(ALICE, curve)
    await made.party(BOB, curve)
    octets, metadata = await made.unpack(await made.pack(b"\xff no text"))
    assert octets == b"\xff no text"
    assert (metadata.method, metadata.sender_kid) == ("ECDH-1PU", f"{ALICE}#1")
    assert metadata.recip_key.kid == f"{BOB}#1"
    octets, metadata = await made.unpack(await made.pack(b"hello", frm=None))
    assert (octets, metadata.method, metadata.sender_kid) == (b"hello", "ECDH-ES", None)


@backends
async def test_the_envelope_is_that_of_the_specification(backend: Backend) -> None:
    made = await world(backend)
    for frm, enc in ((ALICE, "A256CBC-HS512"), (None, "XC20P")):
        envelope = JweEnvelope.from_json(await made.pack(b"hello", frm=frm))
        assert envelope.protected["typ"] == "application/didcomm-encrypted+json"
        assert envelope.protected["enc"] == enc
        assert "epk" in envelope.protected
        assert [set(recipient.header) for recipient in envelope.recipients] == [{"kid"}]


async def test_pydidcomm_and_the_stand_in_read_each_other() -> None:
    made = await world(CORE, "X25519", "P-256", "X25519")
    received = native(made).unpack(await made.pack(plaintext(frm=ALICE, to=[BOB])))
    assert received.metadata.encrypted_from == f"{ALICE}#1"
    assert received.metadata.encrypted_to == (f"{BOB}#1", f"{BOB}#3")
    packed = native(made).pack(json.loads(plaintext()), to=BOB, frm=ALICE).message
    octets, metadata = await made.unpack(packed)
    assert json.loads(octets)["from"] == ALICE
    assert metadata.sender_kid == f"{ALICE}#1"


@pytest.mark.spec("ENC-09")
@backends
async def test_every_key_of_the_recipient_on_one_curve_opens_it(backend: Backend) -> None:
    made = await world(backend, "P-256", "X25519", "X25519")
    for frm in (ALICE, None):
        packed = await made.pack(b"hello", frm=frm)
        assert [*JweEnvelope.from_json(packed).recipient_key_ids] == [f"{BOB}#2", f"{BOB}#3"]
        for number in (2, 3):
            removed = made.secrets.secrets.pop(f"{BOB}#{5 - number}")
            octets, metadata = await made.unpack(packed)
            assert (octets, metadata.recip_key.kid) == (b"hello", f"{BOB}#{number}")
            await made.secrets.add_secret(removed)


@pytest.mark.spec("JWE-07", "JWE-09")
async def test_kids_that_are_not_in_order_are_sorted_before_they_are_compared() -> None:
    made = await world(CORE, "X25519", "X25519")
    envelope = json.loads(await made.pack(b"hello"))
    envelope["recipients"].reverse()
    assert (await made.unpack(json.dumps(envelope)))[0] == b"hello"
    del envelope["recipients"][0]
    with pytest.raises(PackagingServiceError, match="Invalid apv value"):
        await made.unpack(json.dumps(envelope))


@backends
async def test_the_sender_uses_a_compatible_key_whose_secret_it_has(backend: Backend) -> None:
    made = await world(backend, "X25519")
    await made.party(ALICE, "P-256", "X25519", "X25519")
    del made.secrets.secrets[f"{ALICE}#2"]
    assert (await made.unpack(await made.pack(b"hello")))[1].sender_kid == f"{ALICE}#3"
    del made.secrets.secrets[f"{ALICE}#3"]
    with pytest.raises(PackagingServiceError, match="no private key found"):
        await made.pack(b"hello")


async def test_no_secret_is_requested_after_one_is_found() -> None:
    made = await world(CORE, "X25519", "X25519")
    await made.party(ALICE, "X25519", "X25519", "X25519")
    own_secrets, kids = made.secrets.secrets, list[str]()

    class Strict(InMemorySecretsManager[Any]):
        async def get_secret_by_kid(self, kid: str) -> Any:  # noqa: ANN401, a secret of the backend
            kids.append(kid)
            return own_secrets[kid]

    made.secrets = Strict()
    del own_secrets[f"{ALICE}#2"]
    assert (await made.unpack(await made.pack(b"hello")))[1].sender_kid == f"{ALICE}#1"
    assert kids == [f"{ALICE}#1", f"{BOB}#1"]
    del own_secrets[f"{ALICE}#1"]
    with pytest.raises(KeyError):
        await made.pack(b"hello")


async def test_a_secret_under_an_older_name_of_a_peer_key_is_found() -> None:
    made = World(CORE)
    await made.party(BOB, "X25519")
    store = InMemorySecrets()
    did = sync.create_peer_did(store)
    made.resolver.documents[did] = LocalResolver().resolve(did).as_dict()  # type: ignore[union-attr]
    key = store.get_key(f"{did}#key-1")
    assert key is not None
    await made.secrets.add_secret(CoreSecretKey(key, f"{did}#{key.public_multikey()[1:]}"))
    octets, metadata = await made.unpack(await made.pack(b"hello", frm=did))
    assert (octets, metadata.sender_kid) == (b"hello", f"{did}#{key.public_multikey()[1:]}")


async def test_a_message_for_another_recipient_is_refused() -> None:
    made = await world()
    packed = await made.pack(b"hello")
    with pytest.raises(ValueError, match=f"Unknown recipient: {MALLORY}#1"):
        await made.crypto.ecdh_1pu_decrypt(packed, made.secrets.secrets[f"{MALLORY}#1"], await public(made))
    del made.secrets.secrets[f"{BOB}#1"]
    with pytest.raises(PackagingServiceError, match="No recognized recipient key"):
        await made.unpack(packed)


@backends
async def test_keys_that_do_not_go_into_one_envelope_are_refused(backend: Backend) -> None:
    made = await world(backend)
    with pytest.raises(CryptoServiceError, match="more than one recipient"):
        await made.packaging.pack(made.crypto, made.resolver, made.secrets, b"hello", [BOB, MALLORY], ALICE)
    with pytest.raises(ValueError, match="No message recipients"):
        await made.crypto.ecdh_es_encrypt([], b"hello")
    with pytest.raises(CryptoServiceError, match="No message recipients"):
        await made.crypto.ecdh_1pu_encrypt([], made.secrets.secrets[f"{ALICE}#1"], b"hello")


@backends
async def test_an_authcrypt_layer_inside_of_an_anoncrypt_one_is_opened(backend: Backend) -> None:
    made = await world(backend)
    octets = plaintext(frm=ALICE)
    hidden = await made.pack(await made.pack(octets), frm=None)
    unpacked = await made.messaging().unpack(hidden)
    assert (unpacked.unpacked, unpacked.authenticated) == (octets, True)
    assert (unpacked.sender_kid, unpacked.recipient_kid) == (f"{ALICE}#1", f"{BOB}#1")
    assert unpacked.message["body"] == {"msg": "Hi"}
    forged = await made.pack(await made.pack(plaintext(frm=ALICE), frm=MALLORY), frm=None)
    with pytest.raises(PackagingServiceError, match="from=skid"):
        await made.messaging().unpack(forged)
    passed_on = await made.pack(await made.pack(octets), to=MALLORY, frm=None)
    with pytest.raises(
        PackagingServiceError, match=f"both layers must be for one DID, got {MALLORY}#1 and {BOB}#1"
    ):
        await made.messaging().unpack(passed_on)
    twice = await made.pack(await made.pack(octets, frm=None), frm=None)
    with pytest.raises(PackagingServiceError, match="must not contain another anoncrypt layer"):
        await made.messaging().unpack(twice)


async def test_a_message_with_protected_sender_is_opened() -> None:
    made = await world()
    config = PackEncryptedConfig(protect_sender_id=True)
    packed = native(made).pack(json.loads(plaintext()), to=BOB, frm=ALICE, config=config)
    unpacked = await made.messaging().unpack(packed.message.encode())
    assert (unpacked.authenticated, unpacked.sender_kid) == (True, f"{ALICE}#1")


async def test_crypto_of_the_application_is_called() -> None:
    made = await world(OWN)
    octets, metadata = await made.unpack(await made.pack(plaintext(frm=ALICE)))
    assert (octets, metadata.sender_kid) == (plaintext(frm=ALICE), f"{ALICE}#1")
    assert (await made.unpack(await made.pack(b"hello", frm=None)))[0] == b"hello"
    bob, alice = f"{BOB}#1", f"{ALICE}#1"
    assert made.crypto.called == [
        ("1pu", [bob], alice),
        ("1pu opened", bob, alice),
        ("es", [bob]),
        ("es opened", bob),
    ]
    keys = made.packaging
    assert await keys.default_sender_kid_for_did(made.resolver, BOB) == bob
    assert await keys.default_sender_kid_for_did(made.resolver, alice) == alice
    assert (await keys.recip_for_kid_or_default_for_did(made.crypto, made.resolver, bob)).kid == bob


async def test_crypto_of_the_application_gets_the_key_that_is_named() -> None:
    made = await world(OWN, "X25519", "X25519")
    await made.pack(b"hello", to=f"{BOB}#2", frm=None)
    await made.pack(b"hello", frm=None)
    assert made.crypto.called == [("es", [f"{BOB}#2"]), ("es", [f"{BOB}#1"])]


async def test_crypto_of_the_application_is_protected_too() -> None:
    made = await world(OWN)
    with pytest.raises(PackagingServiceError, match="from=skid"):
        await made.unpack(await made.pack(plaintext(frm=ALICE), frm=MALLORY))
    packed = await made.pack(b"hello")
    made.resolver.documents[ALICE]["keyAgreement"] = []
    for act in (made.unpack(packed), made.pack(b"hello"), made.pack(b"hello", to=f"{ALICE}#1", frm=None)):
        with pytest.raises(PackagingServiceError, match="No key agreement methods found"):
            await act
    del made.secrets.secrets[f"{MALLORY}#1"]
    with pytest.raises(PackagingServiceError, match="No sender key found"):
        await made.pack(b"hello", frm=MALLORY)


async def test_an_exception_of_the_resolver_is_raised_unchanged() -> None:
    made = await world()
    packed = await made.pack(b"hello")
    del made.resolver.documents[ALICE]
    for act in (made.unpack(packed), made.pack(b"hello"), made.pack(b"hello", to="did:example:unknown")):
        with pytest.raises(DIDNotFound):
            await act


async def test_an_overridden_method_of_a_service_over_the_core_is_called() -> None:
    class Watched(CoreCryptoService):
        async def ecdh_es_encrypt(self, to_keys: Sequence[CoreKey], message: bytes) -> bytes:
            return await super().ecdh_es_encrypt(to_keys, message + b"!")

    made = await world(Backend("watched", Watched, core_key, ()))
    assert (await made.unpack(await made.pack(b"hello", frm=None)))[0] == b"hello!"


async def test_a_message_is_json_or_its_text() -> None:
    made = await world()
    await made.party(BOB, "X25519", service={"uri": "https://bob.example"})
    agent = made.messaging()
    for message in (json.loads(plaintext()), plaintext(), plaintext().decode()):
        unpacked = await agent.unpack((await agent.pack(message, BOB, ALICE)).message)
        assert unpacked.message == json.loads(plaintext())
        assert (unpacked.encrypted, unpacked.authenticated) == (True, True)
    with pytest.raises(TypeError, match="message must be bytes, str, or dict"):
        await agent.pack(7, BOB)  # type: ignore[arg-type]
