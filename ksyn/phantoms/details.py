"""What a reconstruction is judged by: small lesions, thin vessels, thin sheets of tissue."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt

from ksyn.phantoms.cortex import Cortex
from ksyn.phantoms.fields import Path
from ksyn.phantoms.regions import Dice, Region
from ksyn.phantoms.shapes import Curve, coverage, ellipse, stroke

_GRID = (300, 300)
_SIDE = 0.21  # of the square on which free places are looked for [m]
_WIDTHS = (1.3e-3, 1.0e-3, 0.8e-3, 0.65e-3, 0.5e-3)
"""Of the vessels in a resolution group [m]; the gaps are as wide."""


def details(cortex: Cortex, deep: list[Region], dice: Dice) -> list[Region]:
    """Return the details of one person, each where there is room for it."""
    thin = [Region([sheet], "grey", "white") for sheet in _claustra(cortex, Room(deep, cortex))]
    room = Room([*deep, *thin], cortex)
    groups = [group for side in (-1, 1) for group in _resolution_group(room, side, dice)]
    lesions = [part for _ in range(4 + dice.index(6)) for part in _lesion(room, dice)]
    return [*thin, *groups, *lesions, *_falx(cortex), *_vessels_in_fluid(cortex, dice)]


class Room:
    """The white matter that is still free."""

    def __init__(self, regions: list[Region], cortex: Cortex) -> None:
        free = coverage(cortex.white, _GRID, _SIDE)
        for region in regions:
            if region.beneath == "white":
                free = free - coverage(region.curves, _GRID, _SIDE)
        self._free = free.numpy() > 0.98

    def distance(self) -> np.ndarray:
        """Return the distance from each free place to what is not free [m]."""
        distance: np.ndarray = distance_transform_edt(self._free)
        return distance * (_SIDE / _GRID[0])

    def at(self, line: Path) -> np.ndarray:
        """Return the distance from each point of a line to what is not free [m]."""
        row, column = np.rint(line / (_SIDE / _GRID[0])).astype(int).T + _GRID[0] // 2
        return np.asarray(self.distance()[row, column])

    def take(self, centre: tuple[float, float], radius: float) -> None:
        """Mark a disc as no longer free."""
        y, x = _places()
        self._free = self._free & (np.hypot(y - centre[0], x - centre[1]) > radius)


def _places() -> tuple[np.ndarray, np.ndarray]:
    at = (np.arange(_GRID[0]) - _GRID[0] // 2) * (_SIDE / _GRID[0])
    return at[:, None], at[None, :]


def _claustra(cortex: Cortex, room: Room) -> list[Curve]:
    """Return the thin grey sheets beside the insulae, as far as there is room."""
    sheets = []
    for insula in cortex.insulae:
        line = insula[8:-8:3] - np.array([0.0, math.copysign(5.6e-3, insula[0, 1])])
        line = _longest_run(line, room.at(line) > 0.9e-3)
        if len(line) > 8:
            width = 1.0e-3 * np.sin(np.linspace(0.25, math.pi - 0.25, len(line)))
            sheets.append(stroke(torch.from_numpy(line), torch.from_numpy(width)))
    return sheets


def _longest_run(line: Path, good: np.ndarray) -> Path:
    """Return the longest part of a line all of which is good."""
    ends = np.flatnonzero(~np.concatenate([[False], good, [False]]))
    longest = int(np.diff(ends).argmax())
    return line[ends[longest] : ends[longest + 1] - 1]


def _resolution_group(room: Room, side: int, dice: Dice) -> list[Region]:
    """Return parallel vessels, each thinner and nearer to the next, where there is most room."""
    distance = room.distance()
    y, x = _places()
    distance = np.where((side * x > 18e-3) & (y > 10e-3), distance, 0)
    row, column = np.unravel_index(int(distance.argmax()), distance.shape)
    centre, radius = (float(y[row, 0]), float(x[0, column])), float(distance.max()) - 0.3e-3
    room.take(centre, radius)
    turn = dice.between(-0.5, 0.5)
    across = (np.cumsum([0, *_WIDTHS[:-1]]) + np.cumsum(_WIDTHS)) - sum(_WIDTHS)
    vessels = []
    for at, width in zip(across, _WIDTHS, strict=True):
        half = math.sqrt(max(radius**2 - (abs(at) + width) ** 2, 0)) * dice.between(0.85, 1)
        if half > 1.5 * width:
            line = np.linspace(-half, half, 24)
            bow = 0.3e-3 * np.cos(line / half * math.pi / 2)
            path = np.stack([at + bow, line], axis=1) @ _rotation(turn) + centre
            taper = width * (1 - 0.25 * (np.linspace(0, 1, 24)))
            outline = stroke(torch.from_numpy(path), torch.from_numpy(taper))
            vessels.append(Region([outline], "blood", "white"))
    return vessels


def _rotation(angle: float) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    return np.array([[c, s], [-s, c]])


def _lesion(room: Room, dice: Dice) -> list[Region]:
    """Return a small lesion in the white matter; the larger ones have fluid in the middle."""
    radius = dice.between(0.7e-3, 1.5e-3) * dice.between(1.0, 2.0)
    rows, columns = np.nonzero(room.distance() > 1.35 * radius + 0.6e-3)
    if len(rows) == 0:
        return []
    at = dice.index(len(rows))
    y, x = _places()
    centre = (float(y[rows[at], 0]), float(x[0, columns[at]]))
    room.take(centre, 1.35 * radius + 0.6e-3)
    lesion = Region([_blob(centre, radius, dice)], "lesion", "white")
    if radius < 2e-3:
        return [lesion]
    return [lesion, Region([_blob(centre, 0.4 * radius, dice)], "csf", "lesion")]


def _blob(centre: tuple[float, float], radius: float, dice: Dice) -> Curve:
    """Return a round shape with a wavy edge, at most 1.35 times its radius wide."""
    t = torch.linspace(0, 2 * math.pi, 49, dtype=torch.float64)[:-1]
    edge = torch.ones_like(t)
    for n, share in ((2, 0.18), (3, 0.12), (5, 0.05)):
        edge = edge + share * torch.cos(n * t + dice.between(0, 2 * math.pi))
    return radius * edge[:, None] * torch.stack([t.sin(), t.cos()], dim=1) + torch.tensor(centre)


def _falx(cortex: Cortex) -> list[Region]:
    """Return the sheet of dura in the fissure between the hemispheres."""
    sheets = []
    for line in cortex.fissures:
        path = torch.from_numpy(line[10:-14:4])
        width = torch.full((len(path),), 0.55e-3, dtype=torch.float64)
        sheets.append(Region([stroke(path, width)], "dura", "csf"))
    return sheets


def _vessels_in_fluid(cortex: Cortex, dice: Dice) -> list[Region]:
    """Return the sinus behind, and vessels cut across in sulci, lateral fissures and midline."""
    found = [Region([_sinus(place)], "blood", "csf") for place in cortex.sinuses]
    for line, width in cortex.sulci:
        at = min(4 + dice.index(4), len(line) - 1)
        if dice.between(0, 1) < 0.55 and width[at] > 0.6e-3:
            found.append(_cut_across(line, at, 0.55 * float(width[at])))
    for line in cortex.lateral:
        found += [_cut_across(line, at, dice.between(0.5e-3, 0.75e-3)) for at in (22, 34, 47)]
    return found


def _cut_across(line: Path, at: int, radius: float) -> Region:
    centre = (float(line[at, 0]), float(line[at, 1]))
    return Region([ellipse(centre, (radius, radius), vertices=20)], "blood", "csf")


def _sinus(triangle: Path) -> Curve:
    """Return a triangle with round corners a little smaller than the space it lies in."""
    middle = triangle.mean(axis=0)
    corners = np.concatenate([triangle, triangle[:1]])
    edge = np.concatenate([np.linspace(a, b, 12, endpoint=False)
                           for a, b in pairwise(corners)])  # fmt: skip
    reach = np.hypot(*(edge - middle).T)[:, None]
    rounder = middle + (edge - middle) * (0.6 + 0.25 * reach.min() / reach)
    return torch.from_numpy(rounder)
