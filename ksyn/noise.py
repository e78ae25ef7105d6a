"""Complex noise: what its level means, how it is drawn, how it is estimated.

A level σ is the standard deviation of the real part, and of the imaginary part, of a sample:
what a network with two real channels sees. A complex sample thus has E|n|² = 2σ².
"""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor


def complex_noise(shape: tuple[int, ...], rng: torch.Generator) -> Complex[Tensor, "*shape"]:
    """Return noise of level 1 on the generator's device."""
    parts = torch.randn(*shape, 2, generator=rng, device=rng.device)
    return torch.view_as_complex(parts)


def noise_level(kspace: Complex[Tensor, "frame coil ky kx"]) -> float:
    """Estimate the noise level from the outermost measured samples.

    The median is used, so that a few strong samples at the edge do not matter. Returns 0 where
    nothing was measured near the edge.
    """
    edge = _edge(kspace)
    measured = edge[edge != 0]
    if measured.numel() == 0:
        return 0.0
    # The magnitude of complex noise is Rayleigh: its median is σ √(2 ln 2).
    median = measured.abs().median()
    return float(median / (2 * torch.log(torch.tensor(2.0))).sqrt())


def _edge(kspace: Tensor) -> Tensor:
    ky, kx = kspace.shape[-2:]
    y, x = max(ky // 16, 1), max(kx // 16, 1)
    top, bottom = kspace[..., :y, :], kspace[..., -y:, :]
    corners = [
        part[..., columns] for part in (top, bottom) for columns in (slice(x), slice(-x, None))
    ]
    return torch.cat([corner.flatten() for corner in corners])
