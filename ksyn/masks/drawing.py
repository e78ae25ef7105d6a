"""Masks drawn by hand: each touch returns a new mask, and what it changed (to undo it)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from ksyn.data import Mask

Point = tuple[float, float]
"""A place on the grid, (ky, kx), in samples; samples lie at whole numbers."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A mask after one touch of the pen."""

    mask: Mask
    changed: Int[Tensor, " n"]
    """Flat indices into ``frame 1 ky kx`` that are different now."""


def set_columns(mask: Mask, first: int, last: int, *, measured: bool = True) -> Drawn:
    """Measure (or erase) the whole columns from first to last, in either order."""
    low, high = sorted((first, last))
    touched = torch.zeros(mask.matrix, dtype=torch.bool)
    touched[:, max(low, 0) : max(high + 1, 0)] = True
    return _touch(mask, touched, 0, measured)


def set_rows(mask: Mask, first: int, last: int, *, measured: bool = True) -> Drawn:
    """Measure (or erase) the whole rows from first to last, in either order."""
    low, high = sorted((first, last))
    touched = torch.zeros(mask.matrix, dtype=torch.bool)
    touched[max(low, 0) : max(high + 1, 0)] = True
    return _touch(mask, touched, 0, measured)


def set_disc(mask: Mask, centre: Point, radius: float, *, measured: bool = True) -> Drawn:
    """Measure (or erase) a disc; radius 0 is the one sample nearest the centre."""
    return set_stroke(mask, centre, centre, radius, measured=measured)


def set_stroke(
    mask: Mask, start: Point, end: Point, radius: float, *, measured: bool = True
) -> Drawn:
    """Measure (or erase) all samples a disc passes over on the straight way between two places.

    However thin, the stroke has no gaps: each sample touches the next at a side or a corner.
    """
    top, bottom = _reach(start[0], end[0], radius, mask.matrix[0])
    left, right = _reach(start[1], end[1], radius, mask.matrix[1])
    near = _near(start, end, radius, (top, bottom), (left, right))
    window = torch.zeros(max(bottom - top, 0), mask.matrix[1], dtype=torch.bool)
    window[:, left : max(right, left)] = near
    return _touch(mask, window, top, measured)


def undo(mask: Mask, changed: Int[Tensor, " n"]) -> Mask:
    """Return the mask with these samples turned over: what it was before (or after) a touch."""
    samples = mask.samples.clone()
    flat = samples.view(-1)
    flat[changed] = ~flat[changed]
    return Mask(samples)


def _touch(mask: Mask, touched: Bool[Tensor, "row kx"], top: int, measured: bool) -> Drawn:
    """Return the mask after some rows, the first of which is `top`, have been touched."""
    rows = mask.samples[:, :, top : top + touched.shape[0]]
    different = touched.to(rows.device) & (rows != measured)
    frame, _, row, column = different.nonzero(as_tuple=True)
    n_ky, n_kx = mask.matrix
    changed = (frame * n_ky + row + top) * n_kx + column
    samples = mask.samples.clone()
    samples.view(-1)[changed] = measured
    return Drawn(Mask(samples), changed)


def _reach(start: float, end: float, radius: float, n: int) -> tuple[int, int]:
    """Return the range of indices a stroke may touch, within 0 … n."""
    low, high = sorted((start, end))
    return max(math.floor(low - radius), 0), min(math.ceil(high + radius) + 1, n)


def _near(
    start: Point, end: Point, radius: float, rows: tuple[int, int], columns: tuple[int, int]
) -> Bool[Tensor, "row column"]:
    """Return which samples lie within a radius of the way from start to end."""
    y = torch.arange(*rows)[:, None] - start[0] if rows[1] > rows[0] else torch.zeros(0, 1)
    x = torch.arange(*columns)[None] - start[1] if columns[1] > columns[0] else torch.zeros(1, 0)
    dy, dx = end[0] - start[0], end[1] - start[1]
    length = dy * dy + dx * dx
    part = ((y * dy + x * dx) / length).clamp(0, 1) if length > 1e-12 else torch.zeros(1, 1)
    away_y, away_x = (y - part * dy).abs(), (x - part * dx).abs()
    # A thin pen is a square of one sample: a disc of radius ½ would slip between samples.
    if radius <= 0.5:
        return torch.maximum(away_y, away_x) <= 0.5
    return away_y.square() + away_x.square() <= radius * radius
