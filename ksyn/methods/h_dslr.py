"""H-DSLR: learned filters that annihilate k-space, and a learned prior of coil images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.data import Problem, Step
from ksyn.learned import load_reconstructor, reconstruction_steps, why_untrained
from ksyn.methods.protocol import Family, Method
from ksyn.options import option
from ksyn.weights import Precision


class HDslrReconstruction(Method):
    """Minimise ‖M z − y‖² + λ₁ ‖N_k z‖² + λ₂ ‖N_i Fᴴ z‖² over the k-space z of all coils.

    Structured low rank finds the filters that annihilate a scan's k-space in its calibration
    centre; here a CNN N_k that was trained on other scans stands for them, beside a CNN N_i of the
    coil images. Coil maps only combine the coils in the end, so none have to be right.

    Source: Pramanik, Aggarwal and Jacob, IEEE Trans. Med. Imaging 39(12), 4186-4197 (2020).
    """

    name: ClassVar[str] = "h-dslr"
    title: ClassVar[str] = "H-DSLR"
    family: ClassVar[Family] = "learned"
    when: ClassVar[str] = "Where coil maps cannot be trusted: it unfolds without them."

    model: str = option("h-dslr-head", model_of="reconstruction/h-dslr", help="Trained network.")
    precision: Precision = option(
        "float32", help="Arithmetic of the network; bfloat16 is faster on new machines."
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the zero-filled k-space, then that after each round."""
        network = load_reconstructor(self.model, self.name, problem.device)
        yield from reconstruction_steps(network, problem, self.precision)

    @classmethod
    def unavailable(cls) -> str:
        """Return why the default weights cannot be used here; empty when they can."""
        return why_untrained(cls.model_fields["model"].default)

    def model_id(self) -> str:
        """Return the id of the weights."""
        return self.model
