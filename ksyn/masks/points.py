"""Patterns of single points: two phase-encoding directions, as in a slice of a 3D scan."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ksyn.data import Mask
from ksyn.masks.centre import centre_rectangle, samples_left
from ksyn.masks.chance import draw_without_replacement
from ksyn.masks.pattern import Pattern
from ksyn.options import option


class Gaussian2d(Pattern):
    """IGKR-Net's 2D pattern: a fully sampled centre and points drawn more densely near it.

    "16 % centre" can be read in two ways. `side` (a square of 16 % of each side) reproduces the
    published zero-filled errors; `points` (16 % of all points) is the literal reading.
    """

    name: ClassVar[str] = "gaussian-2d"
    title: ClassVar[str] = "2D Gaussian"
    when: ClassVar[str] = "Variable density in two directions; IGKR-Net's 20 % and 40 %."

    acceleration: float = option(5.0, low=1, high=64, help="Points per measured point.")
    centre_fraction: float = option(0.16, low=0, high=1, help="Fully sampled centre.")
    reading: Literal["side", "points"] = option(
        "side", help="Whether the fraction is of each side, or of all points."
    )
    acs_lines: int | None = option(
        None, low=0, high=4096, help="Side of the centre, in place of the fraction.", unit="lines"
    )
    uniform_share: float = option(
        0.5, low=0, high=1, help="Share of the points drawn evenly; 0 = Gaussian.", advanced=True
    )

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        part = self.centre_fraction if self.reading == "side" else math.sqrt(self.centre_fraction)
        sides = [round(n * part) if self.acs_lines is None else self.acs_lines for n in matrix]
        centre = centre_rectangle(matrix, *sides)
        y, x = ((torch.arange(n) - n // 2) / (n / 4) for n in matrix)
        gaussian = torch.exp(-(y[:, None].square() + x.square()) / 2)
        density = (1 - self.uniform_share) * gaussian / gaussian.mean() + self.uniform_share
        return drawn_points(centre, density, self.acceleration, rng)


class Random2d(Pattern):
    """A centre disc and points drawn evenly; the disc has radius 9 in a matrix of 128."""

    name: ClassVar[str] = "random-2d"
    title: ClassVar[str] = "2D random"
    when: ClassVar[str] = "The most incoherent aliasing; IGKR-Net's mask study."

    acceleration: float = option(5.0, low=1, high=64, help="Points per measured point.")
    acs_lines: int | None = option(
        None, low=0, high=4096, help="Width of the centre disc; automatic: 14 %.", unit="lines"
    )

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:
        """Return the mask."""
        widths = [n * 18 / 128 if self.acs_lines is None else self.acs_lines for n in matrix]
        # The rectangle around the disc refuses a disc that is larger than the matrix.
        box = centre_rectangle(matrix, *(math.ceil(width) for width in widths))
        disc = box & (_squared_radius(matrix, widths) <= 1)
        return drawn_points(disc, torch.ones(matrix), self.acceleration, rng)


class CentreOnly(Pattern):
    """Only a centred rectangle: a scan of low resolution."""

    name: ClassVar[str] = "centre-only"
    title: ClassVar[str] = "Centre only (super-resolution)"
    when: ClassVar[str] = "Super-resolution: R = 6.25 keeps 128 × 128 of 320 × 320."

    acceleration: float = option(6.25, low=1, high=1024, help="Points per measured point.")
    acs_lines: int | None = option(
        None, low=1, high=4096, help="Side of the square, in place of R.", unit="lines"
    )

    def draw(self, matrix: tuple[int, int], rng: torch.Generator) -> Mask:  # noqa: ARG002
        """Return the mask; the generator is not used."""
        part = 1 / math.sqrt(self.acceleration)
        sides = [self.acs_lines or max(round(n * part), 1) for n in matrix]
        return Mask(centre_rectangle(matrix, *sides)[None, None])


def drawn_points(
    centre: Bool[Tensor, "ky kx"],
    density: Float[Tensor, "ky kx"],
    acceleration: float,
    rng: torch.Generator,
) -> Mask:
    """Return the centre and points drawn by density, int(N / R) in all."""
    measured = centre.flatten().clone()
    left = samples_left(centre.numel(), acceleration, int(centre.sum()), "points")
    outside = (~measured).nonzero()[:, 0]
    weights = density.flatten()[outside].clamp_min(1e-9)
    measured[outside[draw_without_replacement(weights, left, rng)]] = True
    return Mask(measured.reshape(1, 1, *centre.shape))


def _squared_radius(matrix: tuple[int, int], widths: list[float]) -> Float[Tensor, "ky kx"]:
    """Return the squared distance from the zero frequency, 1 at half the widths."""
    y, x = (
        (torch.arange(n) - n // 2) / max(width / 2, 1e-6)
        for n, width in zip(matrix, widths, strict=True)
    )
    return y[:, None].square() + x.square()
