"""An unrolled network: learned mending of the image and data consistency, in turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.data import Problem, Step
from ksyn.learned import load_reconstructor, reconstruction_steps, why_untrained
from ksyn.methods.protocol import Family, Method
from ksyn.options import option
from ksyn.weights import Precision


class UnrolledReconstruction(Method):
    """Alternate z = x + U(x) and x = argmin ‖M F S x − y‖² + λ ‖x − z‖², a few times.

    The networks U and the weights λ are trained together, end to end; λ follows the scan's noise.

    Source: Aggarwal et al., IEEE Trans. Med. Imaging 38(2), 394-405 (2019) (MoDL); Schlemper et
    al., IEEE Trans. Med. Imaging 37(2), 491-503 (2018) (D5C5).
    """

    name: ClassVar[str] = "unrolled"
    title: ClassVar[str] = "Unrolled network"
    family: ClassVar[Family] = "learned"
    when: ClassVar[str] = "In seconds, when the scan resembles what the network was trained on."

    model: str = option(
        "unrolled-head", model_of="reconstruction/unrolled", help="Trained network."
    )
    precision: Precision = option(
        "float32", help="Arithmetic of the network; bfloat16 is faster on new machines."
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the regularised least-squares image, then the image after each cascade."""
        network = load_reconstructor(self.model, self.name, problem.device)
        yield from reconstruction_steps(network, problem, self.precision)

    @classmethod
    def unavailable(cls) -> str:
        """Return why the default weights cannot be used here; empty when they can."""
        return why_untrained(cls.model_fields["model"].default)

    def model_id(self) -> str:
        """Return the id of the weights."""
        return self.model
