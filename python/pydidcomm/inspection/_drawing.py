"""Draw envelopes: nested boxes for the layers, with their sizes in bytes to scale.

The texts of an envelope are untrusted: only `_text` and `_span` write them into the SVG, escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from pydidcomm._core import FromPrior
from pydidcomm._shown import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydidcomm._core import Message, UnpackResult
    from pydidcomm.inspection.views import EncryptedView, EnvelopeView, PlaintextView, SignedView

__all__ = ["envelope_picture", "unpacked_picture"]


_WIDTH: Final = 780
_MARGIN: Final = 16
_HEAD: Final = 44
_ROW: Final = 24
_GAP: Final = 8
_LABEL: Final = 126
_BAR: Final = 54
# a glyph of 13 px is 0.6 em wide in every common monospaced font
_GLYPH: Final = 7.8
# the average glyph of a proportional font of 12 px
_LETTER: Final = 6.4
# the most recipients, signatures or faults in a picture; the view has all
_MOST_ROWS: Final = 6

INK, FAINT = "#1f2937", "#64748b"
_SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif"
_MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
_PART_COLOURS: Final = {
    "protected": "#a5b4fc",
    "recipients": "#c7d2fe",
    "ciphertext": "#6ee7b7",
    "payload": "#6ee7b7",
    "signatures": "#fcd34d",
    "body": "#6ee7b7",
    "attachments": "#a7f3d0",
}
_REST_COLOUR: Final = "#cbd5e1"


class _Style(NamedTuple):
    """The colours and the icon of a kind of box."""

    colour: str
    tint: str
    icon: str


_LETTER_ICON: Final = "M1 3h14v10H1zM2.5 4.5v7h11v-7L8 9z"
_FRAME = _Style("#475569", "#f8fafc", _LETTER_ICON)
_LOCKED = _Style("#4338ca", "#eef2ff", "M4 8V6a4 4 0 0 1 8 0v2h1.5v8h-11V8zM6 8h4V6a2 2 0 0 0-4 0z")
_SIGNED = _Style("#b45309", "#fffbeb", "M2 13h12v1.5H2zM3 11l1-3.5L11 .8l2.7 2.7L7 10z")
_SHEET = _Style("#047857", "#ffffff", "M3 1h7l4 4v11H3zM4.5 2.5v12h8V6H9V2.5z")
_SEALED = _Style("#64748b", "url(#hatched-{})", _LOCKED.icon)
_FAULTY = _Style("#b91c1c", "#fef2f2", "M8 1l7.5 14H.5zM7.2 6v5h1.6V6zM7.2 12v1.6h1.6V12z")
_HATCHED: Final = (
    '<pattern id="hatched-{}" width="8" height="8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)">'
    '<rect width="8" height="8" fill="#f1f5f9"/><rect width="3" height="8" fill="#e2e8f0"/></pattern>'
)


class _Row(NamedTuple):
    """A label, its text and a remark."""

    label: str
    text: str
    remark: str = ""


class _Part(NamedTuple):
    """A part of the envelope with its length in bytes."""

    name: str
    octets: int
    colour: str


class _Box(NamedTuple):
    """A titled box: rows, then the boxes inside, then a bar of its parts."""

    style: _Style
    title: str
    remark: str = ""
    rows: Sequence[_Row] = ()
    inside: Sequence[_Box] = ()
    parts: Sequence[_Part] = ()

    @property
    def height(self) -> int:
        """The height of the box with its contents."""
        inside = sum(box.height + _MARGIN for box in self.inside)
        rows = len(self.rows) * _ROW + (_GAP if self.rows else 0)
        return _HEAD + rows + inside + (_BAR if self.parts else 0)


def envelope_picture(view: EnvelopeView, message: Message | None) -> str:
    """Draw the unverified headers of an envelope, and inside the message where it is known."""
    box: _Box | None = None if message is None else _message_box(message, "passed by you", with_body=True)
    for layer in reversed(view.layers):
        box = _layer_box(layer, box)
    boxes = [] if box is None else [box]
    if view.faults:
        rows = [_Row(fault.kind, f"{fault.part}: {fault.reason}") for fault in view.faults[:_MOST_ROWS]]
        more = len(view.faults) - len(rows)
        remark = f"and {more} more" if more else ""
        boxes.append(_Box(_FAULTY, "What unpack would refuse", remark, rows))
    parts = _parts(view.layers[0].parts, view.octets)
    frame = _Box(_FRAME, "Headers of the envelope", "claimed, nothing is proved", (), boxes, parts)
    return _svg(frame, "Headers of the envelope")


def unpacked_picture(result: UnpackResult) -> str:
    """Draw the layers of an unpacked message, and whether its sender is proved."""
    metadata = result.metadata
    proved = "its sender is proved" if metadata.authenticated else "its sender is not proved"
    box = _message_box(result.message, proved, with_body=False)
    if metadata.sign_alg is not None:
        rows = [_Row("alg", metadata.sign_alg.value), _Row("signer", metadata.sign_from or "")]
        box = _Box(_SIGNED, "Signature", "valid: proves the signer to third parties too", rows, [box])
    opened = [_Row("opened by", metadata.recipient_kid or "")]
    if metadata.enc_alg_auth is not None:
        rows = [
            _Row("enc", metadata.enc_alg_auth.value),
            _Row("sender", metadata.encrypted_from or ""),
            *opened,
        ]
        box = _Box(_LOCKED, "Authcrypt", "decrypted: proves the sender", rows, [box])
        opened = []
    if metadata.enc_alg_anon is not None:
        rows = [_Row("enc", metadata.enc_alg_anon.value), *opened]
        box = _Box(_LOCKED, "Anoncrypt", "decrypted: has no sender", rows, [box])
    frame = _Box(_FRAME, "Unpacked message", "verified, not only claimed", (), [box])
    return _svg(frame, "Unpacked message")


def _layer_box(layer: EncryptedView | SignedView | PlaintextView, inside: _Box | None) -> _Box:
    if layer.layer == "encrypted":
        sealed = _Box(_SEALED, "Encrypted content", f"{layer.content_octets:,} B, for the recipients only")
        version = "DIDComm v1 " if layer.version == 1 else ""
        title = f"Encrypted {version}envelope (JWE)"
        says = {"authcrypt": "authcrypt: with a sender", "anoncrypt": "anoncrypt: without a sender"}
        return _Box(
            _LOCKED, title, says.get(layer.mode or "", ""), _encrypted_rows(layer), [inside or sealed]
        )
    if layer.layer == "signed":
        remark = "readable without a key, signature not verified"
        return _Box(_SIGNED, "Signed envelope (JWS)", remark, _signed_rows(layer), [inside] if inside else [])
    # the message of the caller replaces its headers
    return inside or _Box(
        _SHEET, "Plaintext message", "can be read and changed without a key", _plaintext_rows(layer)
    )


def _encrypted_rows(layer: EncryptedView) -> list[_Row]:
    agreement = f"on {layer.epk_curve}" if layer.epk_curve else ""
    binds = {True: "binds the kids below", False: "does not bind the kids below", None: ""}
    rows = [
        _Row("typ", layer.typ or ""),
        _Row("alg", layer.alg or "", agreement or "key agreement"),
        _Row("enc", layer.enc or "", "content encryption"),
        _Row("skid", layer.claimed_skid or layer.claimed_apu or ""),
        _Row("apv", layer.apv or "", binds[layer.apv_binds_kids]),
    ]
    return [
        *_skip_absent(rows),
        *_list_rows("recipient kid", layer.claimed_recipient_kids, layer.recipient_count),
    ]


def _signed_rows(layer: SignedView) -> list[_Row]:
    shown_first = layer.signatures[:_MOST_ROWS]
    rows: list[_Row] = []
    for signature in shown_first:
        kid = signature.claimed_kid or ""
        rows += _skip_absent(
            [_Row("typ", signature.typ or ""), _Row("alg", signature.alg or ""), _Row("signer kid", kid)]
        )
    return [*rows, *_list_rows("", (), layer.signature_count - len(shown_first))]


def _plaintext_rows(layer: PlaintextView) -> list[_Row]:
    times = [("created_time", layer.created_time), ("expires_time", layer.expires_time)]
    rows = [
        _Row("typ", layer.typ or ""),
        _Row("type", layer.type or ""),
        _Row("id", layer.id or ""),
        _Row("thid", layer.thid or ""),
        _Row("pthid", layer.pthid or ""),
        _Row("from", layer.claimed_from or ""),
        *(_Row("to", did) for did in (layer.claimed_to or ())[:_MOST_ROWS]),
        *(_Row(name, str(seconds)) for name, seconds in times if seconds is not None),
        _Row("from_prior", "announces a rotation" if layer.has_from_prior else ""),
        _Row("body", f"{layer.content_octets:,} B" if layer.content_octets else ""),
        _Row("attachments", str(layer.attachments) if layer.attachments else ""),
    ]
    return _skip_absent(rows)


def _message_box(message: Message, remark: str, *, with_body: bool) -> _Box:
    rows = [
        _Row("type", message.type),
        _Row("id", message.id),
        _Row("thid", message.thid or ""),
        _Row("pthid", message.pthid or ""),
        _Row("from", message.frm or ""),
        *(_Row("to", did) for did in (message.to or ())[:_MOST_ROWS]),
    ]
    if isinstance(message.from_prior, FromPrior):
        prior = message.from_prior
        rows += [
            _Row("from_prior iss", prior.iss),
            _Row("from_prior sub", prior.sub or "none: the relationship ends"),
        ]
    if with_body:
        rows.append(_Row("body", repr(message.body)))
    if message.attachments:
        rows.append(_Row("attachments", str(len(message.attachments))))
    return _Box(_SHEET, "Plaintext message", remark, _skip_absent(rows))


def _skip_absent(rows: Iterable[_Row]) -> list[_Row]:
    return [row for row in rows if row.text]


def _list_rows(label: str, names: Sequence[str], count: int) -> list[_Row]:
    """Return a row for each of the first names, and one with the number of the others."""
    rows = [_Row(label, name) for name in names[:_MOST_ROWS]]
    more = count - len(rows)
    return [*rows, _Row("", f"and {more:,} more")] if more > 0 else rows


def _parts(named: Mapping[str, int], octets: int) -> list[_Part]:
    parts = [_Part(name, named[name], colour) for name, colour in _PART_COLOURS.items() if name in named]
    rest = octets - sum(part.octets for part in parts)
    return [*parts, _Part("the rest", rest, _REST_COLOUR)]


def _svg(box: _Box, label: str) -> str:
    # ids must be unique in a page with several pictures
    unique = f"{crc32(repr(box).encode()):08x}"
    height = box.height + 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" aria-label="{label}"><defs>{_HATCHED.format(unique)}</defs>'
        f'<g font-family="{_SANS}">{"".join(_box(box, 1, 1, _WIDTH - 2, unique))}</g></svg>'
    )


def _box(box: _Box, x: int, y: int, width: int, unique: str) -> Iterator[str]:
    colour, tint, icon = box.style
    yield (
        f'<rect x="{x}" y="{y}" width="{width}" height="{box.height}" rx="10" fill="{tint.format(unique)}" '
        f'stroke="{colour}" stroke-width="1.5"/>'
        f'<path d="{icon}" transform="translate({x + _MARGIN} {y + 14})" fill="{colour}" '
        'fill-rule="evenodd"/>'
    )
    remark = _span(box.remark, f'font-size="12.5" font-weight="400" fill="{FAINT}"')
    title = f'fill="{colour}" font-size="15" font-weight="600"'
    yield _text(x + _MARGIN + 26, y + 28, box.title, title, remark)
    y += _HEAD
    for row in box.rows:
        yield from _row(row, x + _MARGIN, y + 15, width - 2 * _MARGIN)
        y += _ROW
    y += _GAP if box.rows else 0
    for inside in box.inside:
        yield from _box(inside, x + _MARGIN, y, width - 2 * _MARGIN, unique)
        y += inside.height + _MARGIN
    if box.parts:
        yield from _bar(box.parts, x + _MARGIN, y, width - 2 * _MARGIN, unique)


def _row(row: _Row, x: int, y: int, width: int) -> Iterator[str]:
    yield _text(x, y, row.label, f'fill="{FAINT}" font-size="12.5"')
    room = width - _LABEL - (14 + _LETTER * len(row.remark) if row.remark else 0)
    remark = _span(row.remark, f'font-family="{_SANS}" font-size="12" fill="{FAINT}"')
    style = f'fill="{INK}" font-family="{_MONO}" font-size="13"'
    yield _text(x + _LABEL, y, sanitize(row.text, int(room / _GLYPH)), style, remark)


def _bar(parts: Sequence[_Part], x: int, y: int, width: int, unique: str) -> Iterator[str]:
    """Draw the lengths of the parts to scale."""
    total = sum(part.octets for part in parts)
    yield f'<clipPath id="bar-{unique}"><rect x="{x}" y="{y}" width="{width}" height="12" rx="6"/></clipPath>'
    start = float(x)
    for part in parts:
        length = width * part.octets / total
        yield (
            f'<rect clip-path="url(#bar-{unique})" x="{start:.1f}" y="{y}" width="{length + 0.5:.1f}" '
            f'height="12" fill="{part.colour}"/>'
        )
        start += length
    key = float(x)
    for part in parts:
        label = f"{part.name} {part.octets:,} B"
        yield f'<circle cx="{key + 5:.1f}" cy="{y + 29}" r="5" fill="{part.colour}"/>'
        yield _text(key + 16, y + 33, label, f'fill="{INK}" font-size="12"')
        key += 16 + _LETTER * len(label) + 18
    style = f'fill="{INK}" font-size="12" font-weight="600" text-anchor="end"'
    yield _text(x + width, y + 33, f"{total:,} B", style)


def _text(x: float, y: float, text: str, style: str, after: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(sanitize(text, _WIDTH))}{after}</text>'


def _span(text: str, style: str) -> str:
    return f'<tspan dx="12" {style}>{escape(sanitize(text))}</tspan>' if text else ""
