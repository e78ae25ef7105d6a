"""The folded surface of the brain: sulci grow inwards from its hull, grey matter lines them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from ksyn.phantoms.deep import Deep
from ksyn.phantoms.fields import Path, Window, evenly, through
from ksyn.phantoms.regions import Dice
from ksyn.phantoms.shapes import Curve, area

_STEP = 0.4e-3  # between points of a sulcus [m]
_GREY = 2.6e-3  # thickness of the grey matter [m]

Sulcus = tuple[Path, np.ndarray]
"""Its middle line from the hull inwards, and half its width along it [m]."""


@dataclass(frozen=True)
class Cortex:
    """Outlines of the brain's surface and of the white matter in it."""

    surface: list[Curve]
    white: list[Curve]
    sulci: list[Sulcus]
    """The sulci of the outer surface."""
    lateral: list[Path]
    """The fissures that lead to the insulae."""
    insulae: list[Path]
    fissures: list[Path]
    """The two parts of the fissure between the hemispheres."""
    sinuses: list[Path]
    """Corners of the triangles of fluid at its ends."""


def fold(hull: Curve, deep: Deep, dice: Dice) -> Cortex:
    """Fold the cortex of one person.

    Args:
        hull: A smooth curve around the brain.
        deep: What sulci keep clear of.
        dice: Decides where sulci run, how deep and how wide.
    """
    ring = evenly(hull.numpy(), _STEP)
    sulci = _outer_sulci(ring, dice)
    lateral, insulae, opercular = _sylvian(ring, dice)
    fissures, medial = _midline(ring, dice)
    sinuses = [_sinus_space(ring, end, dice) for end in (-1, 1)]
    fluid = [(ring, np.zeros(len(ring))), *sulci, *lateral, *insulae, *opercular, *fissures,
             *medial, *(_filled(corners) for corners in sinuses)]  # fmt: skip
    surface, white = _surfaces(hull, deep, fluid, dice)
    return Cortex(
        surface, white, sulci, _lines(lateral), _lines(insulae), _lines(fissures), sinuses
    )


def _lines(sulci: list[Sulcus]) -> list[Path]:
    return [line for line, _ in sulci]


def _surfaces(
    hull: Curve, deep: Deep, fluid: list[Sulcus], dice: Dice
) -> tuple[list[Curve], list[Curve]]:
    """Return the outlines of the brain and of its white matter, given what fluid fills."""
    window = Window((-0.102, -0.084), (0.102, 0.084), 0.5e-3)
    points = np.concatenate([line for line, _ in fluid])
    depth = window.distance(points, np.concatenate([width for _, width in fluid]))
    depth = np.where(_inside(window, hull), depth, -np.abs(depth))
    core = window.embed(deep.field, deep.window)
    depth = np.maximum(window.smooth(depth, 0.45e-3), core + 1.2e-3 + _GREY)
    ripple = window.smooth(dice.normal(*depth.shape), 5e-3)
    white = window.smooth(depth, 0.6e-3) - _GREY - 0.35e-3 * ripple / ripple.std()
    white = np.maximum(white, core + 1.2e-3)
    return window.curves(depth), window.curves(white, smallest=5e-6)


def _inside(window: Window, hull: Curve) -> np.ndarray:
    """Return where a grid lies inside a curve that is star-shaped about the origin."""
    y, x = hull.numpy().T
    order = np.argsort(np.arctan2(y, x))
    angle, radius = np.arctan2(y, x)[order], np.hypot(y, x)[order]
    at = np.arctan2(window.y, window.x)
    return np.asarray(np.hypot(window.y, window.x) < np.interp(at, angle, radius, period=2 * np.pi))


def _outer_sulci(ring: Path, dice: Dice) -> list[Sulcus]:
    """Return sulci all around the hull, deep and shallow ones in turn, none at the midline."""
    inwards = _inward_normals(ring)
    found: list[Sulcus] = []
    at, deep = dice.between(0, 6e-3), True
    while at < len(ring) * _STEP - 4e-3:
        index = int(at / _STEP) % len(ring)
        start = ring[index]
        if abs(start[1]) > 6.5e-3 and abs(start[0]) > 11e-3:
            depth = dice.between(14e-3, 25e-3) if deep else dice.between(6e-3, 11e-3)
            found += _sulcus(start, inwards[index], depth, dice)
        at, deep = at + dice.between(8.0e-3, 12.5e-3), not deep
    return found


def _inward_normals(ring: Path) -> np.ndarray:
    along = np.roll(ring, -3, axis=0) - np.roll(ring, 3, axis=0)
    along /= np.hypot(*along.T)[:, None]
    sign = math.copysign(1.0, area([torch.from_numpy(ring)]))
    return -sign * np.stack([-along[:, 1], along[:, 0]], axis=1)


