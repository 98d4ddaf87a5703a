"""Attachments, and the claims of a rotation: the values that a message is made of."""

from __future__ import annotations

import base64
import copy
import time
from typing import Any

import pytest

from pydidcomm import Attachment, FromPrior, Message, sync
from pydidcomm.errors import MalformedMessageError
from support import forge
from support.forge import plaintext
from support.parties import Documents, Party, hello

MEMBERS: dict[str, Any] = {
    "id": "abc-._~09",
    "description": "An offer",
    "filename": "offer.json",
    "media_type": "application/json",
    "format": "offer/1.0",
    "lastmod_time": 1516269022,
    "byte_count": 7,
    "data": {"json": {"price": 7}},
}
DATA: list[dict[str, Any]] = [
    {"json": None},
    {"json": "a string"},
    {"json": [1, 2]},
    {"json": 1.5},
    {"base64": ""},
    {"base64": "_--_"},
    {"base64": "WW91ciBob3ZlcmNyYWZ0IGlzIGZ1bGwgb2YgZWVscw=="},
    {
        "links": ["https://one.example/x", "https://two.example/x"],
        "hash": "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e",
    },
    {"json": {}, "jws": {"protected": "x", "signature": "y"}},
    {"base64": "AA", "jws": "a..b", "odd": [1]},
]
NO_DATA: list[Any] = [
    {},
    {"hash": "zQm"},
    {"jws": {}},
    {"links": []},
    {"links": [], "hash": "zQm"},
    {"links": ["https://x.example"]},
    {"links": "https://x.example", "hash": "zQm"},
    {"links": [7], "hash": "zQm"},
    {"base64": 7},
    {"base64": "AA", "hash": 7},
]


@pytest.mark.spec("ATT-05")
def test_every_member_is_an_attribute_with_the_value_given() -> None:
    attachment = Attachment(**MEMBERS)
    for name, value in MEMBERS.items():
        assert getattr(attachment, name) == value, name
    assert attachment.as_dict() == MEMBERS
    assert Attachment.from_dict(MEMBERS) == attachment


@pytest.mark.spec("ATT-02", "ATT-05")
def test_an_attachment_needs_its_data_and_gets_an_id() -> None:
    one, other = Attachment(data={"json": 1}), Attachment(data={"json": 1})
    assert one.id
    assert one.id != other.id
    assert one != other
    for name in ("description", "filename", "media_type", "format", "lastmod_time", "byte_count"):
        assert getattr(one, name) is None
    assert set(one.as_dict()) == {"id", "data"}


@pytest.mark.spec("ATT-05", "ATT-13", "ATT-14", "ATT-15", "ATT-17", "ATT-12")
@pytest.mark.parametrize("data", DATA, ids=str)
def test_data_with_content_is_preserved(alice: Party, data: dict[str, Any]) -> None:
    assert Attachment(data=data).data == data
    packed = sync.pack_plaintext(Documents(alice).of(alice), hello(attachments=[Attachment(data=data)]))
    assert Message.from_json(packed.packed_msg).attachments[0].data == data


@pytest.mark.spec("ATT-07", "ATT-08")
@pytest.mark.parametrize("data", NO_DATA, ids=str)
def test_data_without_content_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"attachment\.data"):
        Attachment(data=data)
    with pytest.raises(MalformedMessageError) as caught:
        Message.from_dict(plaintext(attachments=[{"data": data}]))
    assert caught.value.part.startswith("attachment.data")


@pytest.mark.spec("ATT-07")
@pytest.mark.parametrize("data", [None, "x", 7, []])
def test_data_that_is_not_an_object_is_refused(data: Any) -> None:  # noqa: ANN401, wrong types
    with pytest.raises(TypeError):
        Attachment(data=data)
    for attachment in ({"data": data}, {"id": "a"}):
        with pytest.raises(MalformedMessageError):
            Message.from_dict(plaintext(attachments=[attachment]))


@pytest.mark.spec("ATT-03")
@pytest.mark.parametrize("identifier", ["", "a b", "a/b", "a#b", "a%b", "é"])
def test_an_id_has_unreserved_characters_only(identifier: str) -> None:
    with pytest.raises(ValueError, match=r"attachment\.id"):
        Attachment(id=identifier, data={"json": 1})
    with pytest.raises(MalformedMessageError):
        Attachment.from_dict({"id": identifier, "data": {"json": 1}})


@pytest.mark.spec("ATT-04")
def test_two_attachments_of_one_id_are_refused() -> None:
    twice = [Attachment(id="a", data={"json": number}) for number in (1, 2)]
    with pytest.raises(ValueError, match="attachments"):
        hello(attachments=twice)
    with pytest.raises(MalformedMessageError):
        Message.from_dict(plaintext(attachments=[each.as_dict() for each in twice]))


@pytest.mark.spec("ATT-01", "ATT-02")
def test_a_reader_takes_attachments_without_id_and_unknown_members() -> None:
    odd = {"data": {"json": 1}, "mime_type": "text/plain", "x": None}
    message = Message.from_dict(plaintext(attachments=[odd, odd]))
    assert [each.id for each in message.attachments] == [None, None]
    assert message.attachments[0].as_dict() == odd
    for empty in (list[object](), None):
        assert list(Message.from_dict(plaintext(attachments=empty)).attachments) == []


