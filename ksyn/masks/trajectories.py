"""Non-Cartesian trajectories rounded to the grid: spokes and spirals."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ksyn.data import Mask
from ksyn.errors import OptionError
from ksyn.masks.centre import centre_rectangle, samples_left
from ksyn.masks.chance import uniform
from ksyn.masks.pattern import Pattern
from ksyn.options import option

_GOLDEN_ANGLE = math.pi * (math.sqrt(5) - 1) / 2


class Radial(Pattern):
    """Spokes through the zero frequency, rounded to the grid."""

    name: ClassVar[str] = "radial"
    title: ClassVar[str] = "Pseudo-radial"
    when: ClassVar[str] = "To see streaks in place of ghosts; robust to motion on a real scanner."

    acceleration: float = option(4.0, low=1, high=256, help="Points per measured point.")
    acs_lines: int = option(0, low=0, high=4096, help="Side of a centre square.", unit="lines")
    angles: Literal["even", "golden"] = option("even", help="How the spokes are turned.")

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        centre = _checked_centre(matrix, self.acs_lines, self.acceleration)
        first = float(uniform(1, rng)) * math.pi

        def grid(spokes: float) -> Bool[Tensor, "ky kx"]:
            return centre | _on_grid(_spokes(self._turns(int(spokes), first), matrix), matrix)

        return Mask(_whole_search(grid, 1, 2 * sum(matrix), self.acceleration)[None, None])

    def _turns(self, spokes: int, first: float) -> Float[Tensor, " spoke"]:
        step = math.pi / max(spokes, 1) if self.angles == "even" else _GOLDEN_ANGLE
        return first + step * torch.arange(spokes)


class Spiral(Pattern):
    """Spiral arms from the zero frequency to the edge, rounded to the grid."""

    name: ClassVar[str] = "spiral"
    title: ClassVar[str] = "Spiral"
    when: ClassVar[str] = "Fast scans on a real scanner; swirls in place of ghosts."

    acceleration: float = option(4.0, low=1.3, high=256, help="Points per measured point.")
    acs_lines: int = option(0, low=0, high=4096, help="Side of a centre square.", unit="lines")
    arms: int = option(16, low=1, high=256, help="Interleaved arms.")
    density: float = option(
        1.5, low=1, high=4, help="1 = even; more: denser at the centre.", advanced=True
    )

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        centre = _checked_centre(matrix, self.acs_lines, self.acceleration)
        first = float(uniform(1, rng)) * 2 * math.pi

        def grid(turns: float) -> Bool[Tensor, "ky kx"]:
            return centre | _on_grid(self._arms(turns, first, matrix), matrix)

        most = 2 * self.density * max(matrix) / self.arms
        found = _search(grid, most, self.acceleration)
        self._check(found)
        return Mask(found[None, None])

    def _check(self, grid: Bool[Tensor, "ky kx"]) -> None:
        nearest = grid.numel() / int(grid.sum())
        if abs(nearest / self.acceleration - 1) > 0.05:
            raise OptionError(
                f"{self.arms} spiral arms on {tuple(grid.shape)} (ky, kx) come no nearer to "
                f"acceleration {self.acceleration:g} than {nearest:.3g}.",
                hint="Take fewer arms for a higher acceleration; the corners stay empty, so "
                "1.3 is the lowest.",
            )

    def _arms(
        self, turns: float, first: float, matrix: tuple[int, int]
    ) -> Float[Tensor, "sample yx"]:
        steps = int(max(matrix) * (1 + math.pi * turns * self.density))
        t = torch.linspace(0, 1, steps, dtype=torch.float64)
        angle = first + 2 * math.pi * (turns * t + torch.arange(self.arms)[:, None] / self.arms)
        radius = t**self.density
        unit = torch.stack([radius * angle.sin(), radius * angle.cos()], dim=-1)
        return unit.reshape(-1, 2) * torch.tensor([n / 2 for n in matrix], dtype=torch.float64)


def _checked_centre(
    matrix: tuple[int, int], acs_lines: int, acceleration: float
) -> Bool[Tensor, "ky kx"]:
    """Return the centre square; it may not hold more than the acceleration allows."""
    centre = centre_rectangle(matrix, acs_lines, acs_lines)
    samples_left(centre.numel(), acceleration, int(centre.sum()), "points")
    return centre


def _spokes(angles: Float[Tensor, " spoke"], matrix: tuple[int, int]) -> Float[Tensor, "sample yx"]:
    """Return points along diameters, long enough to reach the corners."""
    reach = math.hypot(*matrix) / 2
    along = torch.arange(-reach, reach + 0.5, 0.5, dtype=torch.float64)
    unit = torch.stack([angles.sin(), angles.cos()], dim=-1).double()
    return (along[:, None] * unit[:, None]).reshape(-1, 2)


def _on_grid(points: Float[Tensor, "sample yx"], matrix: tuple[int, int]) -> Bool[Tensor, "ky kx"]:
    """Return the grid points nearest a trajectory, and the zero frequency."""
    n_ky, n_kx = matrix
    y, x = (points + torch.tensor([n_ky // 2, n_kx // 2])).round().long().unbind(dim=-1)
    inside = (y >= 0) & (y < n_ky) & (x >= 0) & (x < n_kx)
    grid = torch.zeros(n_ky * n_kx, dtype=torch.bool)
    grid[(y * n_kx + x)[inside]] = True
    grid[(n_ky // 2) * n_kx + n_kx // 2] = True
    return grid.reshape(matrix)


def _whole_search(
    grid: Callable[[float], Bool[Tensor, "ky kx"]], low: int, high: int, acceleration: float
) -> Bool[Tensor, "ky kx"]:
    """Return the grid of a whole number whose acceleration is nearest the one asked for."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _miss(grid(middle), acceleration) < 0 else (low, middle)
    return min((grid(low), grid(high)), key=lambda found: abs(_miss(found, acceleration)))


def _search(
    grid: Callable[[float], Bool[Tensor, "ky kx"]], high: float, acceleration: float
) -> Bool[Tensor, "ky kx"]:
    """Return the grid of a real number in 0 … high whose acceleration is nearest the one asked for.

    The points grow about in proportion to the number; where that guess leaves the bracket it is
    halved instead.
    """
    low, value, best = 0.0, high / 4, grid(0.0)
    for _ in range(16):
        found = grid(value)
        best = min((best, found), key=lambda one: abs(_miss(one, acceleration)))
        miss = _miss(found, acceleration)
        if abs(_miss(best, acceleration)) < 0.008:
            break
        low, high = (value, high) if miss < 0 else (low, value)
        guess = value / (1 + miss)
        value = guess if low < guess < high else (low + high) / 2
    return best


def _miss(grid: Bool[Tensor, "ky kx"], acceleration: float) -> float:
    """Return by how much too many points are measured, relative to what was asked for."""
    return int(grid.sum()) * acceleration / grid.numel() - 1
