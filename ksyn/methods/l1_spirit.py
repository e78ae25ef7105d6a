"""L1-SPIRiT: samples agree with those around them, and the images are sparse in wavelets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from math import isfinite
from typing import ClassVar

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.calibration import outer_acceleration
from ksyn.completion import completed_step, missing
from ksyn.data import Problem, Step
from ksyn.encoding import solve
from ksyn.fourier import centre, decentre, image_to_kspace, plain_ifft
from ksyn.kernels import kernel_for, spirit_rule
from ksyn.lowrank import apply_gram
from ksyn.methods.protocol import Method
from ksyn.methods.shared_options import (
    sparsity_weight,
    spirit_kernel,
    spirit_ridge,
    splitting_penalty,
    splitting_solves,
    wavelet_levels,
    wavelet_name,
    wavelet_shifts,
)
from ksyn.options import option
from ksyn.wavelet import Wavelet, WaveletName, with_details

_OF_NOISE = 0.1
"""λ in units of the noise level."""
_UNALIASED = 0.3
"""Share of it where nothing is measured outside the centre: there is no aliasing to suppress."""
_PASSED_ON = 0.08
"""Of the rule's noise, what is left to the prior: wavelets remove the most of it."""
_LEAST, _MOST = 5e-4, 1.0
"""λ all the same where there is no noise: aliasing has to be suppressed too."""


class L1Spirit(Method):
    """Minimise ½ ‖(G − I) z‖² + λ ‖W Fᴴ z‖₁ over the missing samples of z, all coils jointly.

    A wavelet coefficient counts with its length over coils, so that they share their edges; the
    approximation band is free. The alternating direction method of multipliers splits the two
    terms, and the wavelets' grid is shifted anew each iteration. Measured samples are kept.

    Source: Lustig and Pauly, Magn. Reson. Med. 64(2), 457-471 (2010), for G; Murphy et al., IEEE
    Trans. Med. Imaging 31(6), 1250-1262 (2012), for the joint sparsity; Boyd et al., Found. Trends
    Mach. Learn. 3(1), 1-122 (2011), section 3.1, for the splitting.
    """

    name: ClassVar[str] = "l1-spirit"
    title: ClassVar[str] = "L1-SPIRiT"
    when: ClassVar[str] = "As SPIRiT, where masks are random or the scan is noisy."
    unfolds_by_coils_alone: ClassVar[bool] = True

    iterations: int = option(20, low=1, high=500, help="Iterations of the splitting.")
    sparsity: float | None = sparsity_weight(_MOST, "the wavelet coefficients")
    kernel: int | None = spirit_kernel()
    regularisation: float = spirit_ridge()
    wavelet: WaveletName = wavelet_name()
    levels: int = wavelet_levels()
    shifts: bool = wavelet_shifts()
    penalty: float = splitting_penalty(0.03)
    inner_iterations: int = splitting_solves()

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the completed k-space after each iteration."""
        chosen, rho = self.filled(problem), self.penalty
        gram, prior = spirit_rule(problem, chosen.kernel or 0, self.regularisation, _PASSED_ON)
        rule = decentre(gram)
        unknown = missing(problem, replace(prior, curvature=prior.curvature + rho))
        measured = plain_ifft(decentre(problem.kspace.samples))

        def normal(filled: Tensor) -> Tensor:
            return unknown.normal(lambda z: apply_gram(rule, z) + rho * z, filled)

        right = -unknown.adjoint(apply_gram(rule, measured))
        filled = dual = torch.zeros_like(measured)
        v = measured
        for index in range(self.iterations):
            goal = right + rho * unknown.adjoint(v - dual)
            filled = solve(normal, goal, filled, self.inner_iterations)
            z = measured + unknown.images(filled)
            v = decentre(self._sparse(centre(z + dual), (chosen.sparsity or 0.0) / rho, rng))
            dual = dual + z - v
            yield completed_step(problem, _kept(problem, centre(z)), index, self.iterations)

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the weight that the scan's noise asks for, and the kernel for its coils."""
        share = _OF_NOISE if isfinite(outer_acceleration(problem.mask)) else _OF_NOISE * _UNALIASED
        sparsity = min(max(share * problem.noise_level, _LEAST), _MOST)
        return {"sparsity": sparsity, "kernel": kernel_for(problem)}

    def _sparse(self, images: Tensor, threshold: float, rng: torch.Generator) -> Tensor:
        """Return the proximal point of the joint L1 norm, on a grid shifted at random."""
        wavelet = Wavelet(self.wavelet, self.levels)
        shrink = partial(shorten, threshold=threshold)
        return with_details(images, wavelet, shrink, rng if self.shifts else None)


def shorten(
    details: Complex[Tensor, "frame coil band y x"], threshold: float
) -> Complex[Tensor, "frame coil band y x"]:
    """Shorten the vector of all coils by the threshold, to 0 at least."""
    length = torch.linalg.vector_norm(details, dim=1, keepdim=True)
    shorter: Tensor = (length - threshold).clamp_min(0) / length.clamp_min(1e-20)
    return details * shorter


def _kept(
    problem: Problem, images: Complex[Tensor, "frame coil y x"]
) -> Complex[Tensor, "frame coil ky kx"]:
    """Return the k-space of coil images with every measured sample as it was measured."""
    return torch.where(problem.mask.samples, problem.kspace.samples, image_to_kspace(images))
