"""The content of attachments: from bytes, files, JSON and links, read back and compared with its hash."""

from __future__ import annotations

import base64
import os
from hashlib import sha256, sha512
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import Attachment, Message, sync
from pydidcomm.errors import (
    ContentNotFoundError,
    MalformedMessageError,
    UnsupportedError,
    UntrustedMessageError,
)
from support.forge import plaintext
from support.parties import base58, hello

if TYPE_CHECKING:
    from pathlib import Path

    from support.parties import Documents, Party

CONTENT = b"Your hovercraft is full of eels"
MULTIHASH = b"\x12\x20" + sha256(CONTENT).digest()
LINKS = ["https://one.example/film", "https://two.example/film"]


@pytest.mark.spec("ATT-13", "ATT-14")
@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("_---", b"\xff\xef\xbe"),
        ("/++-", b"\xff\xef\xbe"),
        ("WW91ciBob3ZlcmNyYWZ0IGlzIGZ1bGwgb2YgZWVscw==", CONTENT),
        ("WW91ciBob3ZlcmNyYWZ0IGlzIGZ1bGwgb2YgZWVscw", CONTENT),
        ("", b""),
    ],
)
def test_base64_is_written_in_one_way_and_read_in_all(text: str, octets: bytes) -> None:
    assert Attachment.from_dict({"data": {"base64": text}}).content() == octets
    assert Attachment.from_bytes(octets).data == {"base64": text.replace("/++", "_--").rstrip("=")}


