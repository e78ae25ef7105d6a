"""Closed curves: how they are made, how much of each pixel they cover, and their Fourier transform.

A curve is a polygon ``vertex yx`` [m] with the origin at the centre of the field of view, the
first axis pointing down. A shape may consist of several curves; a hole runs the other way round.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Complex, Float
from torch import Tensor

Curve = Float[Tensor, "_vertex yx"]  # _: lists hold curves of different lengths


def ellipse(
    centre: tuple[float, float], axes: tuple[float, float], angle: float = 0.0, vertices: int = 64
) -> Curve:
    """Return an ellipse.

    Args:
        centre: Its centre, ``y x`` [m].
        axes: Its half axes along y and x before it is turned [m].
        angle: Turn from y towards x [rad].
        vertices: Corners of the polygon; its area is that of the ellipse.
    """
    t = torch.linspace(0, 2 * math.pi, vertices + 1, dtype=torch.float64)[:-1]
    # The regular polygon inscribed in a circle is a little smaller than the circle.
    grow = math.sqrt(2 * math.pi / (vertices * math.sin(2 * math.pi / vertices)))
    y, x = grow * axes[0] * t.sin(), grow * axes[1] * t.cos()
    return turned(torch.stack([y, x], dim=1), angle) + torch.tensor(centre, dtype=torch.float64)


def turned(curve: Curve, angle: float) -> Curve:
    """Turn a curve about the origin, from y towards x [rad]."""
    c, s = math.cos(angle), math.sin(angle)
    y, x = curve.unbind(dim=1)
    return torch.stack([c * y - s * x, s * y + c * x], dim=1)


def stroke(path: Curve, width: Float[Tensor, " vertex"]) -> Curve:
    """Return the outline of a line drawn along a path with a pen of changing width [m]."""
    along = torch.gradient(path, dim=0)[0]
    across = normals(along) * (width / 2)[:, None]
    return torch.cat([path + across, (path - across).flip(0)])


def normals(along: Float[Tensor, "vertex yx"]) -> Float[Tensor, "vertex yx"]:
    """Return unit vectors at right angles to these."""
    length: Tensor = torch.linalg.vector_norm(along, dim=1, keepdim=True).clamp_min(1e-12)
    return torch.stack([-along[:, 1], along[:, 0]], dim=1) / length


def inset(curve: Curve, depth: Float[Tensor, " vertex"]) -> Curve:
    """Move each vertex of a smooth closed curve inwards [m]."""
    along = (curve.roll(-1, 0) - curve.roll(1, 0)) / 2
    sign = -math.copysign(1.0, area([curve]))
    return curve + sign * normals(along) * depth[:, None]


def area(curves: Sequence[Curve]) -> float:
    """Return the signed area the curves enclose [m²]; holes count negative."""
    return sum(float(_cross(curve, curve.roll(-1, 0)).sum()) / 2 for curve in curves)


def coverage(
    curves: Sequence[Curve],
    matrix: tuple[int, int],
    field_of_view: float,
    rows_per_pixel: int = 8,
) -> Float[Tensor, "y x"]:
    """Return which part of each pixel the curves cover, from 0 to 1.

    Exact along x, sampled along y by `rows_per_pixel` lines.
    """
    ny, nx = matrix
    start, end = _edges_in_pixels(curves, matrix, field_of_view)
    step = 1.0 / rows_per_pixel
    row, x, sign = _crossings(start, end, step, ny * rows_per_pixel)
    # Everything to the right of a crossing is inside (or no longer): a step in each line, spread
    # over the pixel it falls in, then summed along x.
    x = x.clip(0, nx)
    pixel = np.floor(x).astype(np.int64)
    part = pixel + 1 - x
    flat = (row // rows_per_pixel) * (nx + 2) + pixel
    steps = np.bincount(flat, sign * part, minlength=ny * (nx + 2))
    steps += np.bincount(flat + 1, sign * (1 - part), minlength=ny * (nx + 2))[: steps.size]
    inside = steps.reshape(ny, nx + 2).cumsum(axis=1)[:, :nx] * step
    return torch.from_numpy(inside * math.copysign(1.0, area(curves))).float()


def _edges_in_pixels(
    curves: Sequence[Curve], matrix: tuple[int, int], field_of_view: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return both ends of each edge in pixels; pixel j covers j to j + 1."""
    size = np.asarray(matrix, dtype=np.float64)
    offset = np.asarray([n // 2 + 0.5 for n in matrix])
    rings = [curve.numpy() * (size / field_of_view) + offset for curve in curves]
    return np.concatenate(rings), np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])


