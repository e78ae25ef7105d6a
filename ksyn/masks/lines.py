"""The AK group's patterns of whole columns, and those that need no acceleration at all."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch

from ksyn.data import Mask
from ksyn.errors import OptionError
from ksyn.masks.centre import samples_left
from ksyn.masks.chance import draw_without_replacement
from ksyn.masks.columns import centre_columns, columns_mask, every, with_columns
from ksyn.masks.pattern import Pattern
from ksyn.options import option


class Full(Pattern):
    """Measure everything."""

    name: ClassVar[str] = "full"
    title: ClassVar[str] = "Fully sampled"
    when: ClassVar[str] = "To see the reference, or to start drawing by hand from everything."

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:  # noqa: ARG002
        """Return a mask that is True everywhere."""
        return Mask(torch.ones(1, 1, *matrix, dtype=torch.bool))


class Uniform(Pattern):
    """Every R-th column outside the centre, and the centre.

    The columns are counted without the centre, as in the published masks: the spacing may jump
    across it, and the achieved acceleration is lower than R (320 columns, 24 of them ACS, R = 6:
    4.32).
    """

    name: ClassVar[str] = "uniform"
    title: ClassVar[str] = "Uniform with ACS"
    when: ClassVar[str] = "Parallel imaging as scanners do it; the centre comes on top of R."

    acceleration: float = option(4.0, low=1, high=64, help="Keep every R-th column.")
    acs_lines: int = option(24, low=0, high=4096, help="Fully sampled centre.", unit="columns")
    offset: int = option(0, low=0, high=63, help="First column kept.", advanced=True)

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:  # noqa: ARG002
        """Return the mask; the generator is not used."""
        centre = centre_columns(matrix[1], self.acs_lines)
        outside = (~centre).nonzero()[:, 0]
        kept = outside[every(self.acceleration, self.offset, len(outside))]
        return columns_mask(with_columns(centre, kept), matrix[0])


class Random(Pattern):
    """The centre and random columns, N / R in all."""

    name: ClassVar[str] = "random"
    title: ClassVar[str] = "Random with ACS"
    when: ClassVar[str] = "Incoherent aliasing at exactly the acceleration asked for."

    acceleration: float = option(4.0, low=1, high=64, help="Columns per measured column.")
    acs_lines: int = option(24, low=0, high=4096, help="Fully sampled centre.", unit="columns")

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        return _drawn_columns(matrix, self, torch.ones(matrix[1]), rng)


class Gaussian1d(Pattern):
    """The centre and columns drawn more densely near it, N / R in all."""

    name: ClassVar[str] = "gaussian-1d"
    title: ClassVar[str] = "Gaussian columns"
    when: ClassVar[str] = "Variable density along one axis: compressed sensing in two dimensions."

    acceleration: float = option(4.0, low=1, high=64, help="Columns per measured column.")
    acs_lines: int = option(24, low=0, high=4096, help="Fully sampled centre.", unit="columns")
    width: float = option(
        0.25, low=0.05, high=2, help="Standard deviation, of all columns.", advanced=True
    )

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        n = matrix[1]
        away = (torch.arange(n) - n // 2) / (n * self.width)
        return _drawn_columns(matrix, self, torch.exp(-away.square() / 2), rng)


class PartialFourier(Pattern):
    """One side of k-space and a little beyond the centre; the rest follows from symmetry."""

    name: ClassVar[str] = "partial-fourier"
    title: ClassVar[str] = "Partial Fourier"
    when: ClassVar[str] = "Images with a smooth phase; up to two times faster."

    acceleration: float = option(4 / 3, low=1, high=2, help="Lines per measured line.")
    acs_lines: int = option(
        16, low=0, high=4096, help="Lines that must lie on both sides of the centre.", unit="lines"
    )
    axis: Literal["kx", "ky"] = option("kx", help="Axis that is cut short.")
    missing: Literal["high", "low"] = option("high", help="End that is left out.")

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:  # noqa: ARG002
        """Return the mask; the generator is not used."""
        n = matrix[1] if self.axis == "kx" else matrix[0]
        lines = torch.zeros(n, dtype=torch.bool)
        lines[: self._measured(n)] = True
        lines = lines.flip(0) if self.missing == "low" else lines
        grid = lines[None, :] if self.axis == "kx" else lines[:, None]
        return Mask(grid.expand(1, 1, *matrix).clone())

    def _measured(self, n: int) -> int:
        measured = round(n / self.acceleration)
        both_sides = 2 * (measured - n // 2 - 1) + 1 if measured < n else n
        if both_sides < self.acs_lines:
            raise OptionError(
                f"Partial Fourier with acceleration {self.acceleration:g} measures {measured} of "
                f"{n} lines, {max(both_sides, 0)} of them on both sides of the centre; "
                f"acs_lines asks for {self.acs_lines}.",
                hint="Lower the acceleration or acs_lines.",
            )
        return measured


def _drawn_columns(
    matrix: tuple[int, int],
    pattern: Random | Gaussian1d,
    weights: torch.Tensor,
    rng: torch.Generator,
) -> Mask:
    """Return the centre and columns drawn by weight, int(N / R) in all."""
    n = matrix[1]
    centre = centre_columns(n, pattern.acs_lines)
    left = samples_left(n, pattern.acceleration, pattern.acs_lines, "columns")
    outside = (~centre).nonzero()[:, 0]
    drawn = outside[draw_without_replacement(weights[outside], left, rng)]
    return columns_mask(with_columns(centre, drawn), matrix[0])
