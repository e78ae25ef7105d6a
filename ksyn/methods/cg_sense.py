"""Iterative SENSE: the least-squares image, by conjugate gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding, conjugate_gradients
from ksyn.fourier import centre, decentre
from ksyn.methods.protocol import Method
from ksyn.options import option

_IMAGE_POWER = 0.05
"""Mean of |x|² of images whose maximum is 1: with it λ is that of a Gaussian prior."""
_MOST = 10.0
_OF_COILS = 0.03
"""Most λ for each coil but the first: beyond, it darkens more than it steadies what they unfold."""


class CgSense(Method):
    """Minimise ½ ‖M F S x − y‖² + ½ λ ‖x‖² by conjugate gradients, from x = 0.

    Source: Pruessmann et al., Magn. Reson. Med. 46(4), 638-651 (2001).
    """

    name: ClassVar[str] = "cg-sense"
    title: ClassVar[str] = "CG-SENSE"
    when: ClassVar[str] = "Several coils and moderate acceleration: fast, and linear in the data."
    unfolds_by_coils_alone: ClassVar[bool] = True

    iterations: int = option(15, low=1, high=500, help="Conjugate-gradient iterations.")
    regularisation: float | None = option(
        None,
        low=0.0,
        high=_MOST,
        help="Weight λ of the squared image; more is smoother and darker; automatic follows the "
        "noise, and is 0 with one coil.",
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the image after each iteration."""
        encoding = Encoding(problem)
        measured = problem.kspace.samples
        weight = self.filled(problem).regularisation or 0.0
        right = decentre(encoding.adjoint(measured))

        def normal(image: Tensor) -> Tensor:
            return encoding.plain_normal(image) + weight * image

        iterates = conjugate_gradients(normal, right, torch.zeros_like(right), self.iterations)
        for index, image in enumerate(iterates):
            yield encoding.step(centre(image), measured, index, self.iterations)

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the noise's power over the image's; one coil unfolds nothing, and needs no λ."""
        most = min(_OF_COILS * (problem.kspace.n_coils - 1), _MOST)
        return {"regularisation": min(2 * problem.noise_level**2 / _IMAGE_POWER, most)}
