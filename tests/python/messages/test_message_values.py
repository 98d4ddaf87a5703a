"""Messages as values: what stays as it was written, what is made once, and the forms that arguments take."""

from __future__ import annotations

import json
import resource
from array import array
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pydidcomm import Attachment, Message, UnpackConfig, inspect, sync
from pydidcomm.errors import MalformedMessageError
from support.parties import HELLO, hello, results

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.parties import Documents, Party

NUMBERS = ["0.12345678901234567890123", "1e-400", "18446744073709551617", "-0.0", "1.50", "1E+2"]
BUFFERS: list[Callable[[bytes], Any]] = [bytes, bytearray, memoryview, lambda octets: array("B", octets)]


STATM = Path("/proc/self/statm")


def resident() -> int:
    """The memory of the process, in bytes."""
    return int(STATM.read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def read(number: str) -> Message:
    return Message.from_json(f'{{"id":"one","type":"{HELLO}","body":{{"n":{number}}},"x":{number}}}')


# replace and ==


@pytest.mark.parametrize("number", NUMBERS)
def test_a_copy_has_each_number_as_it_was_written(number: str) -> None:
    copy = read(number).replace(thid="thread")
    assert copy.thid == "thread"
    assert copy.as_json().count(f":{number}") == 2
    assert copy.replace(thid=None) == read(number)


def test_a_changed_copy_preserves_the_other_members() -> None:
    offer = Attachment.from_json_value({"price": 7}, id="offer")
    first = hello(id="one", lang="fr", attachments=[offer], custom_headers={"x": 1}, created_time=1)
    changed = first.replace(body={"n": 2}, lang=None, attachments=[], frm="did:example:alice")
    assert changed.as_dict() == {
        "id": "one",
        "typ": "application/didcomm-plain+json",
        "type": HELLO,
        "from": "did:example:alice",
        "created_time": 1,
        "x": 1,
        "body": {"n": 2},
        "attachments": [],
    }
    assert first.replace(custom_headers={"y": 2}).custom_headers == {"y": 2}
    with pytest.raises(TypeError, match="speed"):
        first.replace(speed=1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("18446744073709551617", "18446744073709551618"),
        ("0.12345678901234567890123", "0.12345678901234568"),
        ("1e-400", "0.0"),
        ("1", '"1"'),
    ],
)
def test_different_numbers_make_different_messages(one: str, other: str) -> None:
    assert read(one) == read(one)
    assert read(one) != read(other)
    pair = [Attachment.from_json(f'{{"id":"a","data":{{"json":{number}}}}}') for number in (one, other)]
    assert pair[0] != pair[1]


def test_order_of_members_and_white_space_make_no_difference() -> None:
    members = {"id": "one", "type": HELLO, "body": {"a": [1, {"b": "ü\n"}], "c": None}}
    turned = dict(reversed(members.items())) | {"body": {"c": None, "a": [1, {"b": "ü\n"}]}}
    assert Message.from_json(json.dumps(members)) == Message.from_json(json.dumps(turned, indent=2))


# tuples that are made once


def test_collections_are_tuples_and_the_same_at_each_access(
    documents: Documents, alice: Party, bob: Party
) -> None:
    message = hello(
        to=[bob.did],
        please_ack=[""],
        ack=["a"],
        accept_lang=["fr"],
        attachments=[Attachment(data={"json": 1})],
    )
    result = documents.unpack(bob, sync.pack_encrypted(documents.of(alice), message, bob.did).message)
    assert result.message is result.message
    for made in (message, result.message):
        for name in ("to", "please_ack", "ack", "accept_lang", "attachments"):
            assert isinstance(getattr(made, name), tuple)
            assert getattr(made, name) is getattr(made, name)
    assert message.to == (bob.did,)
    assert hello().to is None
    assert hello().attachments == ()


def test_reading_attachments_one_by_one_makes_each_once(
    documents: Documents, alice: Party, bob: Party
) -> None:
    def objects(count: int) -> int:
        message = hello(attachments=[Attachment(data={"json": 1}) for _ in range(count)])
        result = documents.unpack(bob, sync.pack_encrypted(documents.of(alice), message, bob.did).message)
        return len({id(result.message.attachments[place]) for place in range(count) for _ in range(2)})

    assert (objects(50), objects(400)) == (50, 400)


@pytest.mark.slow
@pytest.mark.skipif(not STATM.exists(), reason="reads the memory of the process from /proc")
def test_a_small_attachment_does_not_retain_a_large_message() -> None:
    size, count = 8 << 20, 16
    members = {"id": "one", "type": HELLO, "body": {"b": "x" * size}, "attachments": [{"data": {"json": 1}}]}
    text = json.dumps(members)
    before = resident()
    retained = [Message.from_json(text).attachments[0] for _ in range(count)]
    assert resident() - before < count * size // 2
    assert [attachment.json() for attachment in retained] == [1] * count


# bytes and buffers


