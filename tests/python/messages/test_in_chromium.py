"""What notebooks show, in a real Chromium: QR codes, which are read again, and pictures of envelopes."""

from __future__ import annotations

import base64
import operator
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from pydidcomm import inspect, sync
from pydidcomm.invitations import Invitation
from support.chromium import found, photographed
from support.parties import hello

if TYPE_CHECKING:
    from pathlib import Path

    from pydidcomm import Packed

pytestmark = pytest.mark.slow

CARD = '<body style="margin: 0; background: {}">{}</body>'
TEXTS = """(() => {
    const outer = document.querySelector("svg").getBoundingClientRect();
    return {
        width: outer.width,
        texts: [...document.querySelectorAll("svg text")].map(text => {
            const box = text.getBoundingClientRect();
            return {
                text: text.textContent, left: box.left, right: box.right, top: box.top, bottom: box.bottom,
                inside: box.left >= outer.left && box.right <= outer.right
                    && box.top >= outer.top && box.bottom <= outer.bottom,
            };
        }),
    };
})()"""


def shown_by_a_notebook(value: Any) -> str:  # noqa: ANN401
    svg = operator.methodcaller("_repr_svg_")(value)
    assert isinstance(svg, str)
    return svg


def scanned(picture: Path) -> str:
    """What a scanner reads from the picture of the screen."""
    scanner = shutil.which("zbarimg")
    if scanner is None:
        pytest.skip("zbarimg is not installed (make system)")
    done = subprocess.run(  # noqa: S603, zbarimg
        [scanner, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.rstrip("\n")


def invitation() -> Invitation:
    did = sync.DIDCommMessaging().create_peer_did(service_endpoint="https://alice.example/didcomm/")
    return Invitation.to(did, "https://alice.example/invite", goal="To connect", goal_code="connect")


@pytest.mark.parametrize("background", ["white", "black"])
@pytest.mark.parametrize("form", ["notebook", "svg of a short url", "png"])
def test_the_code_of_an_invitation_is_read_from_the_screen(
    tmp_path: Path, form: str, background: str
) -> None:
    one = invitation()
    assert len(one.url) > 400
    text = one.short_url() if "short" in form else one.url
    if form == "notebook":
        shown = shown_by_a_notebook(one)
    elif form == "png":
        data = base64.b64encode(one.qr().png()).decode()
        shown = f'<img src="data:image/png;base64,{data}">'
    else:
        shown = one.qr(text).svg(scale=8)
    assert scanned(photographed(tmp_path, CARD.format(background, shown))) == text


def packed_forms() -> dict[str, Packed]:
    alice = sync.DIDCommMessaging()
    mediator = alice.create_peer_did(service_endpoint="https://mediator.example/")
    did, behind = alice.create_peer_did(), alice.create_peer_did(service_endpoint=mediator)
    several = alice.create_peer_did(agreement_curves=["X25519", "X25519", "X25519"])
    return {
        "authcrypt": alice.pack(hello(to=[did]), to=did, frm=did),
        "anoncrypt": alice.pack(hello(to=[did]), to=did),
        "signed within": alice.pack(hello(to=[did]), to=did, frm=did, sign_frm=did),
        "through a mediator": alice.pack(hello(to=[behind]), to=behind, frm=did),
        "several keys": alice.pack(hello(to=[several]), to=several, frm=did),
    }


@pytest.mark.parametrize(
    "form", ["authcrypt", "anoncrypt", "signed within", "through a mediator", "several keys"]
)
@pytest.mark.parametrize("of", ["packed", "inspected"])
def test_the_picture_of_an_envelope_shows_all_of_its_text(tmp_path: Path, form: str, of: str) -> None:
    packed = packed_forms()[form]
    svg = shown_by_a_notebook(packed if of == "packed" else inspect(packed.text))
    page = CARD.format("white", f'<div style="width: 900px">{svg}</div>')
    layout = found(tmp_path, page, TEXTS)
    assert layout["width"] <= 900
    assert len(layout["texts"]) > 1
    assert [one["text"] for one in layout["texts"] if not one["inside"]] == []
    assert overlapping(layout["texts"]) == []
    with Image.open(photographed(tmp_path, page)) as picture:
        colours = picture.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    # letters and lines, on a page that is mostly white
    assert len(colours) > 20
    assert max(colours)[1] == (255, 255, 255)


def overlapping(texts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The pairs of texts of which one covers more than a hair of the other."""
    hair = 2.0
    return [
        (one["text"], other["text"])
        for place, one in enumerate(texts)
        for other in texts[place + 1 :]
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > hair
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > hair
    ]
