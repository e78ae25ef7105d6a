"""VE-diffusion: noise is taken away from the coil-combined image, nothing fades."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Self

import torch
from pydantic import model_validator

from ksyn.data import Problem, Step
from ksyn.diffusion.ak import Predictor
from ksyn.diffusion.attenuation import Schedule, check_falling, geometric_sigmas
from ksyn.diffusion.coil_space import CoilSpace, Randomness
from ksyn.diffusion.correction import correct_maps
from ksyn.diffusion.denoiser import Denoiser
from ksyn.diffusion.reconstruction import NOISE_WEIGHT, Walk, combined_network, noise_weight, walk
from ksyn.fourier import kspace_to_image
from ksyn.methods.with_model import DiffusionMethod, model_option
from ksyn.options import option


class VeDiffusion(DiffusionMethod):
    """Predict and correct in the image: each step takes away noise, coil maps bring in the data.

    The variance-exploding diffusion that AK-diffusion is compared with: the sampler is the same,
    the state is one image, and no frequency fades. Each estimate is corrected by parallel imaging,
    a few iterations of CG-SENSE that start from it, and the score is that of the corrected one.

    Its prior need not know blurred images. That of AK-diffusion, which stands in where there is no
    other, saw as many without blur as with it.

    Source: Song et al., ICLR 2021, algorithms 2 and 3 (predictor and corrector of the
    variance-exploding SDE); with the parallel-imaging correction it is the baseline of
    AK-diffusion, arXiv 2308.15918, table III, which leaves its details open.
    """

    name: ClassVar[str] = "ve-diffusion"
    title: ClassVar[str] = "VE-diffusion"
    when: ClassVar[str] = "What AK-diffusion is compared with: diffusion in the image alone."

    model: str = model_option(
        "prior", "ve-head", "ak-head", text="Trained network that knows what images look like."
    )
    steps: int = option(50, low=1, high=1000, help="N, steps from the noisiest level down.")
    corrector_steps: int = option(
        1, low=0, high=10, help="M, Langevin steps after each step; each costs one network run."
    )
    snr: float = option(
        0.16, low=0.001, high=2, help="r, signal-to-noise ratio of a Langevin step.", advanced=True
    )
    sigma_max: float = option(
        1.0, low=0.01, high=10, unit="image maximum", help="σ_N, noise the sampler starts from."
    )
    sigma_min: float = option(
        0.01, low=1e-4, high=0.5, unit="image maximum", help="σ_0, noise it ends with."
    )
    prior_weight: float | None = option(
        None,
        low=1e-6,
        high=100,
        help="λ, weight of the network against the data, times (σ_scan² + 0.01²)/σ_i².",
    )
    cg_iterations: int = option(
        5, low=1, high=200, help="Conjugate-gradient iterations of each correction.", advanced=True
    )
    predictor: Predictor = option(
        "reverse-sde",
        help="How a step goes down: a step of the reverse SDE (as published); new noise around the "
        "corrected estimate; or without new noise, to first or second order.",
        advanced=True,
    )

    @model_validator(mode="after")
    def _noise_falls(self) -> Self:
        check_falling(self.sigma_min, self.sigma_max)
        return self

    def sample(self, problem: Problem, denoiser: Denoiser, rng: Randomness) -> Iterator[Step]:
        """Yield the corrected estimate after each step."""
        return ve_stream(problem, denoiser, self, rng)

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the weight of the network; what it is multiplied with follows the scan's noise."""
        return {"prior_weight": NOISE_WEIGHT}


@torch.no_grad()
def ve_stream(
    problem: Problem, denoiser: Denoiser, options: VeDiffusion, rng: Randomness
) -> Iterator[Step]:
    """Yield the steps of VE-diffusion with any denoiser."""
    sigmas = geometric_sigmas(options.sigma_min, options.sigma_max, options.steps)
    schedule, space = Schedule(sigmas), CoilSpace(problem.sens_maps.maps)
    correction = correct_maps(problem, iterations=options.cg_iterations)
    weight = options.filled(problem).prior_weight or 0.0
    way = Walk(
        start=kspace_to_image(problem.kspace.samples),
        space=space,
        schedule=schedule,
        denoise=combined_network(denoiser, space, schedule),
        correct=noise_weight(correction, weight, problem, schedule),
        predictor=options.predictor,
        corrector_steps=options.corrector_steps,
        snr=options.snr,
    )
    yield from walk(problem, way, rng)
