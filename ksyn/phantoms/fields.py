"""Organic shapes as fields on a fine grid: positive inside, the distance to the surface in [m]."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt, gaussian_filter
from skimage.measure import find_contours

from ksyn.phantoms.shapes import Curve

Field = np.ndarray
Path = np.ndarray
"""Points ``point yx`` [m]."""


class Window:
    """A fine grid over part of the field of view.

    Args:
        low: Its first corner, ``y x`` [m].
        high: Its last corner, ``y x`` [m].
        spacing: Between grid points [m].
    """

    def __init__(self, low: tuple[float, float], high: tuple[float, float], spacing: float) -> None:
        self.low, self.spacing = np.asarray(low), spacing
        self.shape = tuple(np.ceil((np.asarray(high) - self.low) / spacing).astype(int) + 1)
        self.y = (low[0] + spacing * np.arange(self.shape[0]))[:, None]
        self.x = (low[1] + spacing * np.arange(self.shape[1]))[None, :]

    def distance(self, points: Path, radii: np.ndarray) -> Field:
        """Return the distance to the nearest of many points, less the radius it has [m]."""
        free = np.ones(self.shape, dtype=bool)
        nearest = np.zeros(self.shape, dtype=np.int64)
        y, x = np.rint((points - self.low) / self.spacing).astype(np.int64).T
        free[y, x], nearest[y, x] = False, np.arange(len(points))
        at = distance_transform_edt(free, return_distances=False, return_indices=True)
        point = nearest[at[0], at[1]]
        away = np.hypot(self.y - points[point, 0], self.x - points[point, 1])
        return np.asarray(away - radii[point])

    def tube(self, path: Path, radii: np.ndarray) -> Field:
        """Return a thick line: positive within a radius of its path, −6 mm far from it."""
        field = np.full(self.shape, -6e-3)
        reach = radii.max() + 6e-3
        first = np.floor((path.min(axis=0) - reach - self.low) / self.spacing).astype(int)
        last = np.ceil((path.max(axis=0) + reach - self.low) / self.spacing).astype(int)
        rows, columns = (slice(max(a, 0), b) for a, b in zip(first, last, strict=True))
        y, x, near = self.y[rows], self.x[:, columns], field[rows, columns]
        for (at_y, at_x), radius in zip(path, radii, strict=True):
            np.maximum(near, radius - np.hypot(y - at_y, x - at_x), out=near)
        return field

    def embed(self, field: Field, window: Window) -> Field:
        """Return a field of a smaller window of the same spacing, −6 mm outside that."""
        whole = np.full(self.shape, -6e-3)
        row, column = np.rint((window.low - self.low) / self.spacing).astype(int)
        whole[row : row + field.shape[0], column : column + field.shape[1]] = field
        return whole

    def smooth(self, field: Field, sigma: float) -> Field:
        """Round the corners of a field by a Gaussian [m]."""
        return np.asarray(gaussian_filter(field, sigma / self.spacing))

    def curves(self, field: Field, smallest: float = 2e-6) -> list[Curve]:
        """Return the outlines of where a field is positive, but for specks [m²]."""
        contours: list[np.ndarray] = find_contours(field, 0.0)  # type: ignore[no-untyped-call]
        found = [contour[:-1] * self.spacing + self.low for contour in contours]
        kept = (ring for ring in found if _enclosed(ring) >= smallest)
        return [torch.from_numpy(evenly(ring, 1.2 * self.spacing)) for ring in kept]


def through(points: Sequence[Sequence[float]], n_points: int = 24) -> np.ndarray:
    """Return many points on a smooth line through a few ``point value``, evenly in number."""
    knots = np.asarray(points, dtype=np.float64)
    t, fine = np.linspace(0, 1, len(knots)), np.linspace(0, 1, n_points)
    linear = np.stack([np.interp(fine, t, column) for column in knots.T], axis=1)
    padded = np.concatenate([2 * linear[:1] - linear[5:0:-1], linear,
                             2 * linear[-1:] - linear[-2:-7:-1]])  # fmt: skip
    kernel = np.hanning(9)[1:-1] / np.hanning(9).sum()
    smoothed = [np.convolve(column, kernel, mode="same")[5:-5] for column in padded.T]
    return np.stack(smoothed, axis=1)


def evenly(ring: np.ndarray, step: float) -> np.ndarray:
    """Return points at even steps along a closed curve [m]."""
    closed = np.concatenate([ring, ring[:1]])
    along = np.concatenate([[0], np.hypot(*np.diff(closed, axis=0).T).cumsum()])
    at = np.linspace(0, along[-1], max(round(along[-1] / step), 8), endpoint=False)
    return np.stack([np.interp(at, along, column) for column in closed.T], axis=1)


def _enclosed(ring: np.ndarray) -> float:
    y, x = ring.T
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2
