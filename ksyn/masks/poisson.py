"""Poisson-disc sampling: random points that keep their distance, further apart towards the edge."""

from __future__ import annotations

import math
from functools import cache
from typing import ClassVar

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ksyn.data import Mask
from ksyn.errors import OptionError
from ksyn.masks.centre import centre_rectangle, samples_left
from ksyn.masks.chance import uniform
from ksyn.masks.pattern import Pattern
from ksyn.options import option

_TRIES = 12


class Poisson(Pattern):
    """Random points no two of which are close, and a fully sampled centre square.

    Points are tried in random order; a point that is taken forbids a disc around it. The scale
    of the discs is searched until the acceleration is met.

    Source: dart throwing, Cook, ACM Trans. Graph. 5(1), 51-72 (1986).
    """

    name: ClassVar[str] = "poisson"
    title: ClassVar[str] = "Poisson disc"
    when: ClassVar[str] = "Compressed sensing with parallel imaging: incoherent, without clumps."

    acceleration: float = option(4.0, low=1, high=64, help="Points per measured point.")
    acs_lines: int = option(24, low=0, high=4096, help="Side of the centre square.", unit="lines")
    spread: float = option(
        3.0, low=1, high=20, help="Spacing at the edge, of that at the centre; 1 = even."
    )
    corners: bool = option(False, help="Sample the corners of k-space, too.")

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        centre = centre_rectangle(matrix, self.acs_lines, self.acs_lines)
        radius = _relative_radius(matrix)
        allowed = centre | (radius <= 1) | self.corners
        samples_left(centre.numel(), self.acceleration, int(centre.sum()), "points")
        target = centre.numel() / self.acceleration
        if target > int(allowed.sum()):
            raise OptionError(
                f"Acceleration {self.acceleration:g} of {matrix} (ky, kx) needs {int(target)} "
                f"points; without its corners k-space has {int(allowed.sum())}.",
                hint="Sample the corners, or raise the acceleration above 1.28.",
            )
        # Distances on a grid come in steps; a little jitter makes the number of points follow
        # the scale smoothly.
        jitter = 0.85 + 0.3 * uniform(centre.numel(), rng).reshape(matrix)
        spacing = (1 + (self.spread - 1) * radius.clamp_max(1)) * jitter
        order = torch.randperm(centre.numel(), generator=rng, device=rng.device).tolist()
        return Mask(_search(centre, allowed, spacing, order, target)[None, None])


def _relative_radius(matrix: tuple[int, int]) -> Float[Tensor, "ky kx"]:
    """Return the distance from the zero frequency, 1 at the middle of the edges."""
    y, x = ((torch.arange(n) - n // 2) / max(n / 2, 0.5) for n in matrix)
    return torch.hypot(y[:, None], x[None, :])


def _search(
    centre: Bool[Tensor, "ky kx"],
    allowed: Bool[Tensor, "ky kx"],
    spacing: Float[Tensor, "ky kx"],
    order: list[int],
    target: float,
) -> Bool[Tensor, "ky kx"]:
    """Return the thrown points whose number is nearest the target: bisection of the scale."""
    beside = max(target - int(centre.sum()), 1.0)
    low, high = 0.0, math.inf
    # Discs of radius r leave about 0.7 / r² points of a grid.
    scale = math.sqrt(0.7 * float((allowed & ~centre).div(spacing.square()).sum()) / beside)
    best, best_error = centre, math.inf
    for _ in range(_TRIES):
        points = _throw(centre, allowed, spacing * scale, order)
        error = int(points.sum()) - target
        if abs(error) < best_error:
            best, best_error = points, abs(error)
        if best_error < 0.01 * target:
            break
        low, high = (scale, high) if error > 0 else (low, scale)
        guess = scale * math.sqrt(max(1 + error / beside, 0.25))
        scale = guess if low < guess < high else (low + high) / 2
    return best


def _throw(
    centre: Bool[Tensor, "ky kx"],
    allowed: Bool[Tensor, "ky kx"],
    spacing: Float[Tensor, "ky kx"],
    order: list[int],
) -> Bool[Tensor, "ky kx"]:
    """Return the points taken when all are tried in this order.

    Plain bytes and slices of them: ten times quicker here than arrays.
    """
    n_ky, n_kx = centre.shape
    blocked = bytearray((centre | ~allowed).flatten().to(torch.uint8).numpy().tobytes())
    taken = bytearray(centre.flatten().to(torch.uint8).numpy().tobytes())
    squares = (spacing.square().flatten().ceil().int() - 1).clamp_min(0).tolist()
    disc = cache(_disc)
    for point in order:
        if blocked[point]:
            continue
        taken[point] = 1
        y, x = divmod(point, n_kx)
        for dy, half, ones in disc(squares[point]):
            if 0 <= y + dy < n_ky:
                start, stop = max(x - half, 0), min(x + half + 1, n_kx)
                row = (y + dy) * n_kx
                blocked[row + start : row + stop] = ones[: stop - start]
    return torch.frombuffer(taken, dtype=torch.uint8).reshape(n_ky, n_kx).bool()


def _disc(square: int) -> list[tuple[int, int, bytes]]:
    """Return the rows (dy, half width, ones) of a disc of this squared radius."""
    reach = math.isqrt(square)
    halves = [(dy, math.isqrt(square - dy * dy)) for dy in range(-reach, reach + 1)]
    return [(dy, half, b"\x01" * (2 * half + 1)) for dy, half in halves]
