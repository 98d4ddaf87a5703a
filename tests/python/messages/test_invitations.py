"""Invitations: URLs that mail and chat programs changed, short URLs over TLS, QR codes read again."""

from __future__ import annotations

import io
import json
import operator
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import zxingcpp
from PIL import Image

from pydidcomm import Message, sync
from pydidcomm.errors import DIDCommError, MalformedMessageError, NotFoundError, UnsupportedError
from pydidcomm.invitations import Invitation, fetch_invitation
from pydidcomm.out_of_band import invitation_from_url, read_invitation
from pydidcomm.qr import QrCode
from support.https_server import (
    LOOPBACK,
    TRUSTED,
    Connection,
    Server,
    body,
    redirect,
    serving,
    silent,
    to_loopback,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ALICE = "did:example:alice"
# both characters in which the alphabets differ, and padding
INVITATION = Invitation.to(ALICE, "https://example.com/path", goal="Häh? ~~ ÿÿÿ >>> ???", goal_code="connect")
URL = INVITATION.url
ENCODED = URL.partition("_oob=")[2]
PADDED = ENCODED + "=" * (-len(ENCODED) % 4)
PLAIN = PADDED.replace("-", "+").replace("_", "/")


def wrapped(separator: str) -> str:
    """The URL in lines of 76 characters."""
    return separator.join(URL[start : start + 76] for start in range(0, len(URL), 76))


HANDLED = {
    "scheme and host in capitals": URL.replace("https://example.com", "HTTPS://EXAMPLE.COM"),
    "name escaped": URL.replace("_oob=", "%5Foob="),
    "padding": f"https://example.com/?_oob={PADDED}",
    "padding escaped": f"https://example.com/?_oob={PADDED.replace('=', '%3D')}",
    "base64": f"https://example.com/?_oob={PLAIN}",
    "base64 escaped": f"https://example.com/?_oob={quote(PLAIN, safe='')}",
    "full stop": f"{URL}.",
    "parenthesis": f"({URL})",
    "angle brackets": f"<{URL}>",
    "quotation marks": f"“{URL}”,",
    "end of a sentence": f"{URL})!",
    "blanks around": f"  {URL}\n",
    "lines": wrapped("\n"),
    "lines of Windows": wrapped("\r\n"),
    "quoted-printable": wrapped("=\r\n"),
    "a quoted mail": wrapped("\n> > "),
    "indented lines": wrapped("\n    "),
    "blanks in place of line breaks": wrapped(" "),
    "soft hyphens": wrapped("\u00ad"),
    "characters without width": wrapped("\u200b"),
    "byte order mark": f"\ufeff{URL}",
    "campaign": f"{URL}&utm_source=mail&utm_medium=x",
    "campaign in front": URL.replace("?", "?utm_source=mail&"),
    "HTML": URL.replace("?", "?lang=en&amp;"),
    "fragment": f"{URL}#:~:text=x",
    "app": f"didcomm://invite?_oob={ENCODED}",
    "app without a host": f"didcomm:?_oob={ENCODED}",
    "link into an app": f"https://app.example/open?url={quote(URL, safe='')}",
    "link into an app and a campaign": f"myapp://x?link={quote(URL, safe='')}&utm_source=x",
}


@pytest.mark.parametrize("kind", HANDLED)
def test_an_invitation_is_read_from_a_url_that_programs_changed(kind: str) -> None:
    assert HANDLED[kind] != URL
    assert invitation_from_url(HANDLED[kind]) == INVITATION.message


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/?_oob=",
        "https://example.com/?_oob=!!!",
        "https://example.com/?_oob=e30",
        f"{URL}&_oob={ENCODED}",
        URL[:-4],
        URL.replace("_oob", "oob"),
        f"https://a.example/?u={quote(f'https://b.example/?u={quote(URL)}')}",
        "",
    ],
)
def test_text_that_is_not_one_invitation_is_refused(url: str) -> None:
    with pytest.raises(MalformedMessageError):
        invitation_from_url(url)


def test_an_invitation_has_a_url_a_base_and_a_short_url() -> None:
    again = Invitation.from_url(f" {URL}&x=1#y")
    assert (again.message, again.base_url) == (INVITATION.message, "https://example.com/path")
    assert INVITATION.short_url("1") == "https://example.com/path?_oobid=1"
    ids = {INVITATION.short_url() for _ in range(3)}
    assert len(ids) == 3
    with pytest.raises(UnsupportedError, match="_oobid"):
        Invitation.from_url(INVITATION.short_url())
    assert Invitation(INVITATION.message, "https://a.example/?x=1").short_url("2").endswith("?x=1&_oobid=2")


# short URLs


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


async def fetched(server: Server, **options: Any) -> Message:  # noqa: ANN401, those of the function
    url = f" {server.url('/?_oobid=1')}\n"
    defaults: dict[str, Any] = {"allow": LOOPBACK, "ca": TRUSTED, "lookup": to_loopback, "timeout": 5.0}
    return await fetch_invitation(url, **defaults | options)