def _crossings(
    start: np.ndarray, end: np.ndarray, step: float, n_rows: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, x and direction of each crossing of an edge with a line y = (row + ½) step."""
    low = np.minimum(start[:, 0], end[:, 0]) / step - 0.5
    high = np.maximum(start[:, 0], end[:, 0]) / step - 0.5
    first = np.clip(np.ceil(low), 0, n_rows).astype(np.int64)
    count = np.clip(np.ceil(high), 0, n_rows).astype(np.int64) - first
    edge = np.repeat(np.arange(len(start)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    dy, dx = (end - start)[edge].T
    x = start[edge, 1] + ((row + 0.5) * step - start[edge, 0]) / dy * dx
    return row, x, -np.sign(dy)


def spectrum(
    curves: Sequence[Curve], ky: Float[Tensor, " ky"], kx: Float[Tensor, " kx"]
) -> Complex[Tensor, "ky kx"]:
    """Return the Fourier transform of the inside of the curves at ky and kx [1/m].

    Green's theorem makes it an integral along the edges, ∮ (k·n) exp(−2πi k·r) dl / (−2πi |k|²),
    taken by Gauss's rule on pieces short enough that the rule is exact to about 1e-6.
    """
    points, flow = _boundary_points(curves, float(torch.hypot(ky.abs().max(), kx.abs().max())))
    wave_y, wave_x = _waves(ky[:, None] * points[:, 0]), _waves(points[:, 1, None] * kx)
    flow = flow.to(torch.complex64)
    through = ky[:, None] * ((wave_y * flow[:, 0]) @ wave_x)
    through = through + kx * ((wave_y * flow[:, 1]) @ wave_x)
    square = ky[:, None] ** 2 + kx[None, :] ** 2
    values = through / (-2j * math.pi * square.clamp_min(1e-12))
    inside = torch.where(square < 1e-12, torch.tensor(area(curves)), values)
    return (inside * math.copysign(1.0, area(curves))).to(torch.complex64)


def _waves(turns: Float[Tensor, "a b"]) -> Complex[Tensor, "a b"]:
    """Return exp(−2πi turns); whole turns are dropped first, while precision is double."""
    angle = (-2 * math.pi * (turns - turns.round())).float()
    return torch.complex(angle.cos(), angle.sin())


def _boundary_points(
    curves: Sequence[Curve], k_max: float
) -> tuple[Float[Tensor, "point yx"], Float[Tensor, "point yx"]]:
    """Return Gauss points on the edges, and outward normal × length that each stands for."""
    edges = [(curve, curve.roll(-1, 0) - curve) for curve in curves]
    start = torch.cat([curve for curve, _ in edges]).double()
    along = torch.cat([step for _, step in edges]).double()
    pieces = (along.norm(dim=1) * k_max * 2).ceil().clamp_min(1).long()
    index = torch.arange(len(start)).repeat_interleave(pieces)
    piece = torch.arange(len(index)) - (pieces.cumsum(0) - pieces)[index]
    step = along[index] / pieces[index, None]
    begin = start[index] + piece[:, None] * step
    nodes, weights = np.polynomial.legendre.leggauss(4)
    t, w = torch.from_numpy((nodes + 1) / 2), torch.from_numpy(weights / 2)
    points = (begin[:, None] + t[:, None] * step[:, None]).reshape(-1, 2)
    # The outward normal of a curve that runs from x towards y (positive area) is (-dx, dy).
    outward = torch.stack([-step[:, 1], step[:, 0]], dim=1)
    return points, (outward[:, None] * w[:, None]).reshape(-1, 2)


def _cross(a: Curve, b: Curve) -> Tensor:
    return a[:, 1] * b[:, 0] - a[:, 0] * b[:, 1]
