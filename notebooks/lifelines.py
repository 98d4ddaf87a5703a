"""A picture of a talk between two agents: when each runs, and when each message leaves and arrives."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Final

WIDTH: Final = 760
ROW: Final = 30
TOP: Final = 46
INK: Final = "#1f2937"
RUNNING: Final = "#4338ca"
AWAY: Final = "#d1d5db"
LATE: Final = "#b45309"
_HALO: Final = 'stroke="#fff" stroke-width="5" paint-order="stroke"'


@dataclass
class Lifelines:
    """What happens to two agents, in order; a notebook shows it as an SVG.

    Attributes:
        left: The name of one agent.
        right: The name of the other.
    """

    left: str
    right: str
    _row: int = 0
    _begun: dict[str, int] = field(default_factory=dict[str, int])
    _bars: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    _said: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    _arrows: list[tuple[str, str, int, int]] = field(default_factory=list[tuple[str, str, int, int]])

    def starts(self, name: str) -> None:
        """An agent starts."""
        self._begun[name] = self._next()

    def stops(self, name: str) -> None:
        """An agent stops."""
        self._bars.append((name, self._begun.pop(name), self._next()))

    def says(self, name: str, text: str) -> None:
        """A message leaves."""
        self._said[text] = name, self._next()

    def hears(self, text: str) -> None:
        """A message arrives, in the same row where nothing happened between."""
        name, said = self._said.pop(text)
        self._arrows.append((name, text, said, said if said == self._row else self._next()))

    def _next(self) -> int:
        self._row += 1
        return self._row

    def _repr_svg_(self) -> str:
        places = {self.left: 110, self.right: WIDTH - 110}
        bottom = TOP + (self._row + 1) * ROW
        bars = [*self._bars, *((name, row, self._row + 1) for name, row in self._begun.items())]
        parts = [f'<rect width="{WIDTH}" height="{bottom + 10}" fill="#fff"/>']
        for name, x in places.items():
            parts.append(_text(x, 22, name, RUNNING))
            parts.append(_line(x, TOP, x, bottom, AWAY, 2))
        for name, first, last in bars:
            parts.append(_line(places[name], TOP + first * ROW, places[name], TOP + last * ROW, RUNNING, 8))
        for name, text, said, heard in self._arrows:
            other = self.right if name == self.left else self.left
            colour = INK if heard == said else LATE
            begin, end = TOP + said * ROW, TOP + heard * ROW
            side = 10 if places[name] < places[other] else -10
            parts.append(
                _line(places[name] + side, begin, places[other] - side, end, colour, 1.5, arrow=True)
            )
            parts.append(_text(WIDTH // 2, (begin + end) // 2 - 6, text, colour))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 10}" width="{WIDTH}" '
            'font-family="system-ui,sans-serif" font-size="13" role="img" aria-label="A talk of two agents">'
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
            f'orient="auto"><path d="M0 0L8 4L0 8z" fill="{INK}"/></marker></defs>{"".join(parts)}</svg>'
        )


def _line(x: int, y: int, x2: int, y2: int, colour: str, width: float, *, arrow: bool = False) -> str:  # noqa: PLR0913, PLR0917
    tip = ' marker-end="url(#tip)"' if arrow else ""
    return f'<line x1="{x}" y1="{y}" x2="{x2}" y2="{y2}" stroke="{colour}" stroke-width="{width}"{tip}/>'


def _text(x: int, y: int, text: str, colour: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle" fill="{colour}" {_HALO}>{escape(text)}</text>'
