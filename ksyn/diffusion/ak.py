"""The AK-diffusion sampler: bring back high frequencies and take away noise, in the coil space."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ksyn.diffusion.attenuation import Schedule
from ksyn.diffusion.coil_space import CoilImages, Randomness, Space, State

Denoise = Callable[[State, int], CoilImages]
"""``h = denoise(z, i)``: the clean, sharp coil images behind a state at level i."""
Correct = Callable[[CoilImages, int], CoilImages]
"""``h2 = correct(h, i)``: the nearest images that agree with the measurement, i the level of z."""
Predictor = Literal["fresh-noise", "reverse-sde", "deterministic", "second-order"]
"""How a step goes down: see `ak_sampler`."""


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
    rng: Randomness,
    *,
    predictor: Predictor = "reverse-sde",
    corrector_steps: int = 1,
    snr: float = 0.16,
    score_from_corrected: bool = False,
    temperature: float = 1.0,
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
        predictor: One step of the reverse SDE; or new noise, z_i drawn from the kernel around h2
            carried on from the last step to second order; or none, one step of the probability
            flow, with h2 alone or carried on. Only the first can take its score from h.
        corrector_steps: M, Langevin steps after each predictor step.
        snr: r, signal-to-noise ratio of a Langevin step.
        score_from_corrected: Whether the score of the reverse SDE uses h2, as the drift does,
            instead of h.
        temperature: Share of a level's noise that "fresh-noise" adds.

    Source: AK-diffusion, arXiv 2308.15918, algorithm 1, with eq. 9 and 10; the score is
    P (G_i h − z)/σ_i², the sign that follows from the kernel (the printed loss has the other).
    The flow is that of DDIM (Song et al., ICLR 2021) with the mean G_i h2, second order that of
    DPM-Solver++ (Lu et al., 2022).
    """
    sigma, n_steps = schedule.sigmas, schedule.n_steps
    tau = temperature if predictor == "fresh-noise" else 1.0

    z = space.fade(start, schedule, n_steps)
    z = z + tau * sigma[n_steps] * space.noise(z, rng)
    last = None
    for i in reversed(range(n_steps)):  # N-1, ..., 0
        h = denoise(z, i + 1)
        h2 = correct(h, i + 1)

        # Predictor.
        if predictor == "reverse-sde":
            score_of = h2 if score_from_corrected else h
            z = _reverse_sde(z, h2, score_of, i, space, schedule, rng)
        else:
            ahead = h2 if predictor == "deterministic" else carried_on(h2, last, i, schedule)
            if predictor == "fresh-noise":
                z = space.fade(ahead, schedule, i) + tau * sigma[i] * space.noise(z, rng)
            else:
                z = _flow(z, ahead, i, space, schedule)
        last = h2

        # Corrector: Langevin steps at the new level.
        for _ in range(corrector_steps):
            seen = space.fade(denoise(z, i), schedule, i)
            g = space.project(seen - z) / sigma[i] ** 2
            n = space.noise(z, rng)
            eta = 2 * (snr * _norm(n) / _norm(g)) ** 2
            z = z + eta * g + (2 * eta) ** 0.5 * n

        yield AkState(z, h2, i)


@torch.no_grad()
def diffuse(
    images: CoilImages, space: Space, schedule: Schedule, rng: Randomness
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
        faded, sharper = (space.fade(images, schedule, level) for level in (i + 1, i))
        z = z + (faded - sharper) + growth**0.5 * space.noise(z, rng)
        yield z


def carried_on(h2: Tensor, last: Tensor | None, i: int, schedule: Schedule) -> Tensor:
    """Return what h2 will be half a step further on, at level i, of its change since the last one.

    Source: DPM-Solver++, arXiv 2211.01095, algorithm 2.
    """
    if last is None:
        return h2
    return h2 + schedule.ratio(i) / (2 * schedule.ratio(i + 1)) * (h2 - last)


def _reverse_sde(
    z: State,
    h2: CoilImages,
    score_of: CoilImages,
    i: int,
    space: Space,
    schedule: Schedule,
    rng: Randomness,
) -> State:
    """Return z_i = z_{i+1} − (G_{i+1} − G_i) h2 + (σ_{i+1}² − σ_i²) score + noise (eq. 9)."""
    sigma = schedule.sigmas
    sharper, faded = (space.fade(h2, schedule, level) for level in (i, i + 1))
    seen = faded if score_of is h2 else space.fade(score_of, schedule, i + 1)
    e = space.project(seen - z) / sigma[i + 1] ** 2
    growth = sigma[i + 1] ** 2 - sigma[i] ** 2
    z = z + (sharper - faded) + growth * e
    return z + math.sqrt(growth) * space.noise(z, rng)


def _flow(z: State, h2: CoilImages, i: int, space: Space, schedule: Schedule) -> State:
    """Return z_i = G_i h2 + (σ_i / σ_{i+1}) (z_{i+1} − G_{i+1} h2)."""
    sharper, faded = (space.fade(h2, schedule, level) for level in (i, i + 1))
    left = schedule.sigmas[i] / schedule.sigmas[i + 1]
    sharpened: Tensor = left * z + (sharper - left * faded)
    return sharpened


def _norm(state: State) -> Tensor:
    """Return the norm of each frame's state, to multiply states with."""
    norm: Tensor = torch.linalg.vector_norm(state, dim=(1, 2, 3), keepdim=True)
    return norm.clamp_min(1e-20)
