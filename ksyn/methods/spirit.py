"""SPIRiT: every sample of k-space agrees with all those around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.completion import complete, completed_step
from ksyn.data import Problem, Step
from ksyn.fourier import decentre
from ksyn.kernels import kernel_for, spirit_rule
from ksyn.lowrank import apply_gram
from ksyn.methods.protocol import Method
from ksyn.methods.shared_options import spirit_kernel, spirit_ridge
from ksyn.options import option


class Spirit(Method):
    """Minimise ‖(G − I) z‖² over the missing samples of the k-space z of all coils.

    G predicts each sample from its surroundings, missing samples too, with weights learnt from
    the fully sampled centre. Measured samples are kept as they are.

    Source: Lustig and Pauly, Magn. Reson. Med. 64(2), 457-471 (2010).
    """

    name: ClassVar[str] = "spirit"
    title: ClassVar[str] = "SPIRiT"
    when: ClassVar[str] = "Several coils, any mask with a centre: needs no coil maps to unfold."
    unfolds_by_coils_alone: ClassVar[bool] = True

    iterations: int = option(
        25, low=1, high=500, help="Conjugate-gradient iterations; too many let noise in."
    )
    kernel: int | None = spirit_kernel()
    regularisation: float = spirit_ridge()

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the completed k-space after each iteration."""
        kernel = self.filled(problem).kernel or 0
        gram, prior = spirit_rule(problem, kernel, self.regularisation)
        rule = decentre(gram)
        completed = complete(problem, lambda z: apply_gram(rule, z), prior, self.iterations)
        for index, kspace in enumerate(completed):
            yield completed_step(problem, kspace, index, self.iterations)

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the kernel that the coils and the centre ask for."""
        return {"kernel": kernel_for(problem)}
