"""LORAKS: filters that vanish where nothing is, and where the phase is smooth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor

from ksyn.calibration import centred_region
from ksyn.completion import Normal, Prior, complete, completed_step
from ksyn.data import Problem, Step
from ksyn.evidence import Evidence, prior_of
from ksyn.fourier import decentre
from ksyn.lowrank import (
    apply_gram,
    check_room,
    cross_gram,
    gram_of,
    hankel_gram,
    mean_eigenvalue,
    soft_null_space,
)
from ksyn.methods.protocol import Method
from ksyn.options import option
from ksyn.spectrum import sample_power

_REACH = 32
"""Samples used each way from the middle of the centre; more only took longer."""


class Loraks(Method):
    """AC-LORAKS: minimise ‖C(z) N‖² or ‖S(z) N‖² over the missing samples of all coils.

    The rows of C are discs of k-space; its null space knows the support and the coils. Those of S
    pair each disc with the one opposite, conjugated, and so know that the phase is smooth as well:
    S is C of twice the coils, the second half being those of the conjugate image. N is the null
    space at the fully sampled centre. Measured samples are kept as they are.

    Source: Haldar, IEEE Trans. Med. Imaging 33(3), 668-681 (2014), sections III.A and III.B, for C
    and S; Haldar, Proc. IEEE ISBI, 910-913 (2015), for the null space of the centre; Haldar and
    Zhuo, Magn. Reson. Med. 75(4), 1499-1514 (2016), for several coils.
    """

    name: ClassVar[str] = "loraks"
    title: ClassVar[str] = "AC-LORAKS"
    when: ClassVar[str] = "One coil or many, partial Fourier and odd masks, when phase is smooth."

    iterations: int = option(
        15, low=1, high=500, help="Conjugate-gradient iterations; too many let noise in."
    )
    radius: int = option(3, low=1, high=7, unit="samples", help="Radius of the discs.")
    phase: bool = option(True, help="Use that the phase is smooth (S), not only the support (C).")
    threshold: float = option(
        0.01,
        low=1e-6,
        high=100.0,
        help="Squared singular values below this, of their mean, are annihilated.",
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the completed k-space after each iteration."""
        normal, prior = self.rule(problem)
        completed = complete(problem, normal, prior, self.iterations)
        for index, kspace in enumerate(completed):
            yield completed_step(problem, kspace, index, self.iterations)

    def rule(self, problem: Problem) -> tuple[Normal, Prior]:
        """Return what the missing samples shall make small, and what is expected of them."""
        evidence = evidence_of_discs(problem, self.radius, self.phase)
        filters = soft_null_space(evidence.gram, self.threshold)
        n, matrix = problem.kspace.n_coils, problem.kspace.matrix
        shaped = on_discs(filters, self.radius).to(problem.kspace.samples.dtype)
        gram = gram_of(shaped[:, :n], matrix)
        prior = prior_of(problem, evidence.left_by(filters), mean_eigenvalue(gram))
        support = decentre(gram)
        if not self.phase:
            return lambda images: apply_gram(support, images), prior
        phase = decentre(cross_gram(shaped[:, :n], shaped[:, n:], matrix))
        return (
            lambda images: apply_gram(support, images) + apply_gram(phase, images.conj()),
            prior,
        )


def evidence_of_discs(problem: Problem, radius: int, phase: bool) -> Evidence:
    """Return what the centre says about discs, paired with those opposite if phase counts.

    Raises:
        ShapeError: The centre is smaller than a disc, or the zero frequency is not measured.
    """
    centre, weights = symmetric_centre(problem)
    if phase:
        centre = torch.cat([centre, centre.conj().flip(-2, -1)])
    side = 2 * radius + 1
    check_room(centre, (side, side))
    inside = disc(radius).to(centre.device).flatten().repeat(len(centre))
    gram = hankel_gram(centre, (side, side), weights)[inside][:, inside]
    n_taps = len(gram) // len(centre)
    coils = torch.arange(problem.kspace.n_coils, device=centre.device)
    return Evidence(gram, coils * n_taps + n_taps // 2)


def symmetric_centre(
    problem: Problem,
) -> tuple[Complex[Tensor, "coil ky kx"], Float[Tensor, "ky kx"]]:
    """Return as much of the fully sampled centre as has its mirror image, and its weights.

    Raises:
        ShapeError: The zero frequency itself is not measured.
    """
    middles = [n // 2 for n in problem.kspace.matrix]
    region = centred_region(problem.mask)
    reach = [min(a.stop - 1 - m, _REACH) for m, a in zip(middles, region, strict=True)]
    ky, kx = (slice(m - r, m + r + 1) for m, r in zip(middles, reach, strict=True))
    centre = problem.kspace.samples[..., ky, kx].mean(dim=0)
    return centre, sample_power(problem)[ky, kx].rsqrt()


def on_discs(
    filters: Complex[Tensor, "filter tap"], radius: int
) -> Complex[Tensor, "filter coil taps taps"]:
    """Return filters on squares that are 0 outside of the disc."""
    inside = disc(radius).to(filters.device)
    coils = filters.reshape(len(filters), -1, int(inside.sum()))
    squares = coils.new_zeros(*coils.shape[:2], *inside.shape)
    squares[..., inside] = coils
    return squares


def disc(radius: int) -> Bool[Tensor, "taps taps"]:
    """Return which taps lie within the radius."""
    squares = torch.arange(-radius, radius + 1).square()
    return squares[:, None] + squares <= radius**2
