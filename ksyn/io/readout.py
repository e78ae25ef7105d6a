"""Readout oversampling: removed by cropping the image, which keeps every measured line measured."""

from __future__ import annotations

import torch
from jaxtyping import Bool, Complex
from torch import Tensor

from ksyn.fourier import centre, decentre, plain_fft, plain_ifft, resize_centred


def cropped_readout(
    samples: Complex[Tensor, "frame coil ky kx"], rows: int
) -> Complex[Tensor, "frame coil rows kx"]:
    """Return the k-space of the middle `rows` rows of the image; the readout stands along ky."""
    axis = (-2,)
    hybrid = centre(plain_ifft(decentre(samples, axis), axis), axis)
    cropped = resize_centred(hybrid, (rows, samples.shape[-1]))
    return centre(plain_fft(decentre(cropped, axis), axis), axis)


def cropped_readout_mask(
    measured: Bool[Tensor, "frame 1 ky kx"], rows: int
) -> Bool[Tensor, "frame 1 rows kx"]:
    """Return the mask that belongs to `cropped_readout`: the nearest sample tells."""
    old = measured.shape[-2]
    frequency = (torch.arange(rows) - rows // 2) * old / rows
    nearest = (frequency.round().long() + old // 2).clamp(0, old - 1)
    return measured[:, :, nearest]


def rows_without_oversampling(rows: int, oversampling: float) -> int:
    """Return how many rows the wanted field of view has."""
    return max(round(rows / oversampling), 1)
