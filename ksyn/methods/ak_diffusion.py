"""AK-diffusion: a learned diffusion from the attenuated centre of k-space to all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal, Self

import torch
from pydantic import model_validator

from ksyn.data import Problem, Step
from ksyn.diffusion.ak import Correct, Predictor
from ksyn.diffusion.attenuation import (
    Fading,
    Schedule,
    check_falling,
    geometric_sigmas,
    widest_blur,
)
from ksyn.diffusion.coil_space import AllCoils, CoilSpace, Randomness, Space, Unprojected
from ksyn.diffusion.correction import (
    Correction,
    correct_low_rank,
    correct_maps,
    correct_samples,
)
from ksyn.diffusion.denoiser import Denoiser
from ksyn.diffusion.null_space import NullSpace, null_space_projector
from ksyn.diffusion.reconstruction import (
    NOISE_WEIGHT,
    Walk,
    coilwise_network,
    combined_network,
    constant_weight,
    noise_weight,
    walk,
)
from ksyn.fourier import kspace_to_image
from ksyn.methods.with_model import DiffusionMethod, model_option
from ksyn.options import option

_CONSTANT_WEIGHT = 0.1


class AkDiffusion(DiffusionMethod):
    """Predict and correct in the coil space: each step brings back high frequencies.

    The network sees the coil-combined image, h = S D(Sᴴ z): since z lies in the coil space, that
    is a network of all coils at once, and as many times cheaper as there are coils. The paper's
    own network sees one coil at a time.

    Source: AK-diffusion, arXiv 2308.15918, algorithm 1. Defaults that differ from it (projected
    drift, score of the corrected estimate, correction in the coil space, weight that follows the
    noise) measured better.
    """

    name: ClassVar[str] = "ak-diffusion"
    title: ClassVar[str] = "AK-diffusion"
    when: ClassVar[str] = "High acceleration, when detail matters more than minutes."
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "paper": {
            "steps": 50,
            "corrector_steps": 1,
            "sigma_max": 1.0,
            "sigma_min": 0.01,
            "correction": "low-rank",
            "weighting": "constant",
            "prior_weight": 0.1,
            "kernel": 7,
            "penalty": 1.0,
            "cg_iterations": 21,
            "drift": "printed",
            "predictor": "reverse-sde",
            "score_from_corrected": False,
            "network_sees": "coils",
            "turns": False,
            "final_denoise": False,
        },
        "fast": {"steps": 14},
        # Samples that differ about as much as each may be wrong.
        "posterior": {"temperature": 1.0},
    }

    model: str = model_option(
        "prior", "ak-head", text="Trained network that knows what images look like."
    )
    steps: int = option(20, low=1, high=1000, help="N, steps from the noisiest level down.")
    corrector_steps: int = option(
        0, low=0, high=10, help="M, Langevin steps after each step; each costs one network run."
    )
    snr: float = option(
        0.16, low=0.001, high=2, help="r, signal-to-noise ratio of a Langevin step.", advanced=True
    )
    sigma_max: float = option(
        0.3, low=0.01, high=10, unit="image maximum", help="σ_N, noise the sampler starts from."
    )
    sigma_min: float = option(
        0.02, low=1e-4, high=0.5, unit="image maximum", help="σ_0, noise it ends with."
    )
    fading: Fading = option(
        "automatic",
        help="Axes along which high frequencies fade, then return; none: plain variance exploding.",
    )
    correction: Literal["coil-maps", "low-rank", "samples"] = option(
        "coil-maps",
        help="How an estimate is pulled to the data: with the coil maps, with filters that "
        "annihilate k-space (as published), or sample by sample.",
    )
    weighting: Literal["noise", "constant"] = option(
        "noise", help="Whether the data count the more, the noisier the estimate, or always alike."
    )
    prior_weight: float | None = option(
        None,
        low=1e-6,
        high=100,
        help="λ, weight of the network against the data; under 'noise' times "
        "(σ_scan² + 0.01²)/σ_i².",
    )
    cg_iterations: int = option(
        5, low=1, high=200, help="Conjugate-gradient iterations of each correction.", advanced=True
    )
    kernel: int = option(
        5, low=2, high=11, unit="samples", help="Side of the annihilating filters.", advanced=True
    )
    keep: float = option(
        0.4, low=0.01, high=0.95, help="Fraction of filters that annihilate.", advanced=True
    )
    penalty: float = option(
        0.1,
        low=1e-4,
        high=100,
        help="Weight of the annihilating filters against the measured samples (published: 1); "
        "more asks for more iterations.",
        advanced=True,
    )
    projector: Literal["coil-maps", "null-space"] = option(
        "coil-maps",
        help="What the coil space is: all that the coil maps can make of an image, or all that "
        "the annihilating filters leave.",
        advanced=True,
    )
    drift: Literal["projected", "printed", "unprojected"] = option(
        "projected",
        help="Which parts stay in the coil space: all, score and noise (as printed), or none.",
        advanced=True,
    )
    predictor: Predictor = option(
        "fresh-noise",
        help="How a step goes down: new noise around the corrected estimates, carried on to second "
        "order, which ends nearer to the mean of all likely images; a step of the reverse SDE (as "
        "published), which ends at one of them; or without new noise, to first or second order.",
        advanced=True,
    )
    temperature: float = option(
        0.2,
        low=0,
        high=1,
        help="Share of a level's noise that 'fresh-noise' adds: with less, samples lie closer "
        "together, and each nearer to their mean; with 1 they differ about as much as they err.",
        advanced=True,
    )
    score_from_corrected: bool = option(
        True,
        help="Take the score of the reverse SDE, like its drift, from the corrected estimate; as "
        "published it is not, and where nothing fades the state never hears of the data.",
        advanced=True,
    )
    network_sees: Literal["combined", "coils"] = option(
        "combined", help="One combined image, or each coil's image in turn.", advanced=True
    )
    turns: bool = option(
        True,
        help="Show the network its image flipped or transposed, another way at each step, so that "
        "its errors average out.",
        advanced=True,
    )
    final_denoise: bool = option(
        True, help="Take the last noise out with one more network run.", advanced=True
    )
    reinsert: Literal["soft", "hard"] = option(
        "soft",
        help="Whether the result keeps measured samples as the last correction weighs them, or "
        "exactly.",
        advanced=True,
    )

    @model_validator(mode="after")
    def _noise_falls(self) -> Self:
        check_falling(self.sigma_min, self.sigma_max)
        return self

    def sample(self, problem: Problem, denoiser: Denoiser, rng: Randomness) -> Iterator[Step]:
        """Yield the corrected estimate after each step."""
        return ak_stream(problem, denoiser, self, rng)

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the weight of the network; what it is multiplied with follows the scan's noise."""
        weight = _CONSTANT_WEIGHT if self.weighting == "constant" else NOISE_WEIGHT
        return {"prior_weight": weight}