def _sulcus(
    start: np.ndarray, direction: np.ndarray, depth: float, dice: Dice, branches: bool = True
) -> list[Sulcus]:
    """Grow one sulcus that wanders inwards, with side branches when it is deep."""
    n = max(int(depth / _STEP), 4)
    heading = math.atan2(direction[0], direction[1]) + dice.between(-0.4, 0.4)
    bend = dice.between(-0.5, 0.5) / 10e-3
    angle = heading + bend * _STEP * np.arange(n) + 0.04 * np.cumsum(dice.normal(n))
    line = start + _STEP * np.cumsum(np.stack([np.sin(angle), np.cos(angle)], axis=1), axis=0)
    mouth = np.exp(-np.arange(n) * _STEP / 3e-3)
    width = dice.between(0.4e-3, 0.75e-3) * (1 + 1.0 * mouth)
    grown = [(line, width)]
    if branches and depth > 13e-3:
        for part in (0.45, 0.75) if depth > 20e-3 else (0.6,):
            at = int(n * (part + dice.between(-0.1, 0.1)))
            away = angle[at] + dice.sign() * dice.between(0.7, 1.2)
            toward = np.array([math.sin(away), math.cos(away)])
            grown += _sulcus(line[at], toward, dice.between(4e-3, 8e-3), dice, branches=False)
    return grown


def _sylvian(ring: Path, dice: Dice) -> tuple[list[Sulcus], list[Sulcus], list[Sulcus]]:
    """Return the lateral fissures, the insulae at their ends, and the sulci that leave those."""
    lateral: list[Sulcus] = []
    insulae: list[Sulcus] = []
    opercular: list[Sulcus] = []
    for side in (-1, 1):
        edge = side * float(np.abs(ring[:, 1]).max())
        y, x = dice.between(-8e-3, -2e-3), side * dice.between(38.5e-3, 41e-3)
        inward = [(y - dice.between(1e-3, 6e-3), edge), (y + dice.between(-2e-3, 2e-3), edge * 0.8)]
        front, back = y - dice.between(13e-3, 17e-3), y + dice.between(15e-3, 20e-3)
        along = through([(front, x * 0.87), (y - 1e-3, x), (back, x * 1.05)], 90)
        lateral.append((through([*inward, (y - 1e-3, x)], 70), np.full(70, 1.2e-3)))
        insulae.append((along, np.full(90, 0.9e-3)))
        for end in (0.12, 0.3, 0.75, 0.93):
            out = np.array([dice.between(-0.6, 0.6), float(side)])
            start, depth = along[int(90 * end)], dice.between(6e-3, 11e-3)
            opercular += _sulcus(start, out, depth, dice, branches=False)
    return lateral, insulae, opercular


def _midline(ring: Path, dice: Dice) -> tuple[list[Sulcus], list[Sulcus]]:
    """Return the fissure between the hemispheres, in front and behind, and its side sulci."""
    fissures: list[Sulcus] = []
    medial: list[Sulcus] = []
    for edge, end in ((ring[:, 0].min(), -39e-3), (ring[:, 0].max(), 38e-3)):
        sway = dice.between(-1.2e-3, 1.2e-3)
        line = through([(edge, 0), ((edge + end) / 2, sway), (end, 0)], 110)
        fissures.append((line, np.full(110, 0.85e-3)))
        for side in (-1, 1):
            for part in (0.32, 0.58, 0.9):
                at = line[int(110 * (part + dice.between(-0.08, 0.08)))]
                out = np.array([dice.between(-0.5, 0.5), float(side)])
                medial += _sulcus(at, out, dice.between(6e-3, 13e-3), dice, branches=False)
    return fissures, medial


def _sinus_space(ring: Path, end: int, dice: Dice) -> Path:
    """Return the corners of the triangle at the front (-1) or back (1) end of the fissure."""
    edge = end * float((end * ring[:, 0]).max())
    deep, wide = (6.5e-3, 5.0e-3) if end > 0 else (4.0e-3, 3.0e-3)
    deep, wide = deep * dice.between(0.9, 1.2), wide * dice.between(0.9, 1.2)
    return np.array([(edge - end * deep, 0.0), (edge, wide), (edge, -wide)])


def _filled(corners: Path) -> Sulcus:
    """Return points that fill a triangle."""
    u, v = np.meshgrid(np.linspace(0, 1, 24), np.linspace(0, 1, 24))
    u, v = u[u + v <= 1][:, None], v[u + v <= 1][:, None]
    points = corners[0] + u * (corners[1] - corners[0]) + v * (corners[2] - corners[0])
    return points, np.full(len(points), 0.5e-3)
