"""The AK-diffusion sampler: bring back high frequencies and take away noise, in the coil space."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.diffusion.attenuation import Schedule
from ksyn.diffusion.coil_space import Space, State

CoilImages = Complex[Tensor, "frame coil y x"]
Denoise = Callable[[State, int], CoilImages]
"""``h = denoise(z, i)``: the clean, sharp coil images behind a state at level i."""
Correct = Callable[[CoilImages, int], CoilImages]
"""``h2 = correct(h, i)``: the nearest images that agree with the measurement, i the level of z."""


@dataclass(frozen=True, eq=False)
class AkState:
    """Where the sampler stands after a step down to level `i`."""

    z: State
    """z_i, noisy and attenuated."""
    h: CoilImages
    """The corrected clean images the step was made with."""
    i: int
    """Level, N − 1 … 0."""


@torch.no_grad()
def ak_sampler(
    start: CoilImages,
    denoise: Denoise,
    correct: Correct,
    space: Space,
    schedule: Schedule,
    rng: torch.Generator,
    *,
    corrector_steps: int = 1,
    snr: float = 0.16,
    score_from_corrected: bool = False,
    fresh_noise: bool = False,
) -> Iterator[AkState]:
    """Yield the states of predictor and corrector from level N down to 0.

    Everything is in the image domain; F is unitary, so this is the k-space process seen through
    Fᴴ. With `AllCoils` the drift is the printed one, with `CoilSpace` it is projected too.

    Args:
        start: Zero-filled coil images.
        denoise: The network.
        correct: The data consistency.
        space: How z is held, which says what is projected.
        schedule: σ_i and G_i.
        rng: Source of all noise.
        corrector_steps: M, Langevin steps after each predictor step.
        snr: r, signal-to-noise ratio of a Langevin step.
        score_from_corrected: Whether the score uses h2, as the drift does, instead of h.
        fresh_noise: Whether a predictor step forgets the noise of z and draws z_i from the
            kernel around h2, instead of taking one step of the reverse SDE.

    Source: AK-diffusion, arXiv 2308.15918, algorithm 1, with eq. 9 and 10; the score is
    P (G_i h − z)/σ_i², the sign that follows from the kernel (the printed loss has the other).
    """
    sigma, n_steps = schedule.sigmas, schedule.n_steps

    (faded,) = schedule.attenuate(start, n_steps)
    z = space.settle(faded)
    z = z + sigma[n_steps] * space.noise(z, rng)
    for i in reversed(range(n_steps)):  # N-1, ..., 0
        h = denoise(z, i + 1)
        h2 = correct(h, i + 1)

        # Predictor: the kernel around h2, or one step of the reverse SDE.
        sharper, faded = schedule.attenuate(h2, i, i + 1)
        if fresh_noise:
            z = space.settle(sharper) + sigma[i] * space.noise(z, rng)
        else:
            seen = faded if score_from_corrected else schedule.attenuate(h, i + 1)[0]
            e = space.project(space.settle(seen) - z) / sigma[i + 1] ** 2
            growth = sigma[i + 1] ** 2 - sigma[i] ** 2
            z = z + space.settle(sharper - faded) + growth * e
            z = z + growth**0.5 * space.noise(z, rng)

        # Corrector: Langevin steps at the new level.
        for _ in range(corrector_steps):
            (faded,) = schedule.attenuate(denoise(z, i), i)
            g = space.project(space.settle(faded) - z) / sigma[i] ** 2
            n = space.noise(z, rng)
            eta = 2 * (snr * _norm(n) / _norm(g)) ** 2
            z = z + eta * g + (2 * eta) ** 0.5 * n

        yield AkState(z, h2, i)


@torch.no_grad()
def diffuse(
    images: CoilImages, space: Space, schedule: Schedule, rng: torch.Generator
) -> Iterator[State]:
    """Yield z_0 … z_N of the forward process that `ak_sampler` turns round.

    z_i has mean G_i z_0 and covariance (σ_i² − σ_0²) P.

    Source: AK-diffusion, arXiv 2308.15918, eq. 8.
    """
    sigma = schedule.sigmas
    z = space.settle(images)
    yield z
    for i in range(schedule.n_steps):  # 0, ..., N-1
        growth = sigma[i + 1] ** 2 - sigma[i] ** 2
        faded, sharper = schedule.attenuate(images, i + 1, i)
        z = z + space.settle(faded - sharper) + growth**0.5 * space.noise(z, rng)
        yield z


def _norm(state: State) -> Tensor:
    """Return the norm of each frame's state, to multiply states with."""
    norm: Tensor = torch.linalg.vector_norm(state, dim=(1, 2, 3), keepdim=True)
    return norm.clamp_min(1e-20)
