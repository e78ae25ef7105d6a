"""A beating heart in a chest: the simplest series whose motion is known."""

from __future__ import annotations

import math

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.phantoms.coils import FIELD_OF_VIEW, grid, phase
from ksyn.phantoms.shapes import Curve, coverage, ellipse

_Part = tuple[Curve, float]
"""A shape and how bright it is."""


def beating_heart(
    matrix: tuple[int, int],
    n_frames: int,
    *,
    ejection: float = 0.6,
    breathing: float = 0.0,
    seed: int = 0,
    smooth_phase: bool = True,
) -> Complex[Tensor, "frame y x"]:
    """Return one heartbeat in short-axis view, evenly sampled in time; blood is 1.

    Args:
        matrix: Pixels along y and x of a square field of view.
        n_frames: Frames of one beat.
        ejection: Part of the left ventricle's area that a beat drives out.
        breathing: How far the heart moves down and back meanwhile [m].
        seed: Which person.
        smooth_phase: With the slow phase of a real image.
    """
    rng = torch.Generator().manual_seed(seed)
    sizes = (1 + 0.05 * torch.randn(6, generator=rng).clamp(-2, 2)).tolist()
    chest = _paint(torch.zeros(matrix), _chest(sizes[:3]))
    times = [frame / n_frames for frame in range(n_frames)]
    frames = [_paint(chest, _heart(sizes[3:], t, ejection, breathing)) for t in times]
    angle = phase(*grid(matrix), seed) if smooth_phase else torch.zeros(matrix)
    return torch.polar(torch.stack(frames), angle.expand(n_frames, *matrix))


def contraction(time: float) -> float:
    """Return how far the heart has contracted at a part of the beat, 0 to 1.

    It contracts during the first 35 %, then fills: quickly at first.
    """
    if time < 0.35:
        return 0.5 - 0.5 * math.cos(math.pi * time / 0.35)
    rest = (time - 0.35) / 0.65
    return float((0.5 + 0.5 * math.cos(math.pi * rest)) ** 1.6)


def _paint(image: Tensor, parts: list[_Part]) -> Tensor:
    """Return an image with shapes painted over it, one after the other."""
    ny, nx = image.shape
    for curve, brightness in parts:
        part = coverage([curve], (ny, nx), FIELD_OF_VIEW)
        image = image + part * (brightness - image)
    return image


def _chest(sizes: list[float]) -> list[_Part]:
    """Return what does not move, from the skin inwards."""
    wide, deep = 0.106 * sizes[0], 0.084 * sizes[1]
    lungs = [
        (ellipse((-0.004, side * 0.055 * sizes[0]), (0.058, 0.036 * sizes[2]), 0.12 * side), 0.06)
        for side in (-1, 1)
    ]
    ribs = [_rib(math.pi * (n + 0.5) / 7, deep, wide) for n in range(14)]
    spine = [
        (ellipse((0.054, 0), (0.013, 0.016)), 0.52),
        (ellipse((0.071, 0), (0.005, 0.006)), 0.85),
    ]
    aorta = (ellipse((0.036, 0.020), (0.010, 0.010)), 0.97)
    skin = (ellipse((0, 0), (deep, wide)), 0.78)
    muscle = (ellipse((0, 0), (deep - 0.008, wide - 0.008)), 0.34)
    return [skin, muscle, *ribs, *lungs, *spine, aorta]


def _rib(angle: float, deep: float, wide: float) -> _Part:
    centre = ((deep - 0.012) * math.sin(angle), (wide - 0.012) * math.cos(angle))
    return ellipse(centre, (0.005, 0.0025), -angle), 0.12


def _heart(sizes: list[float], time: float, ejection: float, breathing: float) -> list[_Part]:
    """Return the ventricles; the wall keeps its area while the cavity shrinks."""
    squeezed = contraction(time)
    y, x = -0.018 + breathing * math.sin(math.pi * time) ** 2, 0.022
    relaxed = 0.023 * sizes[0]
    cavity = relaxed * math.sqrt(1 - ejection * squeezed)
    wall = math.sqrt((relaxed + 0.009 * sizes[1]) ** 2 - relaxed**2 + cavity**2)
    right = 0.021 * sizes[2] * (1 - 0.2 * squeezed)
    beside = (y - 0.008, x - wall - 0.2 * right)
    fat = ellipse((y - 0.002, x - 0.008), (0.041, 0.052), 0.3)
    return [
        (fat, 0.62),
        (ellipse(beside, (1.55 * right, 1.05 * right), 0.35), 0.36),
        (ellipse(beside, (1.4 * right, 0.9 * right), 0.35), 0.95),
        (ellipse((y, x), (wall, wall)), 0.38),
        (ellipse((y, x), (cavity, cavity)), 1.0),
        *(_papillary(y, x, cavity, angle) for angle in (0.7, 2.6)),
    ]


def _papillary(y: float, x: float, cavity: float, angle: float) -> _Part:
    centre = (y + 0.55 * cavity * math.sin(angle), x + 0.55 * cavity * math.cos(angle))
    return ellipse(centre, (0.0028, 0.0036), angle), 0.42
