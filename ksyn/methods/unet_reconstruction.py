"""A supervised U-Net: the network's answer to the zero-filled image, in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.data import Problem, Step
from ksyn.learned import load_reconstructor, reconstruction_steps, why_untrained
from ksyn.methods.protocol import Family, Method
from ksyn.options import option
from ksyn.weights import Precision


class UNetReconstruction(Method):
    """Let a U-Net take the aliasing out of the zero-filled image, x = x₀ + U(x₀).

    Nothing holds its answer to the measurement: see the data residual.

    Source: Zbontar et al., arXiv 1811.08839, section 5.2 (the fastMRI baseline), here of complex
    coil-combined images.
    """

    name: ClassVar[str] = "unet"
    title: ClassVar[str] = "U-Net"
    family: ClassVar[Family] = "learned"
    when: ClassVar[str] = "In a fraction of a second, where what was measured need not be kept."

    model: str = option("unet-head", model_of="reconstruction/unet", help="Trained network.")
    precision: Precision = option(
        "float32", help="Arithmetic of the network; bfloat16 is faster on new machines."
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the zero-filled image, then the network's answer."""
        network = load_reconstructor(self.model, self.name, problem.device)
        yield from reconstruction_steps(network, problem, self.precision)

    @classmethod
    def unavailable(cls) -> str:
        """Return why the default weights cannot be used here; empty when they can."""
        return why_untrained(cls.model_fields["model"].default)

    def model_id(self) -> str:
        """Return the id of the weights."""
        return self.model
