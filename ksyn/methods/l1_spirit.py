"""L1-SPIRiT: samples agree with those around them, and the images are sparse in wavelets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.completion import completed_step, kept, missing
from ksyn.data import Problem, Step
from ksyn.encoding import solve
from ksyn.fourier import centre, decentre, plain_ifft
from ksyn.kernels import kernel_for, spirit_rule
from ksyn.lowrank import apply_gram
from ksyn.methods.protocol import Method
from ksyn.options import option
from ksyn.wavelet import Wavelet, WaveletName

_OF_NOISE = 0.1
"""λ in units of the noise level."""
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
    sparsity: float | None = option(
        None,
        low=0.0,
        high=_MOST,
        help="Weight λ of the wavelet coefficients (image maximum 1); automatic follows the noise.",
    )
    kernel: int | None = option(
        None,
        low=2,
        high=15,
        unit="samples",
        help="Side of the surroundings that predict a sample; automatic: the fewer coils, the "
        "larger, as the centre allows.",
    )
    regularisation: float = option(
        0.03, low=1e-8, high=10.0, help="Weight of the squared kernel; more for a noisy centre."
    )
    wavelet: WaveletName = option("db2", help="Daubechies wavelet.")
    levels: int = option(4, low=1, high=8, advanced=True, help="Levels of the transform at most.")
    shifts: bool = option(
        True, advanced=True, help="Shift the wavelet's grid at random in each iteration."
    )
    penalty: float = option(
        0.03,
        low=1e-4,
        high=100.0,
        advanced=True,
        help="Weight ρ that ties the splitting together; changes the speed, not the end.",
    )
    inner_iterations: int = option(
        5, low=1, high=100, advanced=True, help="Conjugate-gradient iterations in each iteration."
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the completed k-space after each iteration."""
        chosen, rho = self.filled(problem), self.penalty
        gram, prior = spirit_rule(problem, chosen.kernel or 0, self.regularisation)
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
            yield completed_step(problem, kept(problem, centre(z)), index, self.iterations)

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the weight that the scan's noise asks for, and the kernel for its coils."""
        sparsity = min(max(_OF_NOISE * problem.noise_level, _LEAST), _MOST)
        return {"sparsity": sparsity, "kernel": kernel_for(problem)}

    def _sparse(self, images: Tensor, threshold: float, rng: torch.Generator) -> Tensor:
        """Return the proximal point of the joint L1 norm, on a grid shifted at random."""
        matrix = (images.shape[-2], images.shape[-1])
        wavelet = Wavelet(self.wavelet, self.levels).fitted(matrix)
        y, x = self._shift(2**wavelet.levels, rng)
        rolled = torch.roll(images, (y, x), dims=(-2, -1))
        coefficients = wavelet.forward(rolled).map_details(lambda d: shorten(d, threshold))
        return torch.roll(wavelet.inverse(coefficients, matrix), (-y, -x), dims=(-2, -1))

    def _shift(self, side: int, rng: torch.Generator) -> tuple[int, int]:
        if not self.shifts:
            return (0, 0)
        y, x = torch.randint(side, (2,), generator=rng, device=rng.device).tolist()
        return (y, x)


def shorten(
    details: Complex[Tensor, "frame coil band y x"], threshold: float
) -> Complex[Tensor, "frame coil band y x"]:
    """Shorten the vector of all coils by the threshold, to 0 at least."""
    length = torch.linalg.vector_norm(details, dim=1, keepdim=True)
    shorter: Tensor = (length - threshold).clamp_min(0) / length.clamp_min(1e-20)
    return details * shorter