PLAINTEXT = json.dumps(INVITATION.message.as_dict()).encode()
OTHER = b'{"id":"1","type":"https://example.org/x/1.0/y","body":{}}'
ANSWERS: dict[str, tuple[Callable[[Connection], None], type[DIDCommError] | None]] = {
    "redirect": (redirect(URL, 301), None),
    "temporary redirect": (redirect(URL, 307), None),
    "JSON": (body(PLAINTEXT), None),
    "plaintext": (body(PLAINTEXT, content_type="application/didcomm-plain+json"), None),
    "another short URL": (redirect("https://example.com/?_oobid=2"), MalformedMessageError),
    "a redirect without an invitation": (redirect("https://169.254.169.254/"), MalformedMessageError),
    "a redirect to nowhere": (lambda connection: connection.answer(302), MalformedMessageError),
    "HTML": (body(b"<html>", content_type="text/html"), MalformedMessageError),
    "another message": (
        body(b'{"id":"1","type":"https://example.org/x/1.0/y","body":{}}'),
        MalformedMessageError,
    ),
    "404": (body(b"", 404), NotFoundError),
    "500": (body(b"", 500), NotFoundError),
    "202": (body(PLAINTEXT, 202), NotFoundError),
    "too long": (body(bytes(100_000)), NotFoundError),
    "silence": (silent, NotFoundError),
}


@pytest.mark.spec("OOB-18", "INV-09")
@pytest.mark.parametrize("name", ANSWERS)
async def test_a_short_url_leads_to_the_invitation(server: Server, name: str) -> None:
    server.ways["/?_oobid=1"], error = ANSWERS[name]
    timeout = 0.7 if name == "silence" else 5.0
    if error is None:
        assert await fetched(server, timeout=timeout) == INVITATION.message
        return
    with pytest.raises(error):
        await fetched(server, timeout=timeout)


async def test_a_long_url_costs_no_request_and_a_short_one_none_to_a_private_address(server: Server) -> None:
    before = server.connections
    assert await fetch_invitation(URL) == INVITATION.message
    with pytest.raises(NotFoundError, match="refused address"):
        await fetched(server, allow=[])
    assert server.connections == before


def test_an_invitation_is_read_without_a_url() -> None:
    assert read_invitation(PLAINTEXT) == INVITATION.message


# QR codes

SHOWN: Any = operator.methodcaller("_repr_svg_")
"""What a notebook calls."""


def scanned(picture: Image.Image) -> str:
    """What a camera reads."""
    found: Any = zxingcpp.read_barcodes(picture.convert("L"))
    assert len(found) == 1
    text: str = found[0].text
    return text


def drawn(text: str) -> Image.Image:
    """The blocks of a terminal as a picture: white on black."""
    lines = text.split("\n")
    picture = Image.new("L", (len(lines[0]), 2 * len(lines)), 0)
    for y, line in enumerate(lines):
        for x, block in enumerate(line):
            if block in "█▀":
                picture.putpixel((x, 2 * y), 255)
            if block in "█▄":
                picture.putpixel((x, 2 * y + 1), 255)
    return picture.resize((picture.width * 4, picture.height * 4), Image.Resampling.NEAREST)


REAL = Invitation.to(
    sync.DIDCommMessaging().create_peer_did(service_endpoint="https://alice.example/didcomm"),
    "https://alice.example/",
)


@pytest.mark.parametrize("invitation", [INVITATION, REAL], ids=["short", "did:peer:2"])
def test_a_qr_code_is_read_again_from_each_form(invitation: Invitation, tmp_path: Path) -> None:
    code = invitation.qr()
    assert scanned(Image.open(io.BytesIO(code.png(tmp_path / "qr.png")))) == invitation.url
    assert scanned(Image.open(tmp_path / "qr.png")) == invitation.url
    text = code.text(width=200)
    assert text is not None
    assert scanned(drawn(text)) == invitation.url
    assert (code.text(width=80) is None) is (code.modules + 4 > 80)


def test_the_svg_is_shown_by_notebooks_and_is_well_formed() -> None:
    shown: str = SHOWN(INVITATION)
    assert shown == INVITATION.qr().svg()
    root = ET.fromstring(shown)  # noqa: S314, our own
    size = 4 * (INVITATION.qr().modules + 8)
    assert (root.get("width"), root.get("height")) == (str(size), str(size))


def test_a_text_that_does_not_fit_is_refused() -> None:
    assert QrCode("x" * 2_953).modules == 177
    with pytest.raises(ValueError, match="at most 2953 bytes, got 2954"):
        QrCode("x" * 2_954)
    long = Invitation.to(ALICE, "https://example.com/", goal="x" * 3_000)
    assert SHOWN(long) is None
    assert long.qr(long.short_url("1")).modules < 40
