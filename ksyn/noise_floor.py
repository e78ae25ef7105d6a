"""The noise level of a scan that brings no noise measurement of its own."""

from __future__ import annotations

import math
from math import sqrt

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.calibration import calibration_data
from ksyn.data import KSpace, Mask
from ksyn.errors import ShapeError
from ksyn.fourier import resize_centred
from ksyn.lowrank import hankel_gram
from ksyn.noise import complex_noise, noise_level

_LARGEST_CENTRE = 48
"""A larger centre is cut: it would take longer, and tell no more."""
_LARGEST_KERNEL = 8
_MOST_TAPS = 300
"""Coils times samples of a window."""
_WINDOWS_PER_TAP = 1.5
_QUIETEST = 0.1
"""Share of the directions, quietest first, that hold no signal."""


def noise_floor(kspace: KSpace, mask: Mask) -> float:
    """Return the noise level of a sample, the lower of two estimates that both err upwards.

    The outermost samples are noise where the signal has faded before the edge of k-space. The
    quietest directions of the windows of the centre are noise where there are enough coils.
    """
    outermost = noise_level(kspace.samples)
    quietest = _quietest_directions(kspace, mask)
    return min(outermost or math.inf, quietest) if quietest < math.inf else outermost


def _quietest_directions(kspace: KSpace, mask: Mask) -> float:
    """Return the level at which noise alone would have directions as quiet; inf if unknown."""
    centre = _centre(kspace, mask)
    kernel = 0 if centre is None else _kernel(centre)
    if centre is None or kernel == 0:
        return math.inf
    rng = torch.Generator().manual_seed(0)
    alone = complex_noise(tuple(centre.shape), rng).to(centre)
    level = sqrt(_quietest_power(centre, kernel) / _quietest_power(alone, kernel))
    return level * sqrt(kspace.n_frames)


def _centre(kspace: KSpace, mask: Mask) -> Complex[Tensor, "coil ky kx"] | None:
    try:
        centre = calibration_data(kspace, mask)
    except ShapeError:  # The zero frequency is not measured: there is no centre.
        return None
    ky, kx = centre.shape[-2:]
    return resize_centred(centre, (min(ky, _LARGEST_CENTRE), min(kx, _LARGEST_CENTRE)))


def _kernel(centre: Complex[Tensor, "coil ky kx"]) -> int:
    """Return the side of the largest window that the centre has enough of; 0 if there is none."""
    n_coils, ky, kx = centre.shape
    for side in range(min(_LARGEST_KERNEL, ky, kx), 1, -1):
        taps, windows = n_coils * side**2, (ky - side + 1) * (kx - side + 1)
        if taps <= _MOST_TAPS and windows >= _WINDOWS_PER_TAP * taps:
            return side
    return 0


def _quietest_power(centre: Complex[Tensor, "coil ky kx"], kernel: int) -> float:
    powers = torch.linalg.eigvalsh(hankel_gram(centre, (kernel, kernel)))
    return max(float(powers[: max(round(_QUIETEST * len(powers)), 1)].mean()), 0.0)
