"""Documents, keys and messages of programs written for SICPA's didcomm."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import json
from typing import Any, cast

import attrs
import pytest

from pydidcomm.compat.didcomm import (
    Attachment,
    AttachmentDataBase64,
    AttachmentDataJson,
    AttachmentDataLinks,
    DIDCommService,
    DIDDoc,
    DIDResolverInMemory,
    FromPrior,
    Message,
    ResolversConfig,
    Secret,
    SecretsResolverInMemory,
    VerificationMaterial,
    VerificationMaterialFormat,
    VerificationMethod,
    VerificationMethodType,
    pack_encrypted,
    pack_signed,
)
from pydidcomm.compat.didcomm.errors import (
    DIDCommValueError,
    MalformedMessageCode,
    MalformedMessageError,
)
from pydidcomm.compat.didcomm.secrets.secrets_resolver_demo import SecretsResolverDemo
from pydidcomm.compat.didcomm.secrets.secrets_util import jwk_to_secret, secret_to_jwk_dict
from support.parties import MULTICODEC, Key, Party, base58
from support.sicpa import World, proposal

# the types in these tests are no Message Type URIs where the tutorial's are none
pytestmark = pytest.mark.filterwarnings("ignore::pydidcomm.MessageTypeWarning")


def test_a_document_is_made_from_the_arguments_of_either_generation(alice: Party) -> None:
    material = VerificationMaterial(VerificationMaterialFormat.JWK, json.dumps(alice.key.jwk))
    kind = VerificationMethodType.JSON_WEB_KEY_2020
    old_method = VerificationMethod(alice.key.kid, kind, alice.did, material)
    new_method = VerificationMethod(
        id=alice.key.kid, type=kind, controller=alice.did, public_key_jwk=alice.key.jwk
    )
    assert old_method == new_method
    assert new_method.verification_material == material
    old_service = DIDCommService("#s", "https://a", ["did:example:m#k"], ["didcomm/v2"])
    new_service = DIDCommService(
        id="#s", service_endpoint="https://a", routing_keys=["did:example:m#k"], accept=["didcomm/v2"]
    )
    assert old_service == new_service
    old = DIDDoc(
        did=alice.did,
        key_agreement_kids=alice.kids,
        authentication_kids=[],
        verification_methods=[old_method],
        didcomm_services=[old_service],
    )
    new = DIDDoc(
        id=alice.did,
        key_agreement=alice.kids,
        authentication=[],
        verification_method=[new_method],
        service=[new_service],
    )
    assert old == new == DIDDoc.deserialize(new.serialize()) == copy.deepcopy(new)
    assert (new.did, new.key_agreement_kids, new.authentication_kids) == (alice.did, alice.kids, [])
    assert new.verification_methods == old.verification_method == [new_method]
    assert new.didcomm_services == old.service == [new_service]
    assert new.get_verification_method(alice.key.kid) == new_method
    assert new.get_verification_method("#x") is None
    assert new.get_didcomm_service("#s") == new_service


@pytest.mark.parametrize("curve", ["X25519", "Ed25519"])
async def test_keys_are_read_in_every_form(curve: str, bob: Party) -> None:
    key = Key("did:example:keys#k", curve)
    agreement = Key("did:example:keys#a") if curve == "Ed25519" else key
    private = {"X25519": b"\x82\x26", "Ed25519": b"\x80\x26"}[curve]
    kinds = {"X25519": "X25519KeyAgreementKey", "Ed25519": "Ed25519VerificationKey"}
    years = {"X25519": "2019", "Ed25519": "2018"}
    forms = VerificationMaterialFormat
    materials: list[tuple[str, VerificationMaterial, dict[str, Any]]] = [
        (
            "JsonWebKey2020",
            VerificationMaterial(forms.JWK, json.dumps(key.secret_jwk)),
            {"public_key_jwk": key.jwk},
        ),
        (
            kinds[curve] + years[curve],
            VerificationMaterial(forms.BASE58, base58(key.secret + key.public)),
            {"public_key_base58": base58(key.public)},
        ),
        (
            f"{kinds[curve]}2020",
            VerificationMaterial(forms.MULTIBASE, "z" + base58(private + key.secret + key.public)),
            {"public_key_multibase": "z" + base58(MULTICODEC[curve] + key.public)},
        ),
    ]
    for kind, material, member in materials:
        method = VerificationMethod(id=key.kid, type=kind, controller="did:example:keys", **member)
        methods = [method, VerificationMethod(**agreement.method)] if curve == "Ed25519" else [method]
        document = DIDDoc("did:example:keys", [agreement.kid], [key.kid], methods)
        secrets = SecretsResolverInMemory([Secret(key.kid, kind, material)])
        resolver = DIDResolverInMemory([document, DIDDoc.deserialize(bob.document)])
        config = ResolversConfig(secrets, resolver)
        if curve == "X25519":
            packed = await pack_encrypted(config, proposal(), bob.did, "did:example:keys")
            assert packed.from_kid == key.kid
        else:
            message = proposal(to=["did:example:keys"])
            assert (await pack_signed(config, message, "did:example:keys")).sign_from_kid == key.kid


async def test_an_invalid_secret_raises_the_error_of_the_original(
    world: World, alice: Party, bob: Party
) -> None:
    for material in (
        VerificationMaterial(VerificationMaterialFormat.OTHER, "x"),
        VerificationMaterial(VerificationMaterialFormat.JWK, "{"),
        VerificationMaterial(VerificationMaterialFormat.BASE58, "0"),
    ):
        secrets = SecretsResolverInMemory([Secret(alice.key.kid, "JsonWebKey2020", material)])
        config = ResolversConfig(secrets, world.of(alice).did_resolver)
        with pytest.raises(DIDCommValueError):
            await pack_encrypted(config, proposal(), bob.did, alice.did)


async def test_a_secret_that_was_used_is_copied_and_may_change(
    world: World, alice: Party, bob: Party
) -> None:
    secret = jwk_to_secret(alice.key.secret_jwk)
    config = ResolversConfig(SecretsResolverInMemory([secret]), world.of(alice).did_resolver)
    await pack_encrypted(config, proposal(), bob.did, alice.did)
    assert copy.deepcopy(secret) == secret == dataclasses.replace(secret)
    assert secret_to_jwk_dict(secret) == alice.key.secret_jwk
    secret.verification_material = VerificationMaterial(
        VerificationMaterialFormat.JWK, json.dumps(bob.key.secret_jwk)
    )
    with pytest.raises(DIDCommValueError, match="does not match the public key"):
        await pack_encrypted(config, proposal(), bob.did, alice.did)


def test_secrets_are_stored_in_a_file(tmp_path: Any, alice: Party) -> None:  # noqa: ANN401, a Path
    file = tmp_path / "secrets.json"
    secret = jwk_to_secret(alice.key.secret_jwk)

    async def keep() -> None:
        store = SecretsResolverDemo(file)
        assert await store.get_kids() == []
        await store.add_key(secret)

    async def find() -> None:
        store = SecretsResolverDemo(file)
        assert await store.get_kids() == await store.get_keys([alice.key.kid, "x"]) == [alice.key.kid]
        assert await store.get_key(alice.key.kid) == secret
        assert await store.get_key("x") is None

    asyncio.run(keep())
    asyncio.run(find())


WRONG_FIELDS: list[tuple[str, Any]] = [
    ("type", 1),
    ("frm", 1),
    ("to", "did:example:bob"),
    ("to", [1]),
    ("created_time", "1"),
    ("please_ack", True),
    ("from_prior", {}),
    ("attachments", [{}]),
    ("custom_headers", {"thid": "x"}),
    ("custom_headers", {1: "x"}),
    ("custom_headers", []),
]


@pytest.mark.parametrize(("field", "value"), WRONG_FIELDS)
def test_a_message_checks_its_fields(field: str, value: Any) -> None:  # noqa: ANN401, any wrong value
    with pytest.raises(DIDCommValueError):
        proposal(**{field: value})
    changed = proposal()
    setattr(changed, field, value)
    with pytest.raises(DIDCommValueError):
        changed.as_dict()
    with pytest.raises(DIDCommValueError):
        attrs.evolve(cast("Any", proposal()), **{field: value})


def test_a_message_is_written_and_read_again() -> None:
    attachments = [
        Attachment(AttachmentDataLinks(["https://a"], "zQm"), id="a", byte_count=1),
        Attachment(AttachmentDataBase64("AA", jws={"header": {}}), description="b"),
        Attachment(AttachmentDataJson([1, {"x": None}]), id=lambda: "c"),
    ]
    sent = proposal(
        id=lambda: "one", attachments=attachments, from_prior=FromPrior("did:example:a", "did:example:b")
    )
    plain = sent.as_dict()
    assert plain["thid"] == plain["id"] == "one"
    assert plain["typ"] == "application/didcomm-plain+json"
    assert [attachment["id"] for attachment in plain["attachments"]][::2] == ["a", "c"]
    assert plain["attachments"][2]["data"] == {"json": [1, {"x": None}]}
    before = copy.deepcopy(plain)
    assert Message.from_dict(plain) == sent == Message.from_json(json.dumps(plain))
    assert plain == before
    assert dataclasses.is_dataclass(AttachmentDataLinks)
    wrong: list[Any] = [1, [], "x", None]
    for body in wrong:
        with pytest.raises(DIDCommValueError):
            proposal(body=body).as_dict()
    changes: list[Any] = [{"typ": "x"}, {"to": 1}, {"attachments": [1]}, {"attachments": [{"data": {}}]}]
    for change in changes:
        with pytest.raises(MalformedMessageError) as caught:
            Message.from_dict({**plain, **change})
        assert caught.value.code is MalformedMessageCode.INVALID_PLAINTEXT
