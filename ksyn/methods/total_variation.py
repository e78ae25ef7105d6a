"""Total variation: the image that fits the data and has few, sharp edges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding, solve
from ksyn.fourier import centre, decentre
from ksyn.methods.protocol import Method
from ksyn.methods.shared_options import sparsity_weight, splitting_penalty, splitting_solves
from ksyn.options import option

_OF_NOISE = 0.15
"""λ in units of the noise level: within 0.1 dB of the weight that suited two real scans best, and
right for scans of other noise too."""
_LEAST, _MOST = 1e-3, 1.0
"""λ all the same where there is no noise: aliasing has to be suppressed too."""


class TotalVariation(Method):
    """Minimise ½ ‖M F S x − y‖² + λ Σ |∇x| by the alternating direction method of multipliers.

    The length of ∇x is taken over both directions, real and imaginary parts together
    (isotropic); differences wrap around the image's border.

    Source: Rudin, Osher and Fatemi, Physica D 60, 259-268 (1992); Boyd et al., Found. Trends
    Mach. Learn. 3(1), 1-122 (2011), eqs. 3.5-3.7 and section 6.4.1.
    """

    name: ClassVar[str] = "total-variation"
    title: ClassVar[str] = "Total variation"
    when: ClassVar[str] = "Piecewise smooth images, phantoms above all; paints flat patches else."

    iterations: int = option(40, low=1, high=1000, help="Iterations of the splitting.")
    regularisation: float | None = sparsity_weight(_MOST, "the image's variation")
    penalty: float = splitting_penalty(0.05)
    inner_iterations: int = splitting_solves()

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the image after each iteration."""
        encoding = Encoding(problem)
        measured = problem.kspace.samples
        weight, rho = self.filled(problem).regularisation or 0.0, self.penalty
        right = decentre(encoding.adjoint(measured))

        def normal(image: Tensor) -> Tensor:
            return encoding.plain_normal(image) + rho * gradient_adjoint(gradient(image))

        x = torch.zeros_like(right)
        z = u = gradient(x)
        for index in range(self.iterations):
            x = solve(normal, right + rho * gradient_adjoint(z - u), x, self.inner_iterations)
            edges = gradient(x)
            z = shrink(edges + u, weight / rho)
            u = u + edges - z
            yield encoding.step(centre(x), measured, index, self.iterations)

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the weight that the scan's noise asks for."""
        return {"regularisation": min(max(_OF_NOISE * problem.noise_level, _LEAST), _MOST)}


def gradient(image: Complex[Tensor, "*batch y x"]) -> Complex[Tensor, "2 *batch y x"]:
    """Return the differences to the next pixel along y and along x."""
    return torch.stack([torch.roll(image, -1, dims=axis) - image for axis in (-2, -1)])


def gradient_adjoint(field: Complex[Tensor, "2 *batch y x"]) -> Complex[Tensor, "*batch y x"]:
    """Return the adjoint of `gradient`: the negative divergence."""
    back = torch.roll(field[0], 1, dims=-2) + torch.roll(field[1], 1, dims=-1)
    return back - field.sum(dim=0)


def shrink(
    field: Complex[Tensor, "2 *batch y x"], threshold: float
) -> Complex[Tensor, "2 *batch y x"]:
    """Shorten each pixel's vector by the threshold, to 0 at least."""
    length = (field.real.square() + field.imag.square()).sum(dim=0).sqrt()
    return field * ((length - threshold).clamp_min(0) / length.clamp_min(1e-20))