@torch.no_grad()
def ak_stream(
    problem: Problem, denoiser: Denoiser, options: AkDiffusion, rng: Randomness
) -> Iterator[Step]:
    """Yield the steps of AK-diffusion with any denoiser."""
    schedule = schedule_of(problem, options)
    space = _space(problem, options)
    network = combined_network if options.network_sees == "combined" else coilwise_network
    way = Walk(
        start=kspace_to_image(problem.kspace.samples),
        space=space,
        schedule=schedule,
        denoise=network(denoiser, space, schedule, turns=options.turns),
        correct=_correct(problem, schedule, options),
        predictor=options.predictor,
        corrector_steps=options.corrector_steps,
        snr=options.snr,
        score_from_corrected=options.score_from_corrected,
        temperature=options.temperature,
        final_denoise=options.final_denoise,
        keep_samples=options.reinsert == "hard",
    )
    yield from walk(problem, way, rng)


def schedule_of(problem: Problem, options: AkDiffusion) -> Schedule:
    """Return the levels the sampler goes through."""
    return Schedule(
        geometric_sigmas(options.sigma_min, options.sigma_max, options.steps),
        widest_blur(problem.mask, options.fading, options.sigma_max),
    )


def _space(problem: Problem, options: AkDiffusion) -> Space:
    maps = problem.sens_maps.maps
    if options.drift == "unprojected":
        return Unprojected(maps)
    if options.projector == "null-space":
        projector = null_space_projector(problem, kernel=options.kernel, keep=options.keep)
        return NullSpace(maps, projector, drift=options.drift == "projected")
    return CoilSpace(maps) if options.drift == "projected" else AllCoils(maps)


def _correct(problem: Problem, schedule: Schedule, options: AkDiffusion) -> Correct:
    """Return the data consistency with the weight its options give at each level."""
    correction, weight = _correction(problem, options), options.filled(problem).prior_weight or 0.0
    if options.weighting == "constant":
        return constant_weight(correction, weight)
    return noise_weight(correction, weight, problem, schedule)


def _correction(problem: Problem, options: AkDiffusion) -> Correction:
    if options.correction == "coil-maps":
        return correct_maps(problem, iterations=options.cg_iterations)
    if options.correction == "samples":
        return correct_samples(problem)
    return correct_low_rank(
        problem,
        kernel=options.kernel,
        keep=options.keep,
        penalty=options.penalty,
        iterations=options.cg_iterations,
    )
