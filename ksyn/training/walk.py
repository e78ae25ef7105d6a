"""The way down of the AK-diffusion sampler for a batch of scans, each step with its gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.diffusion.ak import carried_on
from ksyn.diffusion.attenuation import Schedule
from ksyn.diffusion.denoiser import Preconditioned, gaussian_transfer, to_channels, to_complex
from ksyn.diffusion.reconstruction import MODEL_ERROR, NOISE_WEIGHT
from ksyn.encoding import solve
from ksyn.fourier import centre, decentre, plain_filter, plain_ifft
from ksyn.methods.ak_diffusion import AkDiffusion
from ksyn.nets.acquisition import Acquisition

Images = Complex[Tensor, "batch y x"]

SAMPLER = AkDiffusion()
"""The sampler that the walk is a likeness of: with its defaults."""


class Estimate(NamedTuple):
    """What the network makes of a state, and what the data leave of it."""

    denoised: Images
    corrected: Images


def walk(
    model: Preconditioned,
    scans: Acquisition,
    schedules: Sequence[Schedule],
    noise: Complex[Tensor, "batch level y x"],
) -> Iterator[Estimate]:
    """Yield the estimates from the noisiest level down, as ``ak_sampler`` makes them.

    Each depends on the network's weights through its own step alone: the state that a step starts
    from carries no gradient, so memory and time grow with the levels as those of a batch do.

    Args:
        model: Trained.
        scans: With one set of coil maps.
        schedules: One for each scan; their noise levels are the same.
        noise: Of level 1, for each level.
    """
    sigmas = schedules[0].sigmas
    zero_filled = decentre(scans.adjoint())
    start = centre(plain_ifft(decentre(scans.kspace)))
    z, last = _faded(start, scans, schedules, len(sigmas) - 1), None
    for i in reversed(range(len(sigmas))):
        noisy = z + SAMPLER.temperature * sigmas[i] * noise[:, i]
        denoised = _denoised(model, noisy, schedules, i)
        weight = NOISE_WEIGHT * (scans.noise**2 + MODEL_ERROR**2) / sigmas[i] ** 2
        corrected = _corrected(denoised, scans, zero_filled, weight)
        yield Estimate(denoised, corrected)
        if i > 0:
            clean = corrected.detach()
            ahead = carried_on(clean, last, i - 1, schedules[0])
            z, last = _faded(ahead[:, None] * scans.maps[:, 0], scans, schedules, i - 1), clean


def _denoised(
    model: Preconditioned, state: Images, schedules: Sequence[Schedule], i: int
) -> Images:
    noisy = to_channels(state).contiguous(memory_format=torch.channels_last)
    sigma = torch.full((len(state),), schedules[0].sigmas[i], device=state.device)
    blur = torch.tensor([schedule.blur(i) for schedule in schedules], device=state.device)
    return to_complex(model(noisy, sigma, blur))


def _corrected(
    denoised: Images, scans: Acquisition, zero_filled: Tensor, weight: Float[Tensor, " batch"]
) -> Images:
    """Return what `correct_maps` returns, for a batch."""
    start, pull = decentre(denoised[:, None]), 2 * weight[:, None, None, None]

    def normal(x: Tensor) -> Tensor:
        return scans.plain_normal(x) + pull * x

    return centre(solve(normal, zero_filled + pull * start, start, SAMPLER.cg_iterations))[:, 0]


@torch.no_grad()
def _faded(
    images: Complex[Tensor, "batch coil y x"],
    scans: Acquisition,
    schedules: Sequence[Schedule],
    i: int,
) -> Images:
    """Return Sᴴ G_i of coil images."""
    matrix = images.shape[-2], images.shape[-1]
    gains = torch.stack([gaussian_transfer(matrix, schedule.blur(i)) for schedule in schedules])
    faded = plain_filter(gains[:, None], images)(images)
    combined: Tensor = (faded * scans.maps[:, 0].conj()).sum(dim=1)
    return combined
