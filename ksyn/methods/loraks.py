"""LORAKS: filters that vanish where nothing is, and where the phase is smooth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

import torch
from jaxtyping import Bool, Complex
from torch import Tensor

from ksyn.calibration import calibration_region
from ksyn.completion import complete, completed_step, kept
from ksyn.data import KSpace, Mask, Problem, Step
from ksyn.lowrank import apply_gram, check_room, cross_gram, gram_of, hankel_gram
from ksyn.methods.protocol import Method
from ksyn.options import option

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
    keep: float = option(0.7, low=0.01, high=0.95, help="Fraction of filters that annihilate.")

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the completed k-space after each iteration."""
        normal = self._normal(problem)
        for index, images in enumerate(complete(problem, normal, self.iterations)):
            yield completed_step(problem, kept(problem, images), index, self.iterations)

    def _normal(self, problem: Problem) -> Callable[[Tensor], Tensor]:
        centre, n = symmetric_centre(problem.kspace, problem.mask), problem.kspace.n_coils
        if self.phase:
            centre = torch.cat([centre, centre.conj().flip(-2, -1)])
        filters = null_space(centre, self.radius, self.keep)
        support = gram_of(filters[:, :n], problem.kspace.matrix)
        if not self.phase:
            return lambda images: apply_gram(support, images)
        phase = cross_gram(filters[:, :n], filters[:, n:], problem.kspace.matrix)
        return lambda images: apply_gram(support, images) + apply_gram(phase, images.conj())


def symmetric_centre(kspace: KSpace, mask: Mask) -> Complex[Tensor, "coil ky kx"]:
    """Return as much of the fully sampled centre as has its mirror image, averaged over frames.

    Raises:
        ShapeError: The zero frequency itself is not measured.
    """
    middles = [n // 2 for n in kspace.matrix]
    region = calibration_region(mask)
    reach = [min(m - a.start, a.stop - 1 - m, _REACH) for m, a in zip(middles, region, strict=True)]
    ky, kx = (slice(m - r, m + r + 1) for m, r in zip(middles, reach, strict=True))
    return kspace.samples[..., ky, kx].mean(dim=0)


def null_space(
    centre: Complex[Tensor, "coil ky kx"], radius: int, keep: float
) -> Complex[Tensor, "filter coil taps taps"]:
    """Return the smallest right singular vectors of the matrix of all discs, as filters.

    Raises:
        ShapeError: The centre is smaller than a disc.
    """
    n_coils, side = centre.shape[0], 2 * radius + 1
    check_room(centre, (side, side))
    inside = disc(radius).to(centre.device).flatten().repeat(n_coils)
    gram = hankel_gram(centre, (side, side))[inside][:, inside]
    vectors = torch.linalg.eigh(gram).eigenvectors
    n_filters = max(round(keep * len(vectors)), 1)
    filters = gram.new_zeros(n_filters, len(inside))
    filters[:, inside] = vectors[:, :n_filters].T
    return filters.reshape(n_filters, n_coils, side, side).to(centre.dtype)


def disc(radius: int) -> Bool[Tensor, "taps taps"]:
    """Return which taps lie within the radius."""
    squares = torch.arange(-radius, radius + 1).square()
    return squares[:, None] + squares <= radius**2
