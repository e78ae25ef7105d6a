"""A method that draws: every seed gives another image, at once."""

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding
from ksyn.fourier import kspace_to_image
from ksyn.methods.protocol import Method
from ksyn.noise import complex_noise


class Draws(Method):
    """Yield noise around the zero-filled image."""

    name: ClassVar[str] = "draws"
    title: ClassVar[str] = "Draws"
    when: ClassVar[str] = "In tests."

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        encoding = Encoding(problem)
        for index in range(3):
            noise = complex_noise(tuple(problem.kspace.samples.shape), rng)
            kspace = problem.kspace.samples + 0.1 * noise
            image = (kspace_to_image(kspace) * problem.sens_maps.maps.conj()).sum(1)
            residual = encoding.residual(kspace, problem.kspace.samples)
            yield Step(image, kspace, index, 3, {"data_residual": residual})
