"""What a mask does to a point: its point-spread function, and the worst of its ghosts."""

from __future__ import annotations

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import Mask
from ksyn.fourier import plain_ifft


def point_spread(mask: Mask, frame: int = 0) -> Complex[Tensor, "y x"]:
    """Return the zero-filled image of a point in the middle, its peak 1.

    Where nothing is measured the image is 0.
    """
    measured = mask.samples[frame, 0]
    count = measured.sum().clamp_min(1)
    if bool((measured == measured[:1]).all()):
        return _of_columns(measured, count)
    spread = plain_ifft(measured.to(torch.complex64)) * (measured.numel() ** 0.5 / count)
    return _centred(spread, measured)


def peak_sidelobe(mask: Mask, frame: int = 0) -> float:
    """Return the largest magnitude of the point-spread function outside its main lobe.

    The main lobe is the rectangle about the peak within which the magnitude falls along y and
    along x. 0 is best; 1 is a ghost as bright as the object.

    Source: the sidelobe-to-peak ratio of Lustig et al., Magn. Reson. Med. 58(6), 1182-1195 (2007).
    """
    magnitude = point_spread(mask, frame).abs()
    y, x = (n // 2 for n in magnitude.shape)
    half_y, half_x = _falling(magnitude[y:, x]), _falling(magnitude[y, x:])
    outside = magnitude.clone()
    outside[max(y - half_y, 0) : y + half_y + 1, max(x - half_x, 0) : x + half_x + 1] = 0
    return float(outside.max())


def _of_columns(measured: Tensor, count: Tensor) -> Complex[Tensor, "y x"]:
    """Return the point spread of whole columns, which spread nothing along y."""
    n_ky, n_kx = measured.shape
    line = plain_ifft(measured[0].to(torch.complex64), axes=(-1,))
    spread = torch.zeros(n_ky, n_kx, dtype=torch.complex64, device=measured.device)
    spread[n_ky // 2] = _centred(line, measured[0]) * (n_ky * n_kx**0.5 / count)
    return spread


def _centred(spread: Tensor, like: Tensor) -> Tensor:
    """Move the peak from index 0 to the middle, and the zero frequency from n // 2 to 0.

    Shifting samples by n // 2 turns the phase of their transform along the axis: cheaper than
    shifting them first.
    """
    for axis, n in enumerate(like.shape):
        turns = torch.arange(n, device=like.device) * (n // 2) % n / n
        phase = torch.polar(torch.ones(n, device=like.device), -2 * torch.pi * turns)
        spread = spread * phase.reshape([-1 if a == axis else 1 for a in range(spread.dim())])
    return torch.roll(spread, [n // 2 for n in like.shape], dims=tuple(range(spread.dim())))


def _falling(line: Float[Tensor, " n"]) -> int:
    """Return for how many samples a line falls from its start."""
    falls = (line[1:] < line[:-1] - 1e-6).long()
    return int(falls.cumprod(0).sum())