@pytest.mark.spec("ATT-13")
@pytest.mark.parametrize("text", ["/++-", "A", "_-=-", "é"])
def test_invalid_or_only_tolerated_base64_is_not_sent(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        Attachment(data={"base64": text})


@pytest.mark.parametrize("text", ["A", "Zh", "Z===", "Zg=Zg", "Zm.9v", "é", "="])
def test_invalid_base64_has_no_content(text: str) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        Attachment.from_dict({"data": {"base64": text}}).content()
    assert caught.value.part == "attachment.data.base64"


@pytest.mark.spec("ATT-05")
def test_a_file_brings_its_name_size_type_and_time(tmp_path: Path) -> None:
    path = tmp_path / "eels.json"
    path.write_bytes(b"[7]")
    os.utime(path, (1516269022, 1516269022))
    eels = Attachment.from_file(path, id="eels", hash=True)
    assert eels.as_dict() == {
        "id": "eels",
        "filename": "eels.json",
        "media_type": "application/json",
        "lastmod_time": 1516269022,
        "byte_count": 3,
        "data": {"base64": "Wzdd", "hash": eels.hash},
    }
    assert (eels.content(), eels.json()) == (b"[7]", [7])
    named = Attachment.from_file(path, filename="other.bin", media_type="text/x-eels")
    assert (named.filename, named.media_type, named.hash) == ("other.bin", "text/x-eels", None)
    with pytest.raises(FileNotFoundError):
        Attachment.from_file(tmp_path / "none")


@pytest.mark.spec("ATT-15")
@pytest.mark.parametrize("value", [{"price": 7}, [1, [2]], "text", 1.5, 7, True, None])
def test_json_is_the_value_itself(value: object) -> None:
    attachment = Attachment.from_json_value(value)
    assert attachment.data == {"json": value}
    assert attachment.json() == value
    assert attachment.media_type == "application/json"
    again = Message.from_json(Message.from_dict(plaintext(attachments=[attachment.as_dict()])).as_json())
    assert again.attachments[0].json() == value


@pytest.mark.spec("ATT-15")
@pytest.mark.parametrize("value", [{1, 2}, object(), b"octets"])
def test_values_that_json_cannot_represent_raise_type_error(value: object) -> None:
    wrong: Any = value
    with pytest.raises(TypeError):
        Attachment.from_json_value(wrong)


def test_bytes_that_are_not_json_are_content() -> None:
    for octets in (b"{", b"\xff", b'{"a":1,"a":2}', b""):
        attachment = Attachment.from_bytes(octets)
        assert attachment.content() == octets
        with pytest.raises(MalformedMessageError):
            attachment.json()


@pytest.mark.spec("ATT-07", "ATT-08", "ATT-17")
def test_links_keep_their_order_and_need_a_hash() -> None:
    film = Attachment.from_links(LINKS, content=CONTENT, media_type="video/ogg")
    assert film.links == tuple(LINKS)
    assert film.data == {"links": LINKS, "hash": "z" + base58(MULTIHASH)}
    assert film.byte_count == len(CONTENT)
    assert Attachment.from_links(LINKS, hash=MULTIHASH.hex()).hash == MULTIHASH.hex()
    assert Attachment.from_bytes(CONTENT).links == ()
    for arguments in ({}, {"hash": MULTIHASH.hex(), "content": CONTENT}):
        wrong: Any = arguments
        with pytest.raises(ValueError, match="either `hash` or `content`"):
            Attachment.from_links(LINKS, **wrong)
    with pytest.raises(ValueError, match=r"attachment\.data"):
        Attachment.from_links([], content=CONTENT)
    for read in (film.content, film.json, film.verify_hash):
        with pytest.raises(ContentNotFoundError) as caught:
            read()
        assert caught.value.links == tuple(LINKS)


@pytest.mark.spec("ATT-09", "ATT-10")
@pytest.mark.parametrize(
    "text",
    [
        MULTIHASH.hex(),
        MULTIHASH.hex().upper(),
        "f" + MULTIHASH.hex(),
        "z" + base58(MULTIHASH),
        base58(MULTIHASH),
        "u" + base64.urlsafe_b64encode(MULTIHASH).decode().rstrip("="),
        "b" + base64.b32encode(MULTIHASH).decode().lower().rstrip("="),
        (b"\x13\x40" + sha512(CONTENT).digest()).hex(),
    ],
)
def test_a_hash_in_any_common_text_proves_its_content_and_no_other(text: str) -> None:
    Attachment.from_links(LINKS, hash=text).verify_hash(CONTENT)
    inline = Attachment.from_dict(
        {"data": {"base64": base64.b64encode(CONTENT).decode(), "hash": text, "links": LINKS}}
    )
    inline.verify_hash()
    inline.verify_hash(CONTENT)
    altered = CONTENT[:-1] + b"S"
    with pytest.raises(UntrustedMessageError) as caught:
        Attachment.from_links(LINKS, hash=text).verify_hash(altered)
    assert caught.value.claim == "attachment.data.hash=content"
    with pytest.raises(UntrustedMessageError):
        Attachment(data={"base64": "AA", "hash": text}).verify_hash()
    with pytest.raises(MalformedMessageError):
        inline.verify_hash(altered)


@pytest.mark.spec("ATT-09", "ATT-10")
def test_a_hash_by_another_function_is_neither_right_nor_wrong() -> None:
    blake2s = Attachment.from_links(LINKS, hash="e0e4022000" + "00" * 31)
    with pytest.raises(UnsupportedError) as caught:
        blake2s.verify_hash(CONTENT)
    assert caught.value.what == "hash function"


@pytest.mark.spec("ATT-09")
@pytest.mark.parametrize(
    "text", [sha256(CONTENT).hexdigest(), "", "zQm", MULTIHASH.hex()[:-2], MULTIHASH.hex() + "00", "12", "é"]
)
def test_an_invalid_multihash_is_not_sent_and_does_not_verify(text: str) -> None:
    with pytest.raises(ValueError, match="hash"):
        Attachment.from_links(LINKS, hash=text)
    with pytest.raises(MalformedMessageError) as caught:
        Attachment.from_dict({"data": {"links": LINKS, "hash": text}}).verify_hash(CONTENT)
    assert caught.value.part == "attachment.data.hash"


def test_without_a_hash_there_is_nothing_to_compare() -> None:
    with pytest.raises(MalformedMessageError, match=r"attachment\.data\.hash: missing"):
        Attachment.from_bytes(CONTENT).verify_hash()


def test_base64_takes_precedence_over_json() -> None:
    both = Attachment.from_dict({"data": {"json": [1], "base64": "WzJd", "links": LINKS, "hash": "x"}})
    assert (both.content(), both.json(), both.links) == (b"[2]", [2], tuple(LINKS))


@pytest.mark.spec("ATT-01", "ATT-05")
def test_unknown_members_travel_with_the_message(documents: Documents, alice: Party, bob: Party) -> None:
    members: dict[str, Any] = {
        "id": "a",
        "mime_type": "text/plain",
        "x": {"y": [None, 1.50]},
        "lastmod_time": "yesterday",
        "data": {"base64": "AA", "odd": [1], "jws": {"protected": "?"}, "sha256": None},
    }
    sender = sync.DIDCommMessaging(alice.secrets, documents)
    packed = sender.pack(hello(attachments=[Attachment.from_dict(members)]), to=bob.did, frm=alice.did)
    received = documents.unpack(bob, packed.message).message.attachments[0]
    assert received.as_dict() == members
    assert received == Attachment.from_dict(members)


@pytest.mark.spec("ATT-16")
def test_a_body_refers_to_an_attachment_by_its_id() -> None:
    attachments = [Attachment.from_json_value(number, id=f"attachment{number}") for number in (1, 2)]
    message = hello(body={"see": "#attachment2"}, attachments=attachments)
    for name in (message.body["see"], "attachment2"):
        found = message.attachment(name)
        assert found is not None
        assert found.json() == 2
    for name in ("", "#", "attachment", "Attachment2", "##attachment2"):
        assert message.attachment(name) is None
    nameless = Message.from_dict(plaintext(attachments=[{"data": {"json": 1}}]))
    assert nameless.attachment("") is None
