"""`inspect`: its texts and pictures show no content, and untrusted text escaped."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pydidcomm import (
    EnvelopeView,
    inspect,
)
from support import forge
from support.inspected import (
    ALICE,
    ANON,
    AUTH,
    BOB,
    KINDS,
    KNOWN,
    MESSAGE,
    SECRET,
    SIGNED,
    escaped,
    texts,
    with_header,
)
from support.mutate import thorough
from support.parties import b64


def everything(view: EnvelopeView) -> str:
    """All that a view can show."""
    return "\n".join([str(view), repr(view), json.dumps(view.as_dict()), view.svg(), *map(repr, view.layers)])


@pytest.mark.parametrize("kind", KINDS)
def test_body_and_attachments_are_not_shown(kind: str) -> None:
    view = inspect(KINDS[kind])
    output = everything(view)
    for hidden in (SECRET, "treasure", b64(SECRET), "ciphertext_text"):
        assert hidden not in output
    for part in ("payload", "ciphertext", "tag"):
        if part in KINDS[kind]:
            assert KINDS[kind][part] not in output


HOSTILE = [
    "<script>alert(1)</script>",
    '"/><script>alert(1)</script>',
    "' onload='alert(1)",
    "]]><svg/onload=alert(1)>",
    "&lt;&#0;",
    "</text><image href='x'/>",
    "\0\x08\x1b[2J\u202e\ufffe\u2028",
    "#hatched-{} #bar {0.__class__} %s",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_untrusted_text_is_escaped(text: str) -> None:
    plain = forge.plaintext(id=text, type=text, thid=text, from_=text, to=[text])
    anonymous = {**ANON, "recipients": [{"header": {"kid": text}}]}
    clean = ET.fromstring(inspect(AUTH).svg())  # noqa: S314, our own picture
    harmless = {element.tag for element in clean.iter()}
    attributes = {name for element in clean.iter() for name in element.attrib}
    for packed in (
        with_header(anonymous, typ=text, alg=text, enc=text, skid=text, apu=b64(text), epk={"crv": text}),
        forge.sign(plain, ALICE.signing, kid=text, protected={"typ": text, "alg": text}),
        plain,
    ):
        view = inspect(packed)
        drawn = ET.fromstring(view.svg())  # noqa: S314, our own picture
        assert {element.tag for element in drawn.iter()} <= harmless
        assert {name for element in drawn.iter() for name in element.attrib} <= attributes
        output = [shown for shown in drawn.itertext() if shown]
        assert escaped(text) in output
        assert all(line.isprintable() for line in str(view).splitlines())
        assert repr(view).isprintable()


@given(text=st.text(max_size=200), data=st.data())
@thorough
def test_any_text_yields_a_well_formed_svg(text: str, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["typ", "alg", "enc", "skid", "apv"]))
    view = inspect(with_header(AUTH, **{name: text}))
    assert ET.fromstring(view.svg()).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314, our own picture


# pictures


def rows(svg: str) -> set[str]:
    return set(texts(svg))


def test_the_picture_of_an_envelope_shows_what_it_claims_and_its_sizes() -> None:
    view = inspect(AUTH)
    output = rows(view.svg())
    assert {
        "skid",
        ALICE.key.kid,
        *BOB.kids,
        "ECDH-1PU+A256KW",
        "A256CBC-HS512",
        f"{view.octets:,} B",
    } <= output
    assert any("for the recipients only" in text for text in output)
    assert getattr(view, "_repr_svg_")() == view.svg()  # noqa: B009, a name that notebooks call
    broken = rows(inspect(with_header(AUTH, enc="ROT13")).svg())
    assert {"What unpack would refuse", "unsupported", "binds the kids below"} <= broken
    unbound = rows(inspect(with_header(ANON, apv="AA")).svg())
    assert "does not bind the kids below" in unbound


def test_two_pictures_on_one_page_share_no_ids() -> None:
    def ids(svg: str) -> set[str]:
        return {element.attrib["id"] for element in ET.fromstring(svg).iter() if "id" in element.attrib}  # noqa: S314

    assert ids(inspect(AUTH).svg()) & ids(inspect(ANON).svg()) == set()


def test_the_message_is_drawn_inside_where_it_is_given() -> None:
    received = KNOWN.unpack(BOB, AUTH)
    output = rows(inspect(AUTH).svg(received.message))
    assert {"type", "from", "to", "thid", "pthid", ALICE.did} <= output
    assert any(SECRET in text for text in output)
    assert any(SECRET in text for text in rows(inspect(SIGNED).svg(received.message)))


@pytest.mark.parametrize(
    ("packed", "shown"),
    [
        (AUTH, {"Authcrypt", ALICE.key.kid, BOB.kids[0], "its sender is proved"}),
        (ANON, {"Anoncrypt", BOB.kids[0], "its sender is not proved"}),
        (SIGNED, {"Signature", ALICE.signing.kid, "EdDSA", "its sender is proved"}),
        (forge.encrypt(AUTH, BOB.agreement), {"Anoncrypt", "Authcrypt", ALICE.key.kid}),
        (MESSAGE, {"Plaintext message", "its sender is not proved"}),
    ],
)
def test_the_picture_of_an_unpacked_message_shows_its_proved_sender(packed: Any, shown: set[str]) -> None:  # noqa: ANN401, JSON
    svg = KNOWN.unpack(BOB, packed)._repr_svg_()
    assert shown <= rows(svg)
    assert SECRET not in svg
