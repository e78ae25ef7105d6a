"""Window and level: the presets of the number keys, and the arithmetic of dragging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]

PIXELS_A_SPAN = 300.0
"""Mouse pixels that change window or level by the whole span of the data."""


@dataclass(frozen=True)
class Levels:
    """Which values are black and which are white."""

    low: float
    high: float
    gamma: float = 1.0
    """Exponent of the grey curve; below 1 lifts low signal."""

    @property
    def window(self) -> float:
        """Distance from black to white."""
        return self.high - self.low

    @property
    def level(self) -> float:
        """The value in the middle."""
        return (self.low + self.high) / 2

    @property
    def about_zero(self) -> Levels:
        """The same, with zero in the middle."""
        end = max(abs(self.low), abs(self.high))
        return Levels(-end, end)

    def dragged(self, right: float, down: float, span: float) -> Levels:
        """Return the levels after a drag of so many pixels: right widens, down darkens."""
        window = self.window + right * span / PIXELS_A_SPAN
        level = self.level + down * span / PIXELS_A_SPAN
        window = max(window, span * 1e-3)
        return Levels(level - window / 2, level + window / 2, self.gamma)


@dataclass(frozen=True)
class Preset:
    """What one number key does."""

    key: int
    title: str
    rule: Callable[[Values], Levels] | None
    """None: the levels come from the file (1) or from the user (9)."""


def sampled(values: Values, limit: int = 16384) -> Values:
    """Return at most about `limit` of the values, evenly spread, for percentiles."""
    step = max(1, int(np.ceil(np.sqrt(values.size / limit))))
    return values[::step, ::step] if values.ndim == 2 else values.ravel()[:: step * step]


def span_of(values: Values) -> float:
    """Return the distance between the 0.1 and the 99.9 percentile, never 0."""
    return between(0.1, 99.9)(values).window


def between(low: float, high: float, gamma: float = 1.0) -> Callable[[Values], Levels]:
    """Return the rule that puts black and white at two percentiles."""

    def rule(values: Values) -> Levels:
        if values.size == 0:
            return Levels(0.0, 1.0, gamma)
        bottom, top = np.percentile(sampled(values), (low, high))
        return _apart(float(bottom), float(top), gamma)

    return rule


def full(values: Values) -> Levels:
    """Put black at the smallest value and white at the largest."""
    if values.size == 0:
        return Levels(0.0, 1.0)
    return _apart(float(values.min()), float(values.max()))


def symmetric(values: Values) -> Levels:
    """Put zero in the middle, and the ends at the 99th percentile of the magnitude."""
    if values.size == 0:
        return Levels(-1.0, 1.0)
    end = float(np.percentile(np.abs(sampled(values)), 99))
    end = end or float(np.abs(values).max()) or 1.0
    return Levels(-end, end)


PRESETS: tuple[Preset, ...] = (
    Preset(0, "Automatic (0.1–99.9 %)", between(0.1, 99.9)),
    Preset(1, "From the file", None),
    Preset(2, "2–98 %", between(2, 98)),
    Preset(3, "1–99 %", between(1, 99)),
    Preset(4, "5–95 %", between(5, 95)),
    Preset(5, "Full range", full),
    Preset(6, "High contrast (10–90 %)", between(10, 90)),
    Preset(7, "Low signal (γ 0.5)", between(0.1, 99.9, gamma=0.5)),
    Preset(8, "Symmetric about zero (99 %)", symmetric),
    Preset(9, "My own", None),
)


def preset_levels(
    key: int,
    values: Values,
    *,
    from_file: Levels | None = None,
    my_own: Levels | None = None,
) -> Levels:
    """Return what a number key sets; automatic where the file or the user has said nothing."""
    rule = PRESETS[key].rule
    if rule is not None:
        return rule(values)
    kept = from_file if key == 1 else my_own
    return kept or between(0.1, 99.9)(values)


def _apart(low: float, high: float, gamma: float = 1.0) -> Levels:
    """Return levels that are never equal: a flat image is black, as in a written picture."""
    if high - low > 1e-7 * max(abs(low), abs(high), 1e-30):
        return Levels(low, high, gamma)
    room = max(abs(low), 1e-6) * 0.5
    return Levels(low, high + room, gamma)
