"""A picture of an encrypted message: what everybody sees on the way, and what the recipient alone reads."""

from __future__ import annotations

import base64
import json
from html import escape
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zlib import crc32

from pydidcomm import FromPrior

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydidcomm import Message

WIDTH: Final = 760
MARGIN: Final = 20
ROW: Final = 26
LABEL: Final = 132
# So many glyphs of 13 px fit beside a label: one is 0.6 em wide in every common monospaced font.
OUTSIDE_GLYPHS: Final = 70
INSIDE_GLYPHS: Final = 64

INK, FAINT = "#1f2937", "#64748b"
OUTER, OUTER_TINT = "#4338ca", "#eef2ff"
INNER, INNER_TINT = "#047857", "#ffffff"
SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
PADLOCK = "M4 8V6a4 4 0 0 1 8 0v2h1.5v8h-11V8zM6 8h4V6a2 2 0 0 0-4 0z"
SHEET = "M3 1h7l4 4v11H3zM9.5 2v3.5H13"


class Row(NamedTuple):
    """A label, what stands beside it, and a word on it."""

    label: str
    text: str
    remark: str = ""


class Box(NamedTuple):
    """A rounded box with an icon and a title."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    tint: str
    icon: str
    title: str
    remark: str


class Part(NamedTuple):
    """A part of the envelope and its size on the wire."""

    name: str
    size: int
    colour: str


def picture(packed: str, message: Message) -> str:
    """The layers of a packed message as an SVG: the envelope around the plaintext."""
    envelope: dict[str, Any] = json.loads(packed)
    protected: dict[str, Any] = json.loads(_decoded(envelope["protected"]))
    outside, inside = list(_envelope_rows(protected, envelope)), list(_message_rows(message))
    parts = _parts(packed, envelope)
    kind = "authcrypt: proves its sender" if "skid" in protected else "anoncrypt: names no sender"
    content = ("Plaintext message", "for the recipient alone")

    top = 54
    inner_top = top + len(outside) * ROW + 14
    inner_height = 60 + len(inside) * ROW
    bar_top = inner_top + inner_height + 26
    height = bar_top + 62
    drawing = [
        _box(Box(1, 1, WIDTH - 2, height - 2, OUTER, OUTER_TINT, PADLOCK, "Encrypted envelope (JWE)", kind)),
        *_rows(MARGIN, top, outside),
        _box(Box(MARGIN, inner_top, WIDTH - 2 * MARGIN, inner_height, INNER, INNER_TINT, SHEET, *content)),
        *_rows(2 * MARGIN, inner_top + 50, inside),
        *_bar(bar_top, parts, f"bar-{crc32(packed.encode())}"),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="The layers of the message"><g font-family="{SANS}">'
        f"{''.join(drawing)}</g></svg>"
    )


def short(text: str, length: int = 44) -> str:
    """A long DID or kid with its middle left out, so that both ends can be told apart."""
    if len(text) <= length:
        return text
    tail = length // 3
    return f"{text[: length - tail - 1]}…{text[-tail:]}"


def _envelope_rows(protected: dict[str, Any], envelope: dict[str, Any]) -> Iterable[Row]:
    yield Row("typ", protected.get("typ", ""))
    yield Row("alg", protected["alg"], "how the two agree on a key")
    yield Row("enc", protected["enc"], "how the content is locked")
    if "skid" in protected:
        yield Row("skid", short(protected["skid"], OUTSIDE_GLYPHS))
    for recipient in envelope["recipients"]:
        yield Row("recipient kid", short(recipient["header"]["kid"], OUTSIDE_GLYPHS))


def _message_rows(message: Message) -> Iterable[Row]:
    headers = message.as_dict()
    for name in ("type", "id", "thid", "pthid", "from", "to"):
        value = headers.get(name)
        if value is not None:
            yield Row(name, short(value if isinstance(value, str) else ", ".join(value), INSIDE_GLYPHS))
    if isinstance(message.from_prior, FromPrior):
        yield Row("from_prior iss", short(message.from_prior.iss, INSIDE_GLYPHS))
        yield Row("from_prior sub", short(message.from_prior.sub or "nobody", INSIDE_GLYPHS))
    yield Row("body", short(json.dumps(message.body, ensure_ascii=False), INSIDE_GLYPHS))


def _parts(packed: str, envelope: dict[str, Any]) -> list[Part]:
    recipients = len(json.dumps(envelope["recipients"], separators=(",", ":")))
    protected, ciphertext = len(envelope["protected"]), len(envelope["ciphertext"])
    rest = len(packed) - recipients - protected - ciphertext
    return [
        Part("protected header", protected, "#a5b4fc"),
        Part("recipients", recipients, "#c7d2fe"),
        Part("ciphertext", ciphertext, "#6ee7b7"),
        Part("iv, tag, punctuation", rest, "#cbd5e1"),
    ]


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "==")


def _box(box: Box) -> str:
    x, y = box.x + MARGIN, box.y + 33
    remark = f'<tspan dx="12" font-size="13" font-weight="400" fill="{FAINT}">{escape(box.remark)}</tspan>'
    return (
        f'<rect x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="12" '
        f'fill="{box.tint}" stroke="{box.colour}" stroke-width="1.5"/>'
        f'<path d="{box.icon}" transform="translate({x} {y - 14})" fill="{box.colour}" fill-rule="evenodd"/>'
        f'<text x="{x + 26}" y="{y}" fill="{box.colour}" font-size="16" font-weight="600">'
        f"{escape(box.title)}{remark}</text>"
    )


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x}" y="{y}" {style}>{escape(text)}</text>'


def _rows(x: float, y: float, rows: Iterable[Row]) -> Iterable[str]:
    for number, row in enumerate(rows):
        baseline = y + number * ROW + 17
        yield _text(x, baseline, row.label, f'fill="{FAINT}" font-size="13"')
        remark = f'<tspan dx="12" font-family="{SANS}" fill="{FAINT}">{escape(row.remark)}</tspan>'
        yield (
            f'<text x="{x + LABEL}" y="{baseline}" fill="{INK}" font-family="{MONO}" font-size="13">'
            f"{escape(row.text)}{remark if row.remark else ''}</text>"
        )


def _bar(y: float, parts: list[Part], unique: str) -> Iterable[str]:
    """The envelope's bytes, to scale. A page with several pictures needs a unique id in each."""
    total = sum(part.size for part in parts)
    width = WIDTH - 2 * MARGIN
    x = float(MARGIN)
    whole = f'<rect x="{MARGIN}" y="{y}" width="{width}" height="12" rx="6"/>'
    yield f'<clipPath id="{unique}">{whole}</clipPath>'
    for part in parts:
        length = width * part.size / total
        yield (
            f'<rect clip-path="url(#{unique})" x="{x:.1f}" y="{y}" width="{length + 0.5:.1f}" height="12" '
            f'fill="{part.colour}"/>'
        )
        x += length
    x = MARGIN
    for part in parts:
        label = f"{part.name} {part.size:,} B"
        yield f'<circle cx="{x + 5}" cy="{y + 31}" r="5" fill="{part.colour}"/>'
        yield _text(x + 16, y + 35, label, f'fill="{INK}" font-size="12"')
        x += 16 + 6.6 * len(label) + 18
    style = f'fill="{INK}" font-size="12" font-weight="600" text-anchor="end"'
    yield _text(WIDTH - MARGIN, y + 35, f"{total:,} B", style)
