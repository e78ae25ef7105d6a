"""The fastMRI challenge's column patterns, and IGKR-Net's 1D pattern, which is one of them.

Source: the definitions of the fastMRI data set, Zbontar et al., arXiv:1811.08839 (2018), section 5.
"""

from __future__ import annotations

from typing import ClassVar

import torch

from ksyn.data import Mask
from ksyn.masks.centre import samples_left
from ksyn.masks.chance import uniform, whole_number
from ksyn.masks.columns import centre_columns, columns_mask, every, fraction_lines, with_columns
from ksyn.masks.pattern import Pattern
from ksyn.options import option


class FastmriRandom(Pattern):
    """The centre; every other column with a probability that makes N / R the mean."""

    name: ClassVar[str] = "fastmri-random"
    title: ClassVar[str] = "fastMRI random"
    when: ClassVar[str] = "To compare with fastMRI knee results; R is met on average."

    acceleration: float = option(
        4.0, low=1, high=64, help="Columns per measured column, on average."
    )
    centre_fraction: float = option(0.08, low=0, high=1, help="Fully sampled part of the columns.")
    acs_lines: int | None = option(
        None, low=0, high=4096, help="Centre in columns, in place of the fraction.", unit="columns"
    )

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        acs_lines = fraction_lines(matrix[1], self.centre_fraction, self.acs_lines)
        return _bernoulli_columns(matrix, self.acceleration, acs_lines, rng)


class Igkr1d(FastmriRandom):
    """IGKR-Net's 1D Cartesian pattern: `FastmriRandom` under the name and rate of its paper."""

    name: ClassVar[str] = "igkr-1d"
    title: ClassVar[str] = "IGKR 1D Cartesian"
    when: ClassVar[str] = "To compare with IGKR-Net: R = 5 and 2.5 are its 20 % and 40 %."

    acceleration: float = option(
        5.0, low=1, high=64, help="Columns per measured column, on average."
    )


class Equispaced(Pattern):
    """Every R-th column from a random start, and the centre on top."""

    name: ClassVar[str] = "equispaced"
    title: ClassVar[str] = "fastMRI equispaced"
    when: ClassVar[str] = "To compare with fastMRI brain results; the centre comes on top of R."

    acceleration: float = option(4.0, low=1, high=64, help="Keep every R-th column.")
    centre_fraction: float = option(0.08, low=0, high=1, help="Fully sampled part of the columns.")
    acs_lines: int | None = option(
        None, low=0, high=4096, help="Centre in columns, in place of the fraction.", unit="columns"
    )

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        n = matrix[1]
        centre = centre_columns(n, fraction_lines(n, self.centre_fraction, self.acs_lines))
        offset = whole_number(round(self.acceleration), rng)
        return columns_mask(with_columns(centre, every(self.acceleration, offset, n)), matrix[0])


class EquispacedFraction(Pattern):
    """Columns at a spacing widened so that, with the centre, N / R are measured."""

    name: ClassVar[str] = "equispaced-fraction"
    title: ClassVar[str] = "fastMRI equispaced, true R"
    when: ClassVar[str] = "Regular sampling that reaches the acceleration asked for."

    acceleration: float = option(4.0, low=1, high=64, help="Columns per measured column.")
    centre_fraction: float = option(0.08, low=0, high=1, help="Fully sampled part of the columns.")
    acs_lines: int | None = option(
        None, low=0, high=4096, help="Centre in columns, in place of the fraction.", unit="columns"
    )

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        n = matrix[1]
        acs_lines = fraction_lines(n, self.centre_fraction, self.acs_lines)
        centre = centre_columns(n, acs_lines)
        samples_left(n, self.acceleration, acs_lines, "columns")
        if acs_lines * self.acceleration == n:
            return columns_mask(centre, matrix[0])
        spacing = self.acceleration * (acs_lines - n) / (acs_lines * self.acceleration - n)
        offset = whole_number(round(min(spacing, n)), rng)
        at = torch.arange(offset, max(n - 1, offset), spacing, dtype=torch.float64).round().long()
        return columns_mask(with_columns(centre, at), matrix[0])


def _bernoulli_columns(
    matrix: tuple[int, int], acceleration: float, acs_lines: int, rng: torch.Generator
) -> Mask:
    """Return the centre and each other column with p = (N / R − n) / (N − n)."""
    n = matrix[1]
    centre = centre_columns(n, acs_lines)
    samples_left(n, acceleration, acs_lines, "columns")
    p = (n / acceleration - acs_lines) / max(n - acs_lines, 1)
    return columns_mask(centre | (uniform(n, rng) < p), matrix[0])
