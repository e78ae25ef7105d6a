"""The anatomy of a head in one axial slice, as closed curves of tissue.

Each region is painted over one other tissue; what it adds to the image is the difference. The
same list of regions is rasterised, or transformed to k-space in closed form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from ksyn.phantoms.cortex import Cortex, fold
from ksyn.phantoms.fields import Field, Window, through
from ksyn.phantoms.shapes import Curve, ellipse, inset, stroke


@dataclass(frozen=True)
class Region:
    """A tissue within closed curves, painted over another tissue."""

    curves: list[Curve]
    tissue: str
    beneath: str


def head(seed: int = 0) -> list[Region]:
    """Return the regions of one person, from the outside inwards; x to the person's left."""
    rng = torch.Generator().manual_seed(seed)
    outline = _outline(rng)
    layers, hull = _shells(outline, rng)
    cortex = fold(hull, rng)
    brain = [Region(cortex.surface, "grey", "csf"), Region(cortex.white, "white", "grey")]
    return [*layers, *brain, *_deep(rng), *_details(cortex, rng)]


def _uniform(rng: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand(1, generator=rng))


def _outline(rng: torch.Generator) -> Curve:
    """Return the skin: an egg, wider behind, with a few slow waves."""
    t = torch.linspace(0, 2 * math.pi, 513, dtype=torch.float64)[:-1]
    length, width = _uniform(rng, 0.092, 0.098), _uniform(rng, 0.074, 0.079)
    egg = _uniform(rng, 0.04, 0.09)
    waves = sum(
        _uniform(rng, 0.0, 0.006) * torch.cos(n * t + _uniform(rng, 0, 2 * math.pi))
        for n in (2, 3, 4, 5)
    )
    y, x = t.sin(), t.cos() * (1 + egg * t.sin())
    return torch.stack([length * y, width * x], dim=1) * (1 + waves)[:, None]


def _shells(outline: Curve, rng: torch.Generator) -> tuple[list[Region], Curve]:
    """Return scalp, skull and the fluid around the brain, and the hull of the brain."""
    t = torch.linspace(0, 2 * math.pi, len(outline) + 1, dtype=torch.float64)[:-1]

    def layer(curve: Curve, thickness: float, change: float) -> Curve:
        wave = torch.cos(2 * t + _uniform(rng, 0, 6.28)) + torch.cos(5 * t + _uniform(rng, 0, 6.28))
        return inset(curve, thickness * (1 + change / 2 * wave))

    skin = layer(outline, 1.6e-3, 0.1)
    fat = layer(skin, _uniform(rng, 2.6e-3, 4.2e-3), 0.25)
    outer = layer(fat, 2.0e-3, 0.15)
    diploe = layer(outer, _uniform(rng, 1.6e-3, 2.6e-3), 0.45)
    inner = layer(diploe, 1.7e-3, 0.1)
    hull = layer(inner, _uniform(rng, 1.2e-3, 2.2e-3), 0.4)
    names = ("air", "skin", "fat", "bone", "marrow", "bone", "csf")
    curves = (outline, skin, fat, outer, diploe, inner)
    layers = [Region([c], names[i + 1], names[i]) for i, c in enumerate(curves)]
    return layers, hull


def _deep(rng: torch.Generator) -> list[Region]:
    """Return ventricles and deep nuclei."""
    window = Window((-0.050, -0.040), (0.062, 0.040), 0.4e-3)
    size = _uniform(rng, 0.8, 1.5)
    fluid = np.maximum.reduce(
        [
            _horn(window, -1, size, rng),
            _horn(window, 1, size, rng),
            _atrium(window, -1, size, rng),
            _atrium(window, 1, size, rng),
            window.tube(through([(-7e-3, 0), (4e-3, 0), (19e-3, 0)]), _radii(0.9, 1.6, 1.2, size)),
        ]
    )
    regions = [Region(window.curves(window.smooth(fluid, 0.5e-3)), "csf", "white")]
    taken = fluid
    for tissue, knots, radii in _NUCLEI:
        field = np.maximum.reduce([_pair(window, side, knots, radii, rng) for side in (-1, 1)])
        field = np.minimum(field, -taken - 0.5e-3)
        regions.append(Region(window.curves(window.smooth(field, 0.5e-3)), tissue, "white"))
        taken = np.maximum(taken, field)
    return regions


# Middle lines (y, x) and radii of the right-hand nuclei [mm].
_NUCLEI = (
    ("caudate", ((-29, 13), (-22, 12.5), (-12, 12)), (4.0, 5.5, 3.0)),
    ("putamen", ((-21, 22), (-8, 25), (9, 27.5)), (3.6, 5.0, 2.2)),
    ("pallidum", ((-11, 17.5), (-1, 18.5), (6, 21)), (2.6, 4.0, 1.8)),
    ("thalamus", ((1, 7.5), (10, 9.5), (18, 12)), (5.0, 7.5, 5.5)),
)


def _radii(*values: float) -> np.ndarray:
    *radii, size = values
    return through([(1e-3 * r * size,) for r in radii])[:, 0]


def _pair(
    window: Window,
    side: int,
    knots: tuple[tuple[float, float], ...],
    radii: tuple[float, ...],
    rng: torch.Generator,
) -> Field:
    path = [
        (1e-3 * (y + _uniform(rng, -1, 1)), 1e-3 * side * (x + _uniform(rng, -0.7, 0.7)))
        for y, x in knots
    ]
    return window.tube(through(path), _radii(*radii, _uniform(rng, 0.93, 1.06)))


def _horn(window: Window, side: int, size: float, rng: torch.Generator) -> Field:
    knots = ((-9, 2.2), (-22, 4.4 + size), (-33, 9 + 2 * size))
    return _pair(window, side, knots, (1.2 * size, 2.3 * size, 1.5 * size), rng)


def _atrium(window: Window, side: int, size: float, rng: torch.Generator) -> Field:
    knots = ((24, 17), (33, 22), (43, 23), (54, 20))
    return _pair(window, side, knots, (1.8 * size, 3.2 * size, 2.6 * size, 1.0 * size), rng)


def _details(cortex: Cortex, rng: torch.Generator) -> list[Region]:
    """Return what a reconstruction is judged by: lesions and vessels."""
    lesions = []
    for _ in range(3 + int(_uniform(rng, 0, 5))):
        side = 1 if _uniform(rng, 0, 1) < 0.5 else -1
        centre = (_uniform(rng, -30e-3, 40e-3), side * _uniform(rng, 28e-3, 34e-3))
        axes = (_uniform(rng, 0.8e-3, 2.6e-3), _uniform(rng, 0.8e-3, 2.0e-3))
        lesions.append(Region([ellipse(centre, axes, _uniform(rng, 0, 3))], "lesion", "white"))
    return [*lesions, *_vessels(cortex, rng)]


def _vessels(cortex: Cortex, rng: torch.Generator) -> list[Region]:
    del cortex
    vessels = []
    for side in (-1, 1):
        for n in range(5):
            y = 1e-3 * (46 - 3.5 * n)
            path = through([(y, side * 28e-3), (y + 2e-3, side * 36e-3)])
            width = (0.4 + 0.25 * n) * 1e-3 * _uniform(rng, 0.9, 1.1)
            outline = stroke(torch.from_numpy(path), torch.full((len(path),), width).double())
            vessels.append(Region([outline], "blood", "white"))
    return vessels
