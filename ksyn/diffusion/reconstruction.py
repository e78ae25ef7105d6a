"""What reconstructions by diffusion share: a network, a space, a schedule, a data consistency."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.diffusion.ak import Correct, Denoise, Predictor, ak_sampler
from ksyn.diffusion.attenuation import Schedule
from ksyn.diffusion.coil_space import CoilImages, Randomness, Space, State
from ksyn.diffusion.correction import Correction
from ksyn.diffusion.denoiser import Denoiser
from ksyn.diffusion.turning import Turned, turn_of
from ksyn.encoding import Encoding, coil_images, combine, one_image
from ksyn.fourier import image_to_kspace, kspace_to_image

MODEL_ERROR = 0.01
"""Coil maps and the stillness of the object are never exact: that is noise too [image maximum]."""
NOISE_WEIGHT = 0.09
"""Weight of the network that serves most scans; see `noise_weight`."""


@dataclass(frozen=True, eq=False)
class Walk:
    """One way from noise to images."""

    start: CoilImages
    """What the first noise is added to, before it fades."""
    space: Space
    schedule: Schedule
    denoise: Denoise
    correct: Correct
    predictor: Predictor = "fresh-noise"
    corrector_steps: int = 0
    snr: float = 0.16
    score_from_corrected: bool = True
    temperature: float = 1.0
    final_denoise: bool = True
    """Whether one more network run takes out the noise of level 0."""
    keep_samples: bool = False
    """Whether the result holds the measured samples exactly."""

    @property
    def total(self) -> int:
        """Steps there will be."""
        return self.schedule.n_steps + self.final_denoise


@torch.no_grad()
def walk(problem: Problem, way: Walk, rng: Randomness) -> Iterator[Step]:
    """Yield the corrected estimate after each step.

    Its scalar ``sigma`` is the noise level of the state that it was seen through.
    """
    encoding, measured = Encoding(problem), problem.kspace.samples
    for index, (images, sigma) in enumerate(_estimates(way, rng)):
        kspace = image_to_kspace(images)
        if way.keep_samples and index + 1 == way.total:
            kspace = torch.where(problem.mask.samples, measured, kspace)
            images = kspace_to_image(kspace)
        scalars = {"data_residual": encoding.residual(kspace, measured), "sigma": sigma}
        image = one_image(combine(images, problem.sens_maps.maps))
        yield Step(image, kspace, index, way.total, scalars)


def repeated(problem: Problem, times: int) -> Problem:
    """Return a problem with its frames again and again: one series for each of several samples."""
    if times == 1:
        return problem
    kspace, mask = problem.kspace, problem.mask
    if mask.samples.shape[0] > 1:
        mask = type(mask)(mask.samples.repeat(times, 1, 1, 1))
    samples = kspace.samples.repeat(times, 1, 1, 1)
    return Problem(kspace.with_samples(samples), mask, problem.sens_maps, problem.noise_level)


def combined_network(
    denoiser: Denoiser, space: Space, schedule: Schedule, *, turns: bool = False
) -> Denoise:
    """Return h = S D(Sᴴ z): the network sees the combined image, with `turns` turned each time."""

    def denoise(state: State, i: int) -> CoilImages:
        seen = Turned(denoiser, turn_of(i)) if turns else denoiser
        return coil_images(_run(seen, space.combined(state), schedule, i), space.maps)

    return denoise


def coilwise_network(
    denoiser: Denoiser, space: Space, schedule: Schedule, *, turns: bool = False
) -> Denoise:
    """Return h_c = D(z_c): the network sees one coil at a time, with `turns` turned each time."""

    def denoise(state: State, i: int) -> CoilImages:
        seen = Turned(denoiser, turn_of(i)) if turns else denoiser
        return _run(seen, space.coil_images(state), schedule, i)

    return denoise


def constant_weight(correction: Correction, weight: float) -> Correct:
    """Return the data consistency that trusts every estimate alike."""
    return lambda images, _: correction(images, weight)


def noise_weight(
    correction: Correction, weight: float, problem: Problem, schedule: Schedule
) -> Correct:
    """Return the data consistency with λ = `weight` · (σ_scan² + ε²) / σ_i².

    The noisier the state an estimate was seen through, the less it counts against the data.
    """
    noise = math.hypot(problem.noise_level, MODEL_ERROR)
    return lambda images, i: correction(images, weight * (noise / schedule.sigmas[i]) ** 2)


def _estimates(way: Walk, rng: Randomness) -> Iterator[tuple[CoilImages, float]]:
    """Yield the corrected clean coil images and the noise level they were seen through."""
    sigmas = way.schedule.sigmas
    for state in ak_sampler(
        way.start,
        way.denoise,
        way.correct,
        way.space,
        way.schedule,
        rng,
        predictor=way.predictor,
        corrector_steps=way.corrector_steps,
        snr=way.snr,
        score_from_corrected=way.score_from_corrected,
        temperature=way.temperature,
    ):
        yield state.h, sigmas[state.i + 1]
    if way.final_denoise:
        yield way.correct(way.denoise(state.z, 0), 0), sigmas[0]


def _run(denoiser: Denoiser, images: Tensor, schedule: Schedule, i: int) -> Tensor:
    denoised = denoiser(images.flatten(0, 1), schedule.sigmas[i], schedule.blur(i))
    return denoised.reshape(images.shape)