@pytest.mark.parametrize("buffer", BUFFERS)
def test_a_message_in_any_buffer_is_read(
    documents: Documents, alice: Party, bob: Party, buffer: Callable[[bytes], Any]
) -> None:
    packed = buffer(sync.pack_encrypted(documents.of(alice), hello(), bob.did, alice.did).message.encode())
    assert sync.unpack(documents.of(bob), packed).sender == alice.did
    (many,) = results(sync.unpack_many(documents.of(bob), [packed]))
    assert not isinstance(many, Exception)
    plain = hello().as_json().encode()
    assert Message.from_json(buffer(plain)).body == {"msg": "Hi"}
    with pytest.raises(MalformedMessageError, match="UTF-8"):
        Message.from_json(buffer(b"\xff"))


@pytest.mark.parametrize("buffer", [bytes, bytearray, memoryview])
def test_an_envelope_in_a_buffer_is_inspected(buffer: Callable[[bytes], Any]) -> None:
    assert inspect(buffer(hello().as_json().encode())).outermost.layer == "plaintext"


@pytest.mark.parametrize("buffer", BUFFERS)
def test_the_content_of_an_attachment_comes_in_any_buffer(buffer: Callable[[bytes], Any]) -> None:
    content = b"\x00\xff content"
    assert Attachment.from_bytes(buffer(content)).content() == content
    film = Attachment.from_links(["https://example.com/film"], content=buffer(content))
    film.verify_hash(buffer(content))
    with pytest.raises(TypeError, match="bytes"):
        Attachment.from_bytes("text")  # type: ignore[arg-type]


@pytest.mark.parametrize("one", [bytearray(b"{}"), memoryview(b"{}")])
def test_a_single_message_in_place_of_a_list_is_refused(documents: Documents, bob: Party, one: Any) -> None:  # noqa: ANN401
    with pytest.raises(TypeError, match="unpack"):
        results(sync.unpack_many(documents.of(bob), one))


# times

NOON = datetime(2026, 11, 28, 12, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.spec("TIM-02")
@pytest.mark.parametrize(
    ("given", "seconds"), [(7, 7), (7.999, 7), (0.0, 0), (NOON, 1_795_860_000), (2**40, 2**40)]
)
def test_times_are_given_as_numbers_or_aware_datetimes(given: Any, seconds: int) -> None:  # noqa: ANN401
    message = hello(created_time=given, expires_time=given)
    assert (message.created_time, message.expires_time) == (seconds, seconds)
    assert message.as_dict()["created_time"] == seconds
    assert message.is_expired(given)
    assert Attachment.from_bytes(b"", lastmod_time=given).lastmod_time == seconds


def test_times_are_read_as_datetimes() -> None:
    message = hello(created_time=NOON)
    assert message.created_at == NOON.replace(microsecond=0)
    assert message.created_at is not None
    assert message.created_at.utcoffset() == timedelta(0)
    assert message.expires_at is None
    assert hello(expires_time=253_402_300_799).expires_at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert hello(expires_time=253_402_300_800).expires_at is None


@pytest.mark.parametrize("given", [datetime(2026, 11, 28), -1, -0.5, float("nan"), float("inf"), 1e300])  # noqa: DTZ001
def test_a_naive_datetime_is_refused(given: Any) -> None:  # noqa: ANN401
    with pytest.raises(ValueError, match=r"zone|from"):
        hello(created_time=given)


@pytest.mark.parametrize("given", ["2026-11-28", True, b"1"])
def test_a_time_of_another_type_is_refused(given: Any) -> None:  # noqa: ANN401
    with pytest.raises(TypeError):
        hello(expires_time=given)


# names of files


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("offer.pdf", "offer.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\x.exe", "x.exe"),
        ("a\x1b[31m\n.txt", "a_[31m_.txt"),
        ("..", None),
        ("folder/", None),
        ("NUL.txt", None),
        (None, None),
    ],
)
def test_a_filename_is_one_safe_component(written: str | None, name: str | None) -> None:
    attachment = Attachment.from_bytes(b"", filename=written)
    assert (attachment.filename, attachment.raw_filename) == (name, written)


# what is too large


@pytest.mark.spec("MSG-31")
@pytest.mark.parametrize(
    ("limit", "headers"),
    [
        ({"max_to": 2}, {"to": ["did:example:bob", "did:example:a", "did:example:b"]}),
        ({"max_attachments": 2}, {"attachments": [Attachment(data={"json": number}) for number in range(3)]}),
    ],
)
def test_long_collections_are_refused(
    documents: Documents, alice: Party, bob: Party, limit: dict[str, int], headers: dict[str, Any]
) -> None:
    packed = sync.pack_encrypted(documents.of(alice), hello(**headers), bob.did).message
    assert documents.unpack(bob, packed).metadata.encrypted
    with pytest.raises(MalformedMessageError, match="at most 2 entries, got 3"):
        documents.unpack(bob, packed, UnpackConfig(**limit))  # type: ignore[arg-type]
