"""PSNR against acceleration as a picture (SVG): one curve a method, the spread as a band."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import mean, stdev

from ksyn.errors import OptionError
from ksyn.evaluation.rows import Row
from ksyn.textfile import write_whole

_WIDTH, _HEIGHT = 760, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 200, 40, 48
"""Margins [pixels]."""
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999")
"""Told apart with any colour vision. Source: Okabe and Ito, Color Universal Design (2008)."""


@dataclass(frozen=True)
class _Point:
    acceleration: float
    psnr: float
    spread: float


def save_sweep(rows: Sequence[Row], title: str, path: Path) -> None:
    """Write the curves of all methods, of the largest number of samples each.

    Raises:
        OptionError: There is nothing to draw.
        WriteError: The file cannot be written.
    """
    curves = _curves([row for row in rows if not row.refused])
    if not curves:
        raise OptionError(
            "There is no curve to draw: no method was measured.",
            hint="Measure some first, or leave out --chart.",
        )
    points = [point for curve in curves.values() for point in curve]
    axes = _Axes(
        0, max(point.acceleration for point in points) + 0.5,
        min(point.psnr - point.spread for point in points) - 1,
        max(point.psnr + point.spread for point in points) + 1,
    )  # fmt: skip
    parts = [*axes.frame(title)]
    for number, (name, curve) in enumerate(curves.items()):
        parts += axes.curve(name, curve, number)
    write_whole(path, "\n".join([_HEAD, *parts, "</svg>"]) + "\n")


_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
    'font-family="sans-serif" font-size="13">\n'
    '<rect width="100%" height="100%" fill="white"/>'
)


@dataclass(frozen=True)
class _Axes:
    """Where values lie in the picture."""

    left: float
    right: float
    bottom: float
    top: float

    def x(self, value: float) -> float:
        part = (value - self.left) / (self.right - self.left)
        return round(_LEFT + part * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        part = (value - self.bottom) / (self.top - self.bottom)
        return round(_HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM), 1)

    def frame(self, title: str) -> list[str]:
        """Return title, grid and labels."""
        parts = [_label(_LEFT, 24, title, weight="bold")]
        for psnr in range(5 * int(self.bottom // 5 + 1), int(self.top) + 1, 5):
            y = self.y(psnr)
            parts.append(_line(_LEFT, y, _WIDTH - _RIGHT, y, 'stroke="#ddd"'))
            parts.append(_label(_LEFT - 8, y + 4, str(psnr), anchor="end"))
        for acceleration in range(2, int(self.right) + 1, 2):
            place = self.x(acceleration)
            parts.append(_label(place, _HEIGHT - _BOTTOM + 18, str(acceleration), anchor="middle"))
        middle = (_LEFT + _WIDTH - _RIGHT) / 2
        parts.append(_label(middle, _HEIGHT - 10, "acceleration achieved", anchor="middle"))
        parts.append(_label(8, _TOP + 8, "PSNR [dB]"))
        return parts

    def curve(self, name: str, points: Sequence[_Point], number: int) -> list[str]:
        """Return band, curve and name of a method."""
        again, which = divmod(number, len(_COLOURS))
        colour = _COLOURS[which]
        stroke = f'stroke="{colour}" stroke-width="2"'
        stroke += ' stroke-dasharray="6 4"' if again else ""
        upper = [f"{self.x(p.acceleration)},{self.y(p.psnr + p.spread)}" for p in points]
        lower = [f"{self.x(p.acceleration)},{self.y(p.psnr - p.spread)}" for p in points[::-1]]
        line = " ".join(f"{self.x(p.acceleration)},{self.y(p.psnr)}" for p in points)
        row = _TOP + 18 * number + 8
        return [
            f'<polygon points="{" ".join(upper + lower)}" fill="{colour}" opacity="0.08"/>',
            f'<polyline points="{line}" fill="none" {stroke}/>',
            _line(_WIDTH - _RIGHT + 12, row, _WIDTH - _RIGHT + 32, row, stroke),
            _label(_WIDTH - _RIGHT + 38, row + 4, name),
        ]


def _curves(rows: Sequence[Row]) -> dict[str, list[_Point]]:
    most = {row.method: max(r.samples for r in rows if r.method == row.method) for row in rows}
    values: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.samples == most[row.method]:
            values[row.method][row.mask].append(row)
    return {
        name: sorted(map(_point, by_mask.values()), key=lambda point: point.acceleration)
        for name, by_mask in values.items()
    }


def _point(rows: Sequence[Row]) -> _Point:
    psnr = [row.psnr for row in rows]
    spread = stdev(psnr) if len(psnr) > 1 else 0.0
    return _Point(mean(row.acceleration for row in rows), mean(psnr), spread)


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {stroke}/>'


def _label(x: float, y: float, text: str, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>'
    )
