"""AK-diffusion: a learned diffusion from the attenuated centre of k-space to all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Literal

import torch
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.diffusion.ak import CoilImages, ak_sampler
from ksyn.diffusion.attenuation import Fading, Schedule, geometric_sigmas, widest_blur
from ksyn.diffusion.coil_space import AllCoils, CoilSpace, Space, State, Unprojected
from ksyn.diffusion.correction import (
    Correction,
    correct_low_rank,
    correct_maps,
    correct_samples,
)
from ksyn.diffusion.denoiser import Denoiser
from ksyn.encoding import Encoding, coil_images, combine, one_image
from ksyn.errors import WeightsError
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.methods.protocol import Family, Method
from ksyn.noise import noise_level
from ksyn.options import option
from ksyn.weights import Precision, load_card, load_denoiser

_CONSTANT_WEIGHT = 0.1
_NOISE_WEIGHT = 0.15
_QUIETEST = 0.002
"""Maps are never exact: data are trusted no better than this noise level [image maximum]."""


class AkDiffusion(Method):
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
    family: ClassVar[Family] = "diffusion"
    when: ClassVar[str] = "High acceleration, when detail matters more than minutes."
    presets: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "paper": {
            "steps": 50,
            "corrector_steps": 1,
            "sigma_max": 1.0,
            "correction": "low-rank",
            "weighting": "constant",
            "prior_weight": 0.1,
            "kernel": 7,
            "cg_iterations": 10,
            "drift": "printed",
            "predictor": "reverse-sde",
            "score_from_corrected": False,
            "network_sees": "coils",
            "final_denoise": False,
        },
        "fast": {"steps": 12},
    }

    model: str = option("ak-head", help="Trained network that knows what images look like.")
    steps: int = option(40, low=1, high=1000, help="N, steps from the noisiest level down.")
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
        0.01, low=1e-4, high=0.5, unit="image maximum", help="σ_0, noise it ends with."
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
        help="λ, weight of the network against the data; under 'noise' times (σ_scan/σ_i)².",
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
    drift: Literal["projected", "printed", "unprojected"] = option(
        "projected",
        help="Which parts stay in the coil space: all, score and noise (as printed), or none.",
        advanced=True,
    )
    predictor: Literal["fresh-noise", "reverse-sde"] = option(
        "fresh-noise",
        help="How a step goes down: new noise around the corrected estimate, which ends nearer to "
        "the mean of all likely images, or a step of the reverse SDE (as published), which ends at "
        "one of them.",
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
    final_denoise: bool = option(
        True, help="Take the last noise out with one more network run.", advanced=True
    )
    reinsert: Literal["soft", "hard"] = option(
        "soft",
        help="Whether the result keeps measured samples as the last correction weighs them, or "
        "exactly.",
        advanced=True,
    )
    precision: Precision = option(
        "float32", help="Arithmetic of the network; bfloat16 is faster on new machines."
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield the corrected estimate after each step."""
        denoiser = load_denoiser(self.model, problem.device, self.precision)
        yield from ak_stream(problem, denoiser, self, rng)

    def automatic(self, problem: Problem) -> dict[str, float]:
        """Return the weight of the network; what it is multiplied with follows the scan's noise."""
        weight = _CONSTANT_WEIGHT if self.weighting == "constant" else _NOISE_WEIGHT
        return {"prior_weight": weight}

    @classmethod
    def unavailable(cls) -> str:
        """Return why the default weights cannot be used here; empty when they can."""
        try:
            return load_card(cls.model_fields["model"].default).unavailable()
        except WeightsError as error:
            return error.message.rstrip(".")

    def model_id(self) -> str:
        """Return the id of the weights."""
        return self.model


@torch.no_grad()
def ak_stream(
    problem: Problem, denoiser: Denoiser, options: AkDiffusion, rng: torch.Generator
) -> Iterator[Step]:
    """Yield the steps of AK-diffusion with any denoiser."""
    encoding, measured = Encoding(problem), problem.kspace.samples
    total = options.steps + options.final_denoise
    for index, (images, sigma) in enumerate(_estimates(problem, denoiser, options, rng)):
        kspace = image_to_kspace(images)
        if options.reinsert == "hard" and index + 1 == total:
            kspace = torch.where(problem.mask.samples, measured, kspace)
            images = kspace_to_image(kspace)
        scalars = {"data_residual": encoding.residual(kspace, measured), "sigma": sigma}
        image = one_image(combine(images, problem.sens_maps.maps))
        yield Step(image, kspace, index, total, scalars)


def schedule_of(problem: Problem, options: AkDiffusion) -> Schedule:
    """Return the levels the sampler goes through."""
    return Schedule(
        geometric_sigmas(options.sigma_min, options.sigma_max, options.steps),
        widest_blur(problem.mask, options.fading, options.sigma_max),
    )


def _estimates(
    problem: Problem, denoiser: Denoiser, options: AkDiffusion, rng: torch.Generator
) -> Iterator[tuple[CoilImages, float]]:
    """Yield the corrected clean coil images and the noise level they were seen through."""
    space, schedule = _SPACES[options.drift](problem.sens_maps.maps), schedule_of(problem, options)
    denoise, correct = _denoise(denoiser, space, schedule, options), _correct(problem, options)
    for state in ak_sampler(
        kspace_to_image(problem.kspace.samples),
        denoise,
        lambda images, i: correct(images, schedule.sigmas[i]),
        space,
        schedule,
        rng,
        corrector_steps=options.corrector_steps,
        snr=options.snr,
        score_from_corrected=options.score_from_corrected,
        fresh_noise=options.predictor == "fresh-noise",
    ):
        yield state.h, schedule.sigmas[state.i + 1]
    if options.final_denoise:
        yield correct(denoise(state.z, 0), schedule.sigmas[0]), schedule.sigmas[0]


_SPACES: dict[str, Callable[[Tensor], Space]] = {
    "projected": CoilSpace,
    "printed": AllCoils,
    "unprojected": Unprojected,
}


def _denoise(
    denoiser: Denoiser, space: Space, schedule: Schedule, options: AkDiffusion
) -> Callable[[State, int], CoilImages]:
    """Return the network as the sampler wants it: coil images out of a state."""

    def runs(images: Tensor, i: int) -> Tensor:
        denoised = denoiser(images.flatten(0, 1), schedule.sigmas[i], schedule.blur(i))
        return denoised.reshape(images.shape)

    def joint(state: State, i: int) -> CoilImages:
        return coil_images(runs(space.combined(state), i), space.maps)

    def coil_by_coil(state: State, i: int) -> CoilImages:
        return runs(space.coil_images(state), i)

    return joint if options.network_sees == "combined" else coil_by_coil


def _correct(problem: Problem, options: AkDiffusion) -> Callable[[CoilImages, float], CoilImages]:
    """Return the data consistency with the weight its options give at a noise level."""
    correction = _correction(problem, options)
    noise = max(problem.noise_level or noise_level(problem.kspace.samples), _QUIETEST)
    weight = options.filled(problem).prior_weight or 0.0

    def correct(images: CoilImages, sigma: float) -> CoilImages:
        return correction(
            images, weight if options.weighting == "constant" else weight * (noise / sigma) ** 2
        )

    return correct


def _correction(problem: Problem, options: AkDiffusion) -> Correction:
    if options.correction == "coil-maps":
        return correct_maps(problem, iterations=options.cg_iterations)
    if options.correction == "samples":
        return correct_samples(problem)
    return correct_low_rank(
        problem, kernel=options.kernel, keep=options.keep, iterations=options.cg_iterations
    )
