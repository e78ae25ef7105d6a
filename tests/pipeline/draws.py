"""Methods that draw: every seed gives another image, at once."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

import torch

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding
from ksyn.methods.protocol import Method
from ksyn.noise import complex_noise


class Draws(Method):
    """Three steps of noise around the measured samples."""

    name: ClassVar[str] = "draws"
    title: ClassVar[str] = "Draws"
    when: ClassVar[str] = "In tests."

    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        yield from _steps(problem, [rng])


class DrawsMany(Draws):
    """The same, of several seeds at once."""

    def stream_together(self, problem: Problem, rngs: Sequence[torch.Generator]) -> Iterator[Step]:
        yield from _steps(problem, rngs)


def _steps(problem: Problem, rngs: Sequence[torch.Generator]) -> Iterator[Step]:
    encoding, measured = Encoding(problem), problem.kspace.samples
    for index in range(3):
        parts = [measured + 0.1 * complex_noise(tuple(measured.shape), rng) for rng in rngs]
        images = torch.cat([encoding.adjoint(part)[:, 0] for part in parts])
        residual = encoding.residual(parts[0], measured)
        yield Step(images, torch.cat(parts), index, 3, {"data_residual": residual})
