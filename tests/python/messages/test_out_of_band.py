"""Invitations in URLs."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from pydidcomm import Attachment, Message
from pydidcomm.errors import MalformedMessageError, UnsupportedError
from pydidcomm.out_of_band import INVITATION_TYPE, invitation, invitation_from_url, invitation_url
from support.paths import VECTORS

BASE = "https://example.com/path"
SPECIFICATION = VECTORS / "specification" / "invitation.json"
PLAINTEXT: dict[str, Any] = {
    "type": INVITATION_TYPE,
    "id": "69212a3a-d068-4f9d-a2dd-4741bca89af3",
    "from": "did:example:alice",
    "body": {"goal_code": "connect", "goal": "Grüße an Bob"},
}

NO_INVITATIONS: list[object] = [
    b"no JSON",
    b"[]",
    b"null",
    b'{"type":"a","type":"b"}',
    {name: value for name, value in PLAINTEXT.items() if name != "type"},
    {name: value for name, value in PLAINTEXT.items() if name != "id"},
    {name: value for name, value in PLAINTEXT.items() if name != "from"},
    PLAINTEXT | {"type": "https://didcomm.org/out-of-band/1.0/invitation"},
    PLAINTEXT | {"type": "https://didcomm.org/basicmessage/2.0/message"},
    PLAINTEXT | {"id": ""},
    PLAINTEXT | {"from": "alice"},
    PLAINTEXT | {"body": []},
    PLAINTEXT | {"body": {"goal": 1}},
    PLAINTEXT | {"body": {"goal_code": {}}},
    PLAINTEXT | {"body": {"accept": "didcomm/v2"}},
    PLAINTEXT | {"body": {"accept": [2]}},
]


def encode(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def url_of(value: object) -> str:
    return f"{BASE}?_oob={encode(value)}"


@pytest.mark.spec("OOB-01", "OOB-02", "OOB-04")
def test_an_invitation_has_its_type_an_id_and_a_sender() -> None:
    first, second = invitation("did:example:alice"), invitation("did:example:alice")
    assert first.type == "https://didcomm.org/out-of-band/2.0/invitation"
    assert first.frm == "did:example:alice"
    assert first.id
    assert first.id != second.id


@pytest.mark.spec("OOB-05", "OOB-06")
@pytest.mark.parametrize("goal", [None, "", "Start a relationship"])
@pytest.mark.parametrize("accept", [(), ("didcomm/v2",), ("didcomm/v2", "didcomm/aip2;env=rfc587")])
def test_goals_and_profiles_come_back_from_the_url(goal: str | None, accept: tuple[str, ...]) -> None:
    made = invitation("did:example:alice", goal_code=goal, goal=goal, accept=accept)
    received = invitation_from_url(invitation_url(made, BASE))
    assert received.as_dict() == made.as_dict()
    assert received.body.get("goal_code") == received.body.get("goal") == goal
    assert received.body.get("accept", []) == list(accept)


@pytest.mark.spec("OOB-07")
def test_attached_messages_come_back_in_their_order() -> None:
    attachments = [Attachment(id=name, data={"json": {"name": name}}) for name in ("b", "a")]
    made = invitation("did:example:alice", attachments=attachments)
    received = invitation_from_url(invitation_url(made, BASE))
    assert [attachment.data for attachment in received.attachments] == [
        {"json": {"name": "b"}},
        {"json": {"name": "a"}},
    ]


def test_a_profile_given_as_a_string_is_refused() -> None:
    with pytest.raises(TypeError, match="`accept` must be a list of str, got str"):
        invitation("did:example:alice", accept="didcomm/v2")


@pytest.mark.spec("OOB-04")
@pytest.mark.parametrize("frm", ["", "alice"])
def test_an_invitation_whose_sender_is_not_a_did_is_refused(frm: str) -> None:
    with pytest.raises(ValueError, match="from"):
        invitation(frm)


@pytest.mark.spec("OOB-09", "OOB-10")
def test_the_url_carries_the_minified_plaintext_without_padding() -> None:
    url = invitation_url(Message.from_dict(PLAINTEXT), BASE)
    start, encoded = url.split("=", 1)
    assert start == "https://example.com/path?_oob"
    assert "=" not in encoded
    decoded = base64.urlsafe_b64decode(encoded + "==").decode()
    assert decoded == json.dumps(PLAINTEXT, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.spec("OOB-09", "OOB-10", "OOB-12")
def test_the_example_of_the_specification_gives_its_url_and_comes_back_from_it() -> None:
    example = json.loads(SPECIFICATION.read_text())
    message = Message.from_dict(example["message"])
    assert invitation_url(message, BASE) == example["url"]
    assert invitation_from_url(example["url"]).as_dict() == message.as_dict()
    with pytest.raises(UnsupportedError):
        invitation_from_url(example["short_url"])


@pytest.mark.spec("OOB-10")
def test_an_invitation_with_a_given_id_has_no_further_header() -> None:
    made = invitation("did:example:alice").replace(id="poster-1")
    assert invitation_from_url(invitation_url(made, BASE)).as_dict().keys() == {
        "id",
        "typ",
        "type",
        "from",
        "body",
    }


@pytest.mark.spec("OOB-08")
def test_only_an_invitation_goes_into_a_url() -> None:
    with pytest.raises(ValueError, match="`invitation` must have the type"):
        invitation_url(Message(type="https://example.org/chat/1.0/hello", frm="did:example:alice"), BASE)


@pytest.mark.spec("OOB-04")
def test_an_invitation_without_sender_does_not_go_into_a_url() -> None:
    with pytest.raises(ValueError, match="`invitation` must have `frm`"):
        invitation_url(Message(type=INVITATION_TYPE), BASE)


@pytest.mark.parametrize("base", ["", "example.com/path", "/path", f"{BASE}?_oob=", f"{BASE}?_oobid=1"])
def test_an_invitation_needs_an_absolute_url_of_its_own(base: str) -> None:
    with pytest.raises(ValueError, match=r"`base_url` must (be an absolute URL|not have the parameter)"):
        invitation_url(invitation("did:example:alice"), base)


@pytest.mark.spec("OOB-11")
def test_the_query_and_fragment_of_the_base_url_are_preserved() -> None:
    url = invitation_url(Message.from_dict(PLAINTEXT), f"{BASE}?x=1#top")
    assert url.startswith(f"{BASE}?x=1&_oob=")
    assert url.endswith("#top")
    assert invitation_from_url(url).id == PLAINTEXT["id"]


@pytest.mark.spec("OOB-11")
def test_other_query_parameters_are_ignored() -> None:
    url = f"https://example.com/a/b?x=1&_oob={encode(PLAINTEXT)}&y=2&empty=#fragment"
    assert invitation_from_url(url).id == PLAINTEXT["id"]


@pytest.mark.spec("OOB-12")
@pytest.mark.parametrize("padding", ["", "=", "==", "%3D", "%3D%3D", "%3d"])
@pytest.mark.parametrize("space", ["", " ", "\n"])
def test_padding_and_space_around_the_url_are_tolerated(padding: str, space: str) -> None:
    for goal in ("a", "ab", "abc"):
        plaintext = PLAINTEXT | {"body": {"goal": goal}}
        assert invitation_from_url(f"{space}{url_of(plaintext)}{padding}{space}").body == {"goal": goal}


@pytest.mark.spec("PRO-05", "PRO-06", "OOB-01")
@pytest.mark.parametrize("name", ["out-of-band/2.1", "out-of-band/2.0.3", "OutOfBand/2.0", "out_of_band/2.9"])
def test_an_invitation_of_another_minor_version_or_spelling_is_read_and_written(name: str) -> None:
    plaintext = PLAINTEXT | {"type": f"https://didcomm.org/{name}/invitation"}
    received = invitation_from_url(url_of(plaintext))
    assert received.type == plaintext["type"]
    assert invitation_from_url(invitation_url(received, BASE)).as_dict() == received.as_dict()


@pytest.mark.spec("OOB-05", "OOB-06")
@pytest.mark.parametrize("name", ["goal_code", "goal", "accept"])
def test_null_stands_for_an_absent_member_of_the_body(name: str) -> None:
    received = invitation_from_url(url_of(PLAINTEXT | {"body": {"goal": "Talk", name: None}}))
    assert received.body[name] is None


@pytest.mark.spec("OOB-12")
@pytest.mark.parametrize("safe", ["+/=", ""])
def test_either_base64_alphabet_is_read_with_padding_and_escapes(safe: str) -> None:
    seen: set[str] = set()
    for length in range(6):
        plaintext = PLAINTEXT | {"body": {"goal": "x" * length + "?>~" * 3}}
        text = json.dumps(plaintext, ensure_ascii=False).encode()
        encoded = base64.b64encode(text).decode()
        seen |= set(encoded) & set("+/=")
        assert invitation_from_url(f"{BASE}?_oob={quote(encoded, safe=safe)}").body == plaintext["body"]
    assert seen == set("+/=")


@pytest.mark.spec("OOB-11")
@pytest.mark.parametrize(
    "url",
    [
        "",
        BASE,
        f"{BASE}?_oob=",
        f"{BASE}?oob={encode(PLAINTEXT)}",
        f"{BASE}#_oob={encode(PLAINTEXT)}",
        f"{url_of(PLAINTEXT)}&_oob={encode(PLAINTEXT)}",
        f"https://[oops?_oob={encode(PLAINTEXT)}",
    ],
)
def test_a_url_without_exactly_one_invitation_is_malformed(url: str) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        invitation_from_url(url)
    assert caught.value.part == "url"


@pytest.mark.spec("OOB-18")
def test_a_short_url_is_recognised() -> None:
    with pytest.raises(UnsupportedError, match="_oobid") as caught:
        invitation_from_url(f"{BASE}?_oobid=5f0e3ffb-3f92-4648-9868-0d6f8889e6f3")
    assert caught.value.algorithm == "_oobid"


@pytest.mark.parametrize("encoded", ["A", "AAAAA", "a+b", "a+b/", "====", "AA===", "%00", "_w", "w7w%C3%BC"])
def test_a_parameter_that_is_not_base64url_text_is_malformed(encoded: str) -> None:
    with pytest.raises(MalformedMessageError) as caught:
        invitation_from_url(f"{BASE}?_oob={encoded}")
    assert caught.value.part == "_oob"
    assert caught.value.__cause__ is None


@pytest.mark.spec("OOB-01", "OOB-02", "OOB-04", "OOB-05", "OOB-06")
@pytest.mark.parametrize("value", NO_INVITATIONS)
def test_a_message_that_is_not_an_invitation_is_refused(value: object) -> None:
    with pytest.raises(MalformedMessageError):
        invitation_from_url(url_of(value))


def test_an_overlong_url_is_refused_unless_the_caller_reads_longer_ones() -> None:
    url = url_of(PLAINTEXT | {"body": {"goal": "x" * 65_536}})
    with pytest.raises(MalformedMessageError, match="65536"):
        invitation_from_url(url)
    assert invitation_from_url(url, max_length=len(url)).id == PLAINTEXT["id"]
