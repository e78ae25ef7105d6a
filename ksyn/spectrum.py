"""How strong the signal of k-space is at each distance from the zero frequency."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor

from ksyn.data import Problem

_RINGS = 24
_FAINTEST = 0.02
"""Least signal that is told from noise, as a share of the noise's power."""


def signal_power(problem: Problem) -> Float[Tensor, "ky kx"]:
    """Return E|z|² of the signal in a sample of one coil, from what was measured at its distance.

    Rings around the zero frequency share their mean, less the noise; the power never rises
    outwards, and between rings it is a power of the distance.
    """
    distance = _distance(problem)
    heights, places = _rings(problem, distance)
    return torch.exp(_between(torch.log1p(distance), places, heights))


def sample_power(problem: Problem) -> Float[Tensor, "ky kx"]:
    """Return E|y|² of a measured sample of one coil, noise included."""
    noise = 2 * problem.noise_level**2
    return signal_power(problem) + noise


def signal_to_noise(problem: Problem) -> Float[Tensor, "ky kx"]:
    """Return E|z|² over the power of the noise in a sample; infinite where there is no noise."""
    return signal_power(problem) / (2 * problem.noise_level**2)


def _rings(problem: Problem, distance: Tensor) -> tuple[Tensor, Tensor]:
    """Return log E|z|² and log (1 + distance) of each ring with measured samples."""
    measured = problem.mask.samples[:, 0].expand(problem.kspace.n_frames, *distance.shape)
    away = torch.log1p(distance)
    ring = (away / away.max() * (_RINGS - 1)).round().long().expand_as(measured)[measured]
    energy = problem.kspace.samples.abs().square().mean(dim=1)[measured]
    count = torch.bincount(ring, minlength=_RINGS)
    there = count > 0
    mean = (_sums(ring, energy) / count)[there]
    places = (_sums(ring, away.expand_as(measured)[measured]) / count)[there]
    noise = 2 * problem.noise_level**2
    least = torch.maximum(_FAINTEST * torch.as_tensor(noise), 1e-9 * mean.max())
    falling = torch.log((mean - noise).maximum(least.to(mean))).cummin(dim=0).values
    return falling, places


def _sums(ring: Int[Tensor, " sample"], values: Float[Tensor, " sample"]) -> Float[Tensor, " ring"]:
    """Return the sum of the values of each ring, on the CPU: a GPU adds in no fixed order."""
    return torch.bincount(ring.cpu(), values.cpu(), _RINGS).to(values.device)


def _between(x: Tensor, places: Tensor, heights: Tensor) -> Tensor:
    """Return heights interpolated linearly, constant beyond the first and the last place."""
    if len(places) == 1:
        return heights.expand_as(x)
    right = torch.searchsorted(places, x.contiguous()).clamp(1, len(places) - 1)
    left = right - 1
    share = ((x - places[left]) / (places[right] - places[left])).clamp(0, 1)
    return heights[left] + share * (heights[right] - heights[left])


def _distance(problem: Problem) -> Float[Tensor, "ky kx"]:
    """Return the distance from the zero frequency, in steps of the finer axis."""
    sides = [
        n * size for n, size in zip(problem.kspace.matrix, problem.kspace.voxel_size, strict=True)
    ]
    y, x = (
        (torch.arange(n, device=problem.device) - n // 2) * (min(sides) / side)
        for n, side in zip(problem.kspace.matrix, sides, strict=True)
    )
    return torch.hypot(y[:, None].expand(len(y), len(x)), x[None].expand(len(y), len(x)))
