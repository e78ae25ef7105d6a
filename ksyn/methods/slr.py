"""Structured low rank: the k-space that filters found in its centre annihilate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.completion import completed_step, fit
from ksyn.data import Problem, Step
from ksyn.fourier import image_to_kspace
from ksyn.lowrank import annihilating_gram, apply_gram
from ksyn.methods.protocol import Method
from ksyn.options import option


class Slr(Method):
    """Minimise ‖M z − y‖² + λ ‖H(z) N‖², H(z) the block-Hankel matrix of all coils' windows.

    N are the smallest right singular vectors of H of the fully sampled centre. It is the part of
    AK-diffusion that needs no network; measured samples may move, and lose noise.

    Source: Zhang et al., Magn. Reson. Med. 66(5), 1241-1253 (2011); the weighted form is that of
    AK-diffusion, arXiv 2308.15918, algorithm 1, line 6.
    """

    name: ClassVar[str] = "slr"
    title: ClassVar[str] = "Structured low rank"
    when: ClassVar[str] = "What AK-diffusion does without its network, to see what that adds."

    iterations: int = option(
        30, low=1, high=500, help="Conjugate-gradient iterations; too many let noise in."
    )
    kernel: int = option(5, low=2, high=11, unit="samples", help="Side of the filters.")
    keep: float = option(0.6, low=0.01, high=0.95, help="Fraction of filters that annihilate.")
    penalty: float = option(
        0.1, low=1e-4, high=1e4, help="Weight λ of the filters against the measured samples."
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the fitted k-space after each iteration."""
        gram = self.penalty * annihilating_gram(
            problem.kspace, problem.mask, self.kernel, self.keep
        )
        iterates = fit(problem, lambda z: apply_gram(gram, z), self.iterations)
        for index, images in enumerate(iterates):
            kspace = image_to_kspace(images)
            yield completed_step(problem, kspace, index, self.iterations)
