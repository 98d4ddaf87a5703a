"""Faults of form: refused by default, and read as absent parts where the receiver asks for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import UnpackConfig, WarningCode
from pydidcomm.errors import MalformedMessageError, PolicyError, UntrustedMessageError
from support import forge

if TYPE_CHECKING:
    from support.parties import Documents, Party

TOLERANT = UnpackConfig(tolerate_form_faults=True)
HEADERS: list[tuple[str, object]] = [
    ("created_time", "2026-11-28T21:00:00.000Z"),
    ("created_time", 1.5),
    ("expires_time", "tomorrow"),
    ("expires_time", -1),
    ("please_ack", True),
    ("please_ack", [None]),
    ("ack", "one"),
    ("thid", "did:example:alice"),
    ("thid", 7),
    ("pthid", "did:peer:2.Ez6LS"),
    ("pthid", "urn:uuid:9e8d7c6b"),
    ("lang", ["fr"]),
    ("accept_lang", "fr"),
    ("attachments", {}),
]
ATTACHMENTS: list[tuple[dict[str, Any], str, object]] = [
    ({"id": "a b", "data": {"json": 1}}, "attachments[0].id", "a b"),
    ({"id": 7, "data": {"json": 1}}, "attachments[0].id", 7),
    ({"id": "a", "filename": 7, "data": {"json": 1}}, "attachments[0].filename", 7),
    ({"id": "a", "media_type": [], "data": {"json": 1}}, "attachments[0].media_type", []),
    ({"id": "a", "data": {"links": ["https://a.example"]}}, "attachments[0].data.hash", None),
    ({"id": "a", "data": {"json": 1, "hash": 5}}, "attachments[0].data.hash", 5),
    ({"id": "a", "data": {"json": 1, "base64": 5}}, "attachments[0].data.base64", 5),
    (
        {"id": "a", "data": {"json": 1, "links": "https://a.example"}},
        "attachments[0].data.links",
        "https://a.example",
    ),
    ({"id": "a", "data": {}}, "attachments[0].data", {}),
    ({"id": "a", "data": []}, "attachments[0].data", []),
    ({"id": "a"}, "attachments[0].data", None),
]
TRUST: list[tuple[str, object]] = [
    ("from_", ["did:example:alice"]),
    ("from_", "alice"),
    ("to", "did:example:bob"),
    ("to", ["did:example:bob", 1]),
    ("from_prior", {}),
    ("id", 7),
    ("id", "a b"),
    ("type", 7),
    ("typ", "JWM"),
    ("body", []),
    ("body", "text"),
]


def sealed(alice: Party, bob: Party, **headers: Any) -> dict[str, Any]:  # noqa: ANN401, any JSON
    """An authcrypt message whose plaintext has these headers, of any form."""
    members = {"from_": alice.did, "to": [bob.did], **headers}
    return forge.encrypt(forge.plaintext(**members), [bob.key], sender=alice.key)


@pytest.mark.parametrize(("name", "value"), HEADERS)
def test_a_header_of_another_form_is_refused_or_reads_as_absent(
    documents: Documents, alice: Party, bob: Party, name: str, value: object
) -> None:
    packed = sealed(alice, bob, **{name: value})
    part = name.replace("_lang", "-lang")
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, packed)
    assert caught.value.part == f"message.{part}"

    result = documents.unpack(bob, packed, TOLERANT)
    (fault,) = result.metadata.form_faults
    assert (fault.part, fault.value) == (part, value)
    assert fault.reason in str(caught.value)
    assert not getattr(result.message, name)
    assert result.sender == alice.did
    assert [(warning.code, warning.part) for warning in result.metadata.warnings] == [
        (WarningCode.FORM_FAULT, None)
    ]
    assert part not in result.message.as_dict()


@pytest.mark.spec("ATT-03", "ATT-05", "ATT-08")
@pytest.mark.parametrize("case", ATTACHMENTS)
def test_a_fault_of_an_attachment_is_refused_or_reads_as_absent(
    documents: Documents, alice: Party, bob: Party, case: tuple[dict[str, Any], str, object]
) -> None:
    attachment, part, value = case
    packed = sealed(alice, bob, attachments=[attachment, {"id": "good", "data": {"json": 2}}])
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, packed)

    result = documents.unpack(bob, packed, TOLERANT)
    (fault,) = result.metadata.form_faults
    assert (fault.part, fault.value) == (part, value)
    odd, good = result.message.attachments
    assert good.json() == 2
    assert odd.as_dict() == attachment
    read = part.rsplit(".", 1)[-1]
    if read != "base64":
        assert not getattr(odd, read)
    assert result.sender == alice.did


def test_a_link_without_hash_is_readable_and_its_content_is_not_proved(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = sealed(alice, bob, attachments=[{"id": "a", "data": {"links": ["https://a.example"]}}])
    (film,) = documents.unpack(bob, packed, TOLERANT).message.attachments
    assert film.links == ("https://a.example",)
    with pytest.raises(MalformedMessageError, match="hash"):
        film.verify_hash(b"anything")


def test_an_id_of_two_attachments_refers_to_neither(documents: Documents, alice: Party, bob: Party) -> None:
    attachments = [{"id": name, "data": {"json": name}} for name in ("a", "b", "a")]
    packed = sealed(alice, bob, attachments=attachments)
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, packed)
    result = documents.unpack(bob, packed, TOLERANT)
    assert [fault.part for fault in result.metadata.form_faults] == ["attachments"]
    assert [attachment.id for attachment in result.message.attachments] == [None, "b", None]
    assert result.message.attachment("a") is None


def test_an_entry_that_is_not_an_attachment_is_left_out(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = sealed(alice, bob, attachments=[1, {"id": "good", "data": {"json": 2}}])
    result = documents.unpack(bob, packed, TOLERANT)
    assert [(fault.part, fault.value) for fault in result.metadata.form_faults] == [("attachments[0]", 1)]
    assert [attachment.id for attachment in result.message.attachments] == ["good"]


@pytest.mark.spec("MSG-20")
def test_a_body_of_null_reads_as_absent(documents: Documents, alice: Party, bob: Party) -> None:
    plain = {**forge.plaintext(from_=alice.did, to=[bob.did]), "body": None}
    packed = forge.encrypt(plain, [bob.key], sender=alice.key)
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, packed)
    result = documents.unpack(bob, packed, TOLERANT)
    assert [fault.part for fault in result.metadata.form_faults] == ["body"]
    assert result.message.body == {}


def test_every_fault_of_a_message_is_reported(documents: Documents, alice: Party, bob: Party) -> None:
    result = documents.unpack(bob, sealed(alice, bob, created_time="x", please_ack=True, lang=1), TOLERANT)
    parts = {fault.part: fault.value for fault in result.metadata.form_faults}
    assert parts == {"created_time": "x", "please_ack": True, "lang": 1}
    assert repr(result.metadata.form_faults[0]).startswith("FormFault(part='")


def test_a_message_without_faults_reads_the_same_in_both_ways(
    documents: Documents, alice: Party, bob: Party
) -> None:
    packed = sealed(alice, bob, created_time=1, thid="a", attachments=[{"id": "b", "data": {"json": None}}])
    strict, tolerant = documents.unpack(bob, packed), documents.unpack(bob, packed, TOLERANT)
    assert strict.message == tolerant.message
    assert tolerant.metadata.form_faults == strict.metadata.form_faults == ()
    assert tolerant.metadata.warnings == ()


@pytest.mark.spec("MSG-06", "MSG-09", "ROT-04")
@pytest.mark.parametrize(("name", "value"), TRUST)
def test_an_invalid_from_to_or_type_is_never_read_as_absent(
    documents: Documents, alice: Party, bob: Party, name: str, value: object
) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        documents.unpack(bob, sealed(alice, bob, **{name: value}), TOLERANT)
    assert caught.value.part == f"message.{name.rstrip('_')}"


def test_a_forged_sender_is_refused_despite_tolerated_faults(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    with pytest.raises(UntrustedMessageError):
        documents.unpack(bob, sealed(alice, bob, from_=carol.did, created_time="x"), TOLERANT)


@pytest.mark.spec("TIM-04")
def test_an_unreadable_expiry_does_not_meet_the_demand_for_unexpired_messages(
    documents: Documents, alice: Party, bob: Party
) -> None:
    config = UnpackConfig(tolerate_form_faults=True, require_unexpired=True)
    assert documents.unpack(bob, sealed(alice, bob, created_time="x"), config).sender == alice.did
    with pytest.raises(PolicyError):
        documents.unpack(bob, sealed(alice, bob, expires_time="2020-01-01"), config)


def test_a_demanded_profile_tolerates_no_fault(documents: Documents, alice: Party, bob: Party) -> None:
    config = UnpackConfig(tolerate_form_faults=True, require_profile="didcomm/v2")
    with pytest.raises(MalformedMessageError):
        documents.unpack(bob, sealed(alice, bob, created_time="x"), config)
