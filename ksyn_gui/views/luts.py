"""Colour tables of 256 entries; each can be read with a colour-vision deficiency."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Lut = NDArray[np.uint8]
"""``entry 3``: red, green, blue."""

SIGNED = "signed"
"""Dark at zero, and another colour on either side."""
_ANCHORS = {
    "grey": ((0, 0, 0), (255, 255, 255)),
    # From dark to light through blue and yellow, which every kind of colour vision tells apart.
    "heat": ((0, 0, 0), (18, 52, 104), (84, 104, 128), (194, 164, 96), (255, 240, 168)),
    # Below, at and above zero.
    SIGNED: ((120, 200, 255), (0, 0, 0), (255, 176, 64)),
    # Round the circle and back: −π, −π/2, 0, π/2, π.
    "phase": ((24, 24, 28), (44, 116, 228), (240, 240, 240), (226, 158, 20), (24, 24, 28)),
}
NAMES = tuple(_ANCHORS)


@lru_cache(maxsize=64)
def lut(name: str, *, inverted: bool = False, gamma: float = 1.0) -> Lut:
    """Return a colour table, upside down or bent by an exponent if wanted."""
    anchors = np.array(_ANCHORS[name][:: -1 if inverted else 1], np.float64)
    places = np.linspace(0, 1, 256) ** gamma
    stops = np.linspace(0, 1, len(anchors))
    table = np.stack([np.interp(places, stops, part) for part in anchors.T], axis=-1)
    return _fixed(np.round(table).astype(np.uint8))


@lru_cache(maxsize=1)
def hue_wheel() -> Lut:
    """Return 256 bright hues in order of phase (−π first), for complex colour."""
    phase = np.arange(256)[:, None] * (2 * np.pi / 256) - np.pi
    waves = 0.5 + 0.5 * np.cos(phase - np.array([0, 2 * np.pi / 3, -2 * np.pi / 3]))
    return _fixed(np.round(255 * waves / waves.max(axis=1, keepdims=True)).astype(np.uint8))


def _fixed(table: Lut) -> Lut:
    """Return the table, protected: it is handed out more than once."""
    table.flags.writeable = False
    return table
