"""Secrets: read from every form, and never shown."""

from __future__ import annotations

import logging
import pickle
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import DIDCommMessaging, InMemorySecrets, ResolversConfig, Secret, sync
from pydidcomm.errors import UnsupportedError
from support.parties import CURVES, Documents, Key, Party, b64, base58, hello

if TYPE_CHECKING:
    from collections.abc import Callable

KID = "did:example:alice#key-1"
MULTICODEC = {"X25519": b"\x82\x26", "Ed25519": b"\x80\x26"}
SUITES = {
    "X25519": ("X25519KeyAgreementKey2019", "X25519KeyAgreementKey2020"),
    "Ed25519": ("Ed25519VerificationKey2018", "Ed25519VerificationKey2020"),
}
FORMS: dict[str, Callable[[Key], dict[str, Any]]] = {
    "JWK": lambda key: key.secret_jwk,
    "privateKeyJwk": lambda key: {
        "id": key.kid,
        "type": "JsonWebKey2020",
        "privateKeyJwk": {name: value for name, value in key.secret_jwk.items() if name != "kid"},
    },
    "privateKeyBase58": lambda key: {
        "id": key.kid,
        "type": SUITES[key.curve][0],
        "privateKeyBase58": base58(key.secret),
    },
    "privateKeyMultibase": lambda key: {
        "id": key.kid,
        "type": SUITES[key.curve][1],
        "privateKeyMultibase": "z" + base58(MULTICODEC[key.curve] + key.secret),
    },
    "privateKeyMultibase of a Multikey": lambda key: {
        "id": key.kid,
        "type": "Multikey",
        "privateKeyMultibase": "z" + base58(MULTICODEC[key.curve] + key.secret),
    },
    "kid in place of id": lambda key: {
        "kid": key.kid,
        "type": SUITES[key.curve][0],
        "privateKeyBase58": base58(key.secret),
    },
}
each_curve = pytest.mark.parametrize("curve", CURVES)


def stored(jwk: dict[str, Any]) -> InMemorySecrets:
    return InMemorySecrets([jwk])


def spellings(key: Key) -> list[str]:
    """The secret as it might slip out."""
    return [b64(key.secret), base58(key.secret), key.secret.hex(), str(key.secret), str(list(key.secret))]


@each_curve
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_secret_is_read_from_every_form(form: Callable[[Key], dict[str, Any]], curve: str) -> None:
    key = Key(KID, curve)
    for secret in (Secret(form(key)), InMemorySecrets([form(key)]).get_key(KID)):
        assert secret is not None
        assert (secret.kid, secret.curve) == (KID, curve)
        assert secret.public_jwk() == key.jwk
        assert secret.public_multikey() == key.multikey
        assert secret.expose_jwk() == key.secret_jwk


def test_an_ed25519_secret_may_include_its_public_key() -> None:
    key = Key(KID, "Ed25519")
    form = {
        "id": KID,
        "type": "Ed25519VerificationKey2018",
        "privateKeyBase58": base58(key.secret + key.public),
    }
    assert Secret(form).public_multikey() == key.multikey
    form["privateKeyBase58"] = base58(key.secret + Key("other", "Ed25519").public)
    with pytest.raises(ValueError, match="private and public keys do not match"):
        Secret(form)


@each_curve
def test_an_exposed_secret_reads_back_as_the_same_secret(curve: str) -> None:
    secret = Secret.generate(curve, kid=KID)
    again = Secret(secret.expose_jwk())
    assert again.expose_jwk() == secret.expose_jwk()
    assert set(secret.expose_jwk()) == {"kty", "crv", "x", "d", "kid"}
    assert "d" not in secret.public_jwk()
    assert Secret.generate(curve, kid=KID).expose_jwk() != secret.expose_jwk()


def test_a_kid_given_with_the_value_names_the_secret() -> None:
    key = Key("did:example:other#x")
    assert Secret(key.secret_jwk, kid=KID).kid == KID
    assert (
        Secret({name: value for name, value in key.secret_jwk.items() if name != "kid"}, kid=KID).kid == KID
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": None},
        {"kid": "key-1"},
        {"kid": "did:example:alice"},
        {"kid": 7},
        {"d": None},
        {"d": ""},
        {"d": "AA"},
        {"d": "*"},
        {"d": 7},
        {"x": None},
        {"x": "AA"},
        {"x": b64(Key("did:example:other#x").public)},
        {"crv": None},
        {"kty": "EC"},
        {"kty": None},
        {"kty": 7},
    ],
    ids=str,
)
def test_an_invalid_secret_raises_value_error_without_its_value(changes: dict[str, Any]) -> None:
    key = Key(KID)
    jwk = {name: value for name, value in {**key.secret_jwk, **changes}.items() if value is not None}
    for make in (Secret, stored, InMemorySecrets().add_key):
        with pytest.raises(ValueError, match=r"secret|jwk|kid|key") as caught:
            make(jwk)
        shown = "".join(traceback.format_exception(caught.value))
        assert not [text for text in spellings(key) if text in shown]


@pytest.mark.parametrize(
    "value",
    [None, 7, "text", b"octets", [], [("kty", "OKP")], object()],
    ids=lambda value: type(value).__name__,
)
def test_a_value_that_is_not_a_secret_or_dict_raises_type_error(value: Any) -> None:  # noqa: ANN401, wrong types
    with pytest.raises(TypeError):
        Secret(value)
    with pytest.raises(TypeError):
        InMemorySecrets([value])
    with pytest.raises(TypeError):
        InMemorySecrets().add_key(value)