@pytest.mark.spec("ATT-01", "ATT-05")
@pytest.mark.parametrize("name", ["description", "filename", "media_type", "format"])
def test_a_member_of_the_wrong_type_is_refused(name: str) -> None:
    wrong: Any = ["x"]
    with pytest.raises(TypeError):
        Attachment(**{**MEMBERS, name: wrong})
    with pytest.raises(MalformedMessageError) as caught:
        Attachment.from_dict({**MEMBERS, name: wrong})
    assert caught.value.part == f"attachment.{name}"


def test_an_attachment_is_immutable() -> None:
    attachment = Attachment(**MEMBERS)
    with pytest.raises(AttributeError):
        setattr(attachment, "id", "b")  # noqa: B010, a type checker refuses the plain form
    attachment.as_dict()["data"]["json"]["price"] = 8
    attachment.as_dict().clear()
    assert attachment.data == {"json": {"price": 7}}
    assert attachment == Attachment(**MEMBERS)
    other: dict[str, Any] = {**MEMBERS, "byte_count": 8}
    assert attachment != Attachment(**other)
    assert "price" not in repr(attachment)


@pytest.mark.parametrize(
    "value",
    [Attachment(**MEMBERS), FromPrior(iss="did:example:old"), hello()],
    ids=lambda value: type(value).__name__,
)
def test_copies_of_a_value_are_the_same_value(value: object) -> None:
    assert copy.copy(value) == value
    assert copy.deepcopy([value]) == [value]


@pytest.mark.spec("ATT-11", "ATT-12")
def test_a_signature_by_a_third_party_is_preserved(
    documents: Documents, alice: Party, bob: Party, carol: Party
) -> None:
    signature = {"header": {"kid": carol.signing.kid}, "protected": "eyJhbGciOiJFZERTQSJ9", "signature": "AA"}
    attachment = Attachment(data={"base64": "AA", "jws": signature})
    packed = sync.pack_encrypted(
        documents.of(alice), hello(attachments=[attachment]), to=bob.did, frm=alice.did
    )
    assert documents.unpack(bob, packed.packed_msg).message.attachments[0].data["jws"] == signature


# the claims of a rotation


def test_claims_are_attributes_and_the_time_is_now() -> None:
    before = int(time.time())
    rotation = FromPrior(iss="did:example:old", sub="did:example:new")
    assert rotation.iat is not None
    assert before <= rotation.iat <= int(time.time())
    assert (rotation.aud, rotation.exp, rotation.nbf, rotation.jti) == (None, None, None, None)
    given = {"iss": "did:example:old", "sub": None, "aud": "a", "exp": 3, "nbf": 1, "iat": 2, "jti": "j"}
    full: Any = FromPrior(**given)  # type: ignore[arg-type]
    for name, value in given.items():
        assert getattr(full, name) == value
    assert full.as_dict() == {name: value for name, value in given.items() if value is not None}


def test_claims_are_immutable() -> None:
    rotation = FromPrior(iss="did:example:old", sub="did:example:new", iat=7)
    assert rotation == FromPrior(iss="did:example:old", sub="did:example:new", iat=7)
    assert rotation != FromPrior(iss="did:example:old", sub="did:example:new", iat=8)
    assert rotation != FromPrior(iss="did:example:old", iat=7)
    with pytest.raises(AttributeError):
        setattr(rotation, "iat", 8)  # noqa: B010, a type checker refuses the plain form
    assert "did:example:old" in repr(rotation)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "alice"},
        {"iss": ""},
        {"iss": "did:example:old#key-1"},
        {"iss": "did:example:old", "sub": "alice"},
        {"iss": "did:example:old", "sub": "did:example:new?x=1"},
        {"iss": "did:example:old", "sub": "did:example:old"},
    ],
    ids=str,
)
def test_claims_that_no_rotation_can_have_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="from_prior"):
        FromPrior(**claims)


def test_claims_have_no_plaintext_form_before_they_are_signed() -> None:
    message = hello(from_prior=FromPrior(iss="did:example:old"))
    for write in (message.as_dict, message.as_json):
        with pytest.raises(ValueError, match="from_prior"):
            write()
    token = forge.jwt({"iss": "did:example:old"}, Party("did:example:old").signing)
    unverified = Message.from_dict(plaintext(from_prior=token))
    assert unverified.from_prior == token
    assert unverified.as_dict()["from_prior"] == token


@pytest.mark.parametrize(
    ("stated", "read"),
    [(3, 3), ("3", 3), (None, None), (3.5, None), (-1, None), ("three", None), ([3], None)],
)
def test_a_byte_count_of_any_form_loses_no_attachment(stated: object, read: int | None) -> None:
    attachment = Attachment.from_dict({"id": "a", "byte_count": stated, "data": {"base64": "Zm9v"}})
    assert attachment.byte_count == read
    assert attachment.as_dict()["byte_count"] == stated
    assert attachment.content() == b"foo"


@pytest.mark.spec("ATT-13", "ATT-14")
@pytest.mark.parametrize("length", range(58, 64))
def test_base64_with_line_breaks_is_read(length: int) -> None:
    content = bytes(range(256 - length, 256))
    for encode in (base64.encodebytes, base64.urlsafe_b64encode, base64.b64encode):
        encoded = encode(content).decode()
        for text in (encoded, encoded.replace("\n", "\r\n"), encoded.rstrip("=\n")):
            assert Attachment.from_dict({"id": "a", "data": {"base64": text}}).content() == content
