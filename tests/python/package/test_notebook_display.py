"""What notebooks show of an object: a picture or a table, in which untrusted text is escaped."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from pydidcomm import DIDDocument, Message, PackedPlaintext, PackedSigned, sync
from support.parties import hello

MARKUP = "<script>alert('x')</script>\n\u202e"


def shown(value: object, form: str) -> str:
    """The display of the value in one of the forms that notebooks request."""
    text = getattr(value, f"_repr_{form}_")()
    assert isinstance(text, str)
    return text


def cells(table: str) -> list[list[str]]:
    """The rows of a table; a text that is not well-formed raises."""
    rows = ET.fromstring(table).iter("tr")  # noqa: S314, our own table
    return [[cell.text or "" for cell in row] for row in rows]


def test_a_message_is_a_table_of_its_headers_without_its_body() -> None:
    message = Message(
        type="https://example.org/x/1.0/y",
        id="one",
        frm="did:example:a",
        body={"word": "not shown"},
        custom_headers={"a": 1},
    )
    rows = cells(shown(message, "html"))
    assert ["id", "one"] in rows
    assert ["from", "did:example:a"] in rows
    assert ["custom headers", "a"] in rows
    assert "not shown" not in shown(message, "html")


def test_markup_that_a_peer_wrote_is_escaped() -> None:
    message = Message.from_dict({**hello().as_dict(), MARKUP: 1})
    service = {
        "id": "#s",
        "type": "DIDCommMessaging",
        # an endpoint with white space or bidi formatting is passed over
        "serviceEndpoint": {"uri": f"https://a.example/{MARKUP.split(maxsplit=1)[0]}"},
    }
    document = DIDDocument({"id": "did:example:a", "service": [service]})
    for value in (message, document):
        table = shown(value, "html")
        assert "alert" in table
        assert "<script" not in table
        assert "\u202e" not in table
        assert cells(table)


def test_a_document_is_a_table_of_its_keys_and_services() -> None:
    party = sync.DIDCommMessaging()
    document = party.resolve(party.create_peer_did(service_endpoint="https://example.org/inbox"))
    assert isinstance(document, DIDDocument)
    rows = cells(shown(document, "html"))
    assert [row[0] for row in rows if row[1].endswith("#key-1")] == ["keyAgreement"]
    assert ["service", "https://example.org/inbox"] in rows


def test_the_metadata_is_a_table_of_what_is_proved() -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did()
    known = party.unpack(party.pack(hello(), to=did, frm=did).message).metadata
    assert ["authenticated", "True"] in cells(shown(known, "html"))
    assert ["encrypted", "True"] in cells(shown(known, "html"))
    anonymous = party.unpack(party.pack(hello(), to=did).message).metadata
    assert ["sender", "not proved"] in cells(shown(anonymous, "html"))


def test_packed_messages_are_pictures_of_their_envelopes() -> None:
    party = sync.DIDCommMessaging()
    did = party.create_peer_did()
    signed = sync.pack_signed(party.resolvers_config, hello(to=[did]), did)
    plaintext = sync.pack_plaintext(party.resolvers_config, hello())
    assert isinstance(signed, PackedSigned)
    assert isinstance(plaintext, PackedPlaintext)
    for packed in (party.pack(hello(), to=did, frm=did), signed, plaintext):
        picture = shown(packed, "svg")
        assert ET.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314, our own picture
