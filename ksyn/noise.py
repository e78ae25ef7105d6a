"""Complex noise: what its level means, how it is drawn, how it is estimated.

A level σ is the standard deviation of the real part, and of the imaginary part, of a sample:
what a network with two real channels sees. A complex sample thus has E|n|² = 2σ².
"""

from __future__ import annotations

import math

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.quantiles import quantile

_OUTERMOST = 0.02
"""Share of the measured places that the noise is estimated from."""


def complex_noise(shape: tuple[int, ...], rng: torch.Generator) -> Complex[Tensor, "*shape"]:
    """Return noise of level 1 on the generator's device."""
    parts = torch.randn(*shape, 2, generator=rng, device=rng.device)
    return torch.view_as_complex(parts)


def noise_level(kspace: Complex[Tensor, "frame coil ky kx"]) -> float:
    """Estimate the noise level from the measured samples furthest from the zero frequency.

    The median is used, so that a few strong samples among them do not matter. Samples that are
    exactly 0 count as not measured; where none is left, the level is 0.
    """
    outermost = _outermost(kspace)
    if outermost.numel() == 0:
        return 0.0
    # The magnitude of complex noise is Rayleigh: its median is σ √(2 ln 2).
    return float(outermost.abs().median() / math.sqrt(2 * math.log(2)))


def _outermost(kspace: Complex[Tensor, "frame coil ky kx"]) -> Complex[Tensor, " sample"]:
    """Return the measured samples in the outermost 2 % of the measured places."""
    measured = (kspace != 0).any(dim=1)
    distance = _distance(kspace.shape[-2], kspace.shape[-1]).to(kspace.device).expand_as(measured)
    distances = distance[measured]
    if distances.numel() == 0:
        return kspace.new_zeros(0)
    furthest = measured & (distance >= quantile(distances, 1 - _OUTERMOST))
    samples = kspace.movedim(1, 0)[:, furthest].flatten()
    return samples[samples != 0]


def _distance(ky: int, kx: int) -> Float[Tensor, "ky kx"]:
    """Return the distance from the zero frequency, 1 at the middle of each edge."""
    y, x = (((torch.arange(n) - n // 2) / (n / 2)) ** 2 for n in (ky, kx))
    return (y[:, None] + x[None, :]).sqrt()