@pytest.mark.spec("ALG-02", "ALG-16")
@pytest.mark.parametrize("curve", ["P-192", "X448", "Ed448", "BLS12381_G2"])
def test_an_unsupported_curve_is_named(curve: str) -> None:
    kty = "EC" if curve.startswith("P-") else "OKP"
    jwk = {"kty": kty, "crv": curve, "x": "AA", "y": "AA", "d": "AA", "kid": KID}
    # a text that is not the name of a known curve may be a secret in the wrong place, and is not repeated
    shown = f"a str of {len(curve)} characters" if curve == "BLS12381_G2" else curve
    made = partial(Secret.generate, curve, kid=KID)
    for make in (partial(Secret, jwk), partial(stored, jwk), made):
        with pytest.raises(UnsupportedError) as caught:
            make()
        assert caught.value.algorithm == shown
        assert shown in str(caught.value)


@pytest.mark.parametrize("kid", ["", "key-1", "did:example:alice", "did:example:alice#"])
def test_a_generated_secret_needs_the_id_of_a_key(kid: str) -> None:
    with pytest.raises(ValueError, match="kid"):
        Secret.generate("X25519", kid=kid)


# secrets are never shown


@each_curve
def test_a_secret_is_never_shown(curve: str) -> None:
    key = Key(KID, curve)
    secret = Secret(key.secret_jwk)
    store = InMemorySecrets([secret])
    party = DIDCommMessaging(secrets=store)
    shown = [repr(secret), str(secret), f"{secret}", format(secret), repr([secret]), repr(store), str(store)]
    shown += [
        repr(party),
        repr(party.resolvers_config),
        logging.Formatter().format(logging.makeLogRecord({"msg": secret})),
    ]
    shown += [repr(getattr(secret, name)) for name in dir(secret) if not callable(getattr(secret, name))]
    for text in shown:
        assert not [spelling for spelling in spellings(key) if spelling in text]
    assert KID in repr(secret)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled(protocol: int) -> None:
    secret = Secret.generate("X25519", kid=KID)
    for value in (secret, InMemorySecrets([secret]), [secret]):
        with pytest.raises(TypeError, match="pickle"):
            pickle.dumps(value, protocol)


def test_a_secret_has_no_settable_attributes_and_no_readable_bytes() -> None:
    secret: Any = Secret.generate("X25519", kid=KID)
    with pytest.raises(AttributeError):
        secret.kid = "did:example:other#x"
    with pytest.raises(AttributeError):
        secret.extra = 1
    for view in (bytes, memoryview, vars, dict, list):
        with pytest.raises(TypeError):
            view(secret)


@pytest.mark.parametrize("returned_form", ["JWK", "Secret"])
def test_no_error_of_an_operation_shows_a_secret(
    documents: Documents, alice: Party, bob: Party, mallory: Party, returned_form: str
) -> None:
    class Resolver:
        """Answers with a secret that is not that of the document."""

        def get_key(self, kid: str, /) -> Secret | dict[str, str]:
            jwk = {**mallory.key.secret_jwk, "kid": kid}
            return jwk if returned_form == "JWK" else Secret(jwk)

        def get_keys(self, kids: list[str], /) -> list[str]:
            return kids

    config = ResolversConfig(secrets_resolver=Resolver(), did_resolver=documents)
    packed = sync.pack_encrypted(documents.of(alice), hello(), to=bob.did, frm=alice.did)
    acts: list[Callable[[], object]] = [
        lambda: sync.unpack(config, packed.packed_msg),
        lambda: sync.pack_encrypted(config, hello(), to=bob.did, frm=alice.did),
        lambda: sync.pack_signed(config, hello(), sign_frm=alice.did),
    ]
    for act in acts:
        with pytest.raises(Exception, match=r".") as caught:
            act()
        shown = (
            "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(vars(caught.value))
        )
        assert not [spelling for spelling in spellings(mallory.key) if spelling in shown]


# the store


def test_a_store_adds_finds_replaces_and_removes_secrets() -> None:
    one, other = Key(f"{KID}a"), Key(f"{KID}b", "Ed25519")
    store = InMemorySecrets(key.secret_jwk for key in (other, one))
    assert store.kids() == [one.kid, other.kid]
    assert len(store) == 2
    assert one.kid in store
    assert KID not in store
    assert store.get_key(KID) is None
    assert store.get_keys([KID, other.kid, one.kid]) == [other.kid, one.kid]
    store.add_key({**Key("did:example:new#x").secret_jwk, "kid": one.kid})
    replaced = store.get_key(one.kid)
    assert replaced is not None
    assert replaced.public_multikey() != one.multikey
    assert store.remove_key(one.kid)
    assert not store.remove_key(one.kid)
    assert store.kids() == [other.kid]


def test_stores_do_not_share_secrets() -> None:
    one, other = InMemorySecrets(), InMemorySecrets()
    one.add_key(Secret.generate("X25519", kid=KID))
    assert len(other) == 0
    assert len(DIDCommMessaging().secrets.get_keys([KID])) == 0  # type: ignore[arg-type]


def test_a_jwk_is_read_when_it_enters_and_not_after() -> None:
    jwk = Key(KID).secret_jwk
    store = InMemorySecrets([jwk])
    jwk.clear()
    found = store.get_key(KID)
    assert found is not None
    assert found.expose_jwk() == Key(KID).secret_jwk
