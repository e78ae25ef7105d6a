"""The zero-filled image: what the measured samples show by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.data import Problem, Step
from ksyn.encoding import Encoding, one_image
from ksyn.methods.protocol import Method


class ZeroFilled(Method):
    """Combine the coils of the measured samples; nothing is filled in."""

    name: ClassVar[str] = "zero-filled"
    title: ClassVar[str] = "Zero-filled"
    when: ClassVar[str] = "To see the aliasing that every other method has to remove."

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the one step there is."""
        encoding = Encoding(problem)
        image = encoding.adjoint(problem.kspace.samples)
        residual = encoding.residual(problem.kspace.samples, problem.kspace.samples)
        yield Step(
            one_image(image), problem.kspace.samples.clone(), 0, 1, {"data_residual": residual}
        )
