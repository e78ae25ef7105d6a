"""The folded surface of the brain: sulci grow inwards from its hull, grey matter lines them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from ksyn.phantoms.fields import Path, Window, through
from ksyn.phantoms.shapes import Curve, area

_STEP = 0.4e-3  # between points of a sulcus [m]


@dataclass(frozen=True)
class Cortex:
    """Outlines of the brain's surface and of the white matter in it."""

    surface: list[Curve]
    white: list[Curve]
    sulci: list[Path]
    """The middle lines of the sulci, from the hull inwards [m]."""


class _Dice:
    """Random numbers of one person."""

    def __init__(self, rng: torch.Generator) -> None:
        self._rng = rng

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * float(torch.rand(1, generator=self._rng))

    def normal(self, n: int) -> np.ndarray:
        return torch.randn(n, generator=self._rng, dtype=torch.float64).numpy()


def fold(hull: Curve, rng: torch.Generator) -> Cortex:
    """Fold the cortex of one person.

    Args:
        hull: A smooth curve around the brain.
        rng: Decides where sulci run, how deep and how wide.
    """
    dice = _Dice(rng)
    ring = hull.numpy()
    sulci = [*_outer_sulci(ring, dice), *_sylvian(ring, dice), *_midline(ring, dice)]
    window = Window((-0.105, -0.09), (0.105, 0.09), 0.5e-3)
    lines = [line for line, _ in sulci]
    points = np.concatenate([_dense(ring), *lines])
    radii = np.concatenate([np.zeros(len(_dense(ring))), *[width for _, width in sulci]])
    depth = window.distance(points, radii)
    depth = np.where(_inside(window, hull), depth, -np.abs(depth))
    depth = window.smooth(depth, 0.45e-3)
    ripple = window.smooth(dice.normal(depth.size).reshape(depth.shape), 6e-3)
    ripple = 0.35e-3 * ripple / ripple.std()
    white = window.smooth(depth, 0.6e-3) - 2.7e-3 - ripple
    return Cortex(window.curves(depth), window.curves(white, smallest=6e-6), lines)


def _inside(window: Window, hull: Curve) -> np.ndarray:
    """Return where a grid lies inside a curve that is star-shaped about the origin."""
    ring = hull.numpy()
    order = np.argsort(np.arctan2(ring[:, 0], ring[:, 1]))
    angle, radius = np.arctan2(ring[:, 0], ring[:, 1])[order], np.hypot(*ring.T)[order]
    at = np.arctan2(window.y, window.x)
    return np.asarray(np.hypot(window.y, window.x) < np.interp(at, angle, radius, period=2 * np.pi))


def _dense(ring: np.ndarray) -> np.ndarray:
    """Return points on a closed curve no further apart than a step."""
    closed = np.concatenate([ring, ring[:1]])
    along = np.concatenate([[0], np.hypot(*np.diff(closed, axis=0).T).cumsum()])
    at = np.arange(0, along[-1], _STEP)
    return np.stack([np.interp(at, along, column) for column in closed.T], axis=1)


def _outer_sulci(ring: np.ndarray, dice: _Dice) -> list[tuple[Path, np.ndarray]]:
    """Return sulci all around the hull, deep and shallow ones in turn."""
    points = _dense(ring)
    inwards = _inward_normals(points, ring)
    found: list[tuple[Path, np.ndarray]] = []
    at, deep = dice.between(0, 6e-3), True
    length = len(points) * _STEP
    while at < length - 5e-3:
        index = int(at / _STEP) % len(points)
        start, direction = points[index], inwards[index]
        if abs(start[1]) > 7e-3 and not (abs(start[0]) < 12e-3):
            depth = dice.between(14e-3, 22e-3) if deep else dice.between(6e-3, 12e-3)
            found += _sulcus(start, direction, depth, dice)
        at, deep = at + dice.between(8.5e-3, 13.5e-3), not deep
    return found


def _inward_normals(points: np.ndarray, ring: np.ndarray) -> np.ndarray:
    along = np.roll(points, -3, axis=0) - np.roll(points, 3, axis=0)
    along /= np.hypot(*along.T)[:, None]
    sign = math.copysign(1.0, area([torch.from_numpy(ring)]))
    return -sign * np.stack([-along[:, 1], along[:, 0]], axis=1)


def _sulcus(
    start: np.ndarray, direction: np.ndarray, depth: float, dice: _Dice, branches: bool = True
) -> list[tuple[Path, np.ndarray]]:
    """Grow one sulcus that wanders inwards, with a side branch when it is deep."""
    n = max(int(depth / _STEP), 4)
    heading = math.atan2(direction[0], direction[1]) + dice.between(-0.45, 0.45)
    bend = dice.between(-0.5, 0.5) / 10e-3
    wander = np.cumsum(dice.normal(n)) * 0.035
    angle = heading + bend * _STEP * np.arange(n) + wander
    line = start + _STEP * np.cumsum(np.stack([np.sin(angle), np.cos(angle)], axis=1), axis=0)
    mouth = np.exp(-np.arange(n) * _STEP / 3e-3)
    width = dice.between(0.35e-3, 0.75e-3) * (1 + 0.9 * mouth)
    grown = [(line, width)]
    if branches and depth > 13e-3:
        at = int(n * dice.between(0.4, 0.75))
        side = 1 if dice.between(0, 1) < 0.5 else -1
        away = angle[at] + side * dice.between(0.7, 1.2)
        toward = np.array([math.sin(away), math.cos(away)])
        grown += _sulcus(line[at], toward, dice.between(4e-3, 8e-3), dice, branches=False)
    return grown


def _sylvian(ring: np.ndarray, dice: _Dice) -> list[tuple[Path, np.ndarray]]:
    """Return the lateral fissures with the insula at their end."""
    found = []
    for side in (-1, 1):
        edge = side * float(np.abs(ring[:, 1]).max())
        y, insula = dice.between(-8e-3, -2e-3), side * dice.between(37.5e-3, 40e-3)
        inward = through([(y - 3e-3, edge), (y, edge * 0.8), (y - 1e-3, insula)], 60)
        along = through(
            [
                (y - dice.between(12e-3, 16e-3), insula * 0.88),
                (y - 1e-3, insula),
                (y + dice.between(14e-3, 19e-3), insula * 1.04),
            ],
            90,
        )
        found += [(inward, np.full(60, 1.1e-3)), (along, np.full(90, 0.85e-3))]
        for end in (0.25, 0.7):
            start = along[int(90 * end)]
            out = np.array([dice.between(-0.5, 0.5), float(side)])
            found += _sulcus(start, out, dice.between(8e-3, 12e-3), dice, branches=False)
    return found


def _midline(ring: np.ndarray, dice: _Dice) -> list[tuple[Path, np.ndarray]]:
    """Return the fissure between the hemispheres, in front and behind, with its side sulci."""
    found: list[tuple[Path, np.ndarray]] = []
    for edge, end in ((ring[:, 0].min(), -36e-3), (ring[:, 0].max(), 37e-3)):
        sway = dice.between(-1e-3, 1e-3)
        line = through([(edge, 0), ((edge + end) / 2, sway), (end, 0)], 110)
        found.append((line, np.full(110, 0.75e-3)))
        for side in (-1, 1):
            for part in (0.3, 0.55, 0.85):
                at = line[int(110 * (part + dice.between(-0.08, 0.08)))]
                out = np.array([dice.between(-0.4, 0.4), float(side)])
                found += _sulcus(at, out, dice.between(6e-3, 12e-3), dice, branches=False)
    return found
