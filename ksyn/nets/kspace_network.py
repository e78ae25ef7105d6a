"""A CNN for k-space: filters without offsets, so that strong and weak samples are treated alike."""

from __future__ import annotations

from itertools import pairwise

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from ksyn.diffusion.denoiser import to_channels, to_complex

_KNEE = 4.0
"""Radius up to which k-space is left as it is before it is lifted [samples]."""


class KSpaceNetwork(nn.Module):
    """Non-linear annihilating filters: what to add to the samples of several channels.

    Convolutions without offsets and rectifiers make N(a z) = a N(z) for a > 0: the filters
    themselves depend on the data, but not on their scale, which over k-space spans decades.

    Source: the k-space network of Pramanik et al., IEEE Trans. Med. Imaging 39(12), 4186-4197
    (2020); networks without offsets as in Mohan et al., ICLR 2020.
    """

    def __init__(self, channels: int, width: int, layers: int, kernel: int = 3) -> None:
        super().__init__()
        widths = [2 * channels, *[width] * (layers - 1), 2 * channels]
        parts: list[nn.Module] = []
        for width_in, width_out in pairwise(widths):
            parts += [
                nn.Conv2d(width_in, width_out, kernel, padding=kernel // 2, bias=False),
                nn.ReLU(),
            ]
        self.filters = nn.Sequential(*parts[:-1])
        nn.init.zeros_(self.filters[-1].weight)  # type: ignore[arg-type]
        self.filters.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(
        self, kspace: Complex[Tensor, "batch channel ky kx"]
    ) -> Complex[Tensor, "batch channel ky kx"]:
        """Return what to add."""
        lift = lift_of(kspace)
        real = to_channels(kspace * lift).flatten(1, 2)
        real = real.contiguous(memory_format=torch.channels_last)
        return to_complex(self.filters(real).float().unflatten(1, (-1, 2))) / lift


def lift_of(kspace: Complex[Tensor, "*batch ky kx"]) -> Float[Tensor, "ky kx"]:
    """Return |k| beyond a few samples: k-space times that is of the image's edges, and flat.

    It is the weighting by the gradient that structured low rank takes of piecewise smooth images,
    bounded below so that the zero frequency is not lost.
    """
    y, x = (torch.arange(n, device=kspace.device) - n // 2 for n in kspace.shape[-2:])
    squared = (y[:, None] ** 2 + x[None, :] ** 2) / _KNEE**2
    return (1 + squared).sqrt()
