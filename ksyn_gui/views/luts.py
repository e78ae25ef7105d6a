"""Colour tables of 256 entries; each can be read with a colour-vision deficiency."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyqtgraph
from numpy.typing import NDArray

Lut = NDArray[np.uint8]
"""``entry 3``: red, green, blue."""

NAMES = ("grey", "cividis", "viridis", "signed", "phase")
"""Grey and two sequential tables; blue–black–orange about zero; a cyclic one."""

_FROM_PYQTGRAPH = {"cividis": "cividis", "viridis": "viridis", "phase": "CET-CBC1"}
_BLUE, _ORANGE = (120, 200, 255), (255, 176, 64)


@lru_cache(maxsize=64)
def lut(name: str, *, inverted: bool = False, gamma: float = 1.0) -> Lut:
    """Return a colour table, upside down or bent by an exponent if wanted."""
    table = _plain(name)
    if inverted:
        table = table[::-1]
    if gamma != 1.0:
        table = table[np.round(255 * np.linspace(0, 1, 256) ** gamma).astype(int)]
    table = np.ascontiguousarray(table)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=1)
def hue_wheel() -> Lut:
    """Return 256 hues of equal lightness in order of phase, for complex colour."""
    table = pyqtgraph.colormap.get("CET-C6").getLookupTable(nPts=256, alpha=False)
    bright = table.astype(np.float32)
    bright *= 255 / bright.max(axis=1, keepdims=True)
    wheel: Lut = bright.astype(np.uint8)
    return wheel


def _plain(name: str) -> Lut:
    if name == "grey":
        return np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    if name == "signed":
        return _signed()
    table: Lut = pyqtgraph.colormap.get(_FROM_PYQTGRAPH[name]).getLookupTable(nPts=256, alpha=False)
    return table.astype(np.uint8)


def _signed() -> Lut:
    """Blue below zero, black at zero, orange above."""
    position = np.linspace(-1, 1, 256)[:, None]
    below, above = np.maximum(-position, 0), np.maximum(position, 0)
    table = below * np.array(_BLUE) + above * np.array(_ORANGE)
    signed: Lut = np.round(table).astype(np.uint8)
    return signed
