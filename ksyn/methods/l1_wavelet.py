"""Compressed sensing: the image that fits the data and is sparse in wavelets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import sqrt
from typing import ClassVar

import torch
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding
from ksyn.methods.protocol import Method
from ksyn.methods.shared_options import (
    sparsity_weight,
    wavelet_levels,
    wavelet_name,
    wavelet_shifts,
)
from ksyn.options import option
from ksyn.wavelet import Wavelet, WaveletName, soft_threshold, with_details

_FIRST_WEIGHT = 100.0
_OF_NOISE = 0.15
"""λ in units of the noise level: within 0.1 dB of the best of six on two real scans and two masks;
twice as much blurs, half as much lets noise in."""
_LEAST, _MOST = 5e-4, 1.0
"""λ all the same where there is no noise: aliasing has to be suppressed too."""


class L1Wavelet(Method):
    """Minimise ½ ‖M F S x − y‖² + λ ‖W x‖₁ by FISTA, the wavelet W shifted anew each iteration.

    The approximation band is not penalised. The shifts make the result independent of where
    the wavelet's grid happens to lie; λ falls to its value during the first half of the
    iterations, so that what is large is settled first.

    Source: Beck and Teboulle, SIAM J. Imaging Sci. 2(1), 183-202 (2009), eqs. 4.1-4.3; Figueiredo
    and Nowak, IEEE Trans. Image Process. 12(8), 906-916 (2003), for the shifts; Hale, Yin and
    Zhang, SIAM J. Optim. 19(3), 1107-1130 (2008), section 4.4, for the falling λ.
    """

    name: ClassVar[str] = "l1-wavelet"
    title: ClassVar[str] = "L1-wavelet"
    when: ClassVar[str] = "Random masks and any anatomy: the classical compressed sensing."

    iterations: int = option(100, low=1, high=1000, help="FISTA iterations.")
    regularisation: float | None = sparsity_weight(_MOST, "the wavelet coefficients")
    wavelet: WaveletName = wavelet_name()
    levels: int = wavelet_levels()
    shifts: bool = wavelet_shifts()

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the image after each iteration."""
        target = self.filled(problem).regularisation or 0.0
        encoding = Encoding(problem)
        measured = problem.kspace.samples
        right = encoding.adjoint(measured)
        size = 1 / encoding.norm()
        x = normal_x = torch.zeros_like(right)
        previous = normal_previous = x
        t_previous = t = 1.0
        for index in range(self.iterations):
            # Momentum; the normal operator is linear, so that of z comes from those of x.
            beta = (t_previous - 1) / t
            z = x + beta * (x - previous)
            normal_z = normal_x + beta * (normal_x - normal_previous)
            previous, normal_previous = x, normal_x
            x = self._sparse(z + size * (right - normal_z), size * self._weight(target, index), rng)
            step = encoding.step(x, measured, index, self.iterations)
            normal_x = encoding.adjoint(step.kspace)
            t_previous, t = t, (1 + sqrt(1 + 4 * t * t)) / 2
            yield step

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the weight that the scan's noise asks for."""
        return {"regularisation": min(max(_OF_NOISE * problem.noise_level, _LEAST), _MOST)}

    def _weight(self, target: float, index: int) -> float:
        """Return λ in that iteration: from a hundredfold down, geometrically."""
        above: float = _FIRST_WEIGHT ** (1 - 2 * index / self.iterations)
        return target * max(above, 1.0)

    def _sparse(self, image: Tensor, threshold: float, rng: torch.Generator) -> Tensor:
        """Return the proximal point of the wavelets' L1 norm, on a grid shifted at random."""
        wavelet = Wavelet(self.wavelet, self.levels)
        shrink = partial(soft_threshold, threshold=threshold)
        return with_details(image, wavelet, shrink, rng if self.shifts else None)
