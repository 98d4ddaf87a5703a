"""A picture of a message on its way through mediators, to scale: what each party gets, and what it opens."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH: Final = 760
LABEL: Final = 24
PAD: Final = 8
GAP: Final = 26
INK: Final = "#1f2937"
COLOURS: Final = (
    ("#4338ca", "#eef2ff"),
    ("#b45309", "#fffbeb"),
    ("#047857", "#ecfdf5"),
    ("#be185d", "#fdf2f8"),
)
"""Of the box that each party opens, in the order of the way."""


@dataclass(frozen=True)
class Picture:
    """An SVG, which notebooks show."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def hops(sender: str, received: Sequence[tuple[str, str]]) -> Picture:
    """The way of a message: one row a hop, with an envelope in an envelope for each party that is to come.

    Args:
        sender: The name of the sender.
        received: The name of each party on the way with the text that it got, the recipient at the end.
    """
    names = [name for name, _ in received]
    sizes = [len(text.encode()) for _, text in received]
    scale = (WIDTH - 2 * PAD) / sizes[0]
    parts: list[str] = []
    top = PAD
    for place, (before, name) in enumerate(zip([sender, *names], names, strict=False)):
        parts.append(_text(PAD, top + 14, f"{before} → {name}", 14, INK))
        parts += _boxes(names, sizes, place, top + LABEL, scale)
        top += LABEL + (len(sizes) - place) * (LABEL + PAD) + GAP
    height = top - GAP + PAD
    return Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        'font-family="system-ui,sans-serif" role="img" aria-label="The hops of a message">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _boxes(names: Sequence[str], sizes: Sequence[int], place: int, top: int, scale: float) -> Iterator[str]:
    """The envelopes that are left at a hop, each in the one before."""
    for number in range(place, len(sizes)):
        depth = number - place
        ink, tint = COLOURS[number % len(COLOURS)]
        x, y = PAD + depth * PAD, top + depth * LABEL
        width, height = sizes[number] * scale, (len(sizes) - number) * (LABEL + PAD)
        yield (
            f'<rect x="{x}" y="{y}" width="{width:.0f}" height="{height}" rx="6" fill="{tint}" '
            f'stroke="{ink}"/>'
        )
        yield _text(x + PAD, y + 16, f"for {names[number]}: {sizes[number]:,} bytes", 12, ink)


def _text(x: float, y: float, text: str, size: int, colour: str) -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}">{escape(text)}</text>'
