"""Structured low rank: the k-space that filters found in its centre annihilate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.completion import completed_step, fit
from ksyn.data import Problem, Step
from ksyn.evidence import evidence_of, prior_of
from ksyn.fourier import decentre
from ksyn.lowrank import apply_gram, gram_of, mean_eigenvalue, soft_null_space
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
    unfolds_by_coils_alone: ClassVar[bool] = True

    iterations: int = option(
        25, low=1, high=500, help="Conjugate-gradient iterations; too many let noise in."
    )
    kernel: int = option(5, low=2, high=11, unit="samples", help="Side of the filters.")
    threshold: float = option(
        0.01,
        low=1e-6,
        high=100.0,
        help="Squared singular values below this, of their mean, are annihilated.",
    )
    penalty: float = option(
        0.05, low=1e-4, high=1e4, help="Weight λ of the filters against the measured samples."
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the fitted k-space after each iteration."""
        evidence = evidence_of(problem, (self.kernel, self.kernel))
        filters = soft_null_space(evidence.gram, self.threshold) * self.penalty**0.5
        shaped = filters.reshape(len(filters), -1, self.kernel, self.kernel)
        gram = gram_of(shaped.to(problem.kspace.samples.dtype), problem.kspace.matrix)
        prior = prior_of(problem, evidence.left_by(filters), mean_eigenvalue(gram))
        rule = decentre(gram)
        fitted = fit(problem, lambda z: apply_gram(rule, z), prior, self.iterations)
        for index, kspace in enumerate(fitted):
            yield completed_step(problem, kspace, index, self.iterations)
