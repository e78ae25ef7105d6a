"""Tell from an array's numbers whether it holds k-space or images."""

from __future__ import annotations

from math import prod

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.errors import ReadError
from ksyn.fourier import image_to_kspace
from ksyn.io.arrays import Source, as_complex
from ksyn.io.layout import Domain

_LARGEST = 64 << 20
"""Arrays up to this size are looked at: some containers unpack all of one to read a part [byte]."""
_CLEARLY = 2.0
"""How much more concentrated one domain must be; noise is the same in both."""


def seen_domain(source: Source, plane: tuple[int, int]) -> Domain | None:
    """Return what the middle plane of a complex array looks like; None where that is not clear.

    Args:
        source: Only that plane of it is read.
        plane: Its two axes.
    """
    if not 0 < prod(source.shape) * source.dtype.itemsize <= _LARGEST:
        return None
    index = tuple(slice(None) if a in plane else n // 2 for a, n in enumerate(source.shape))
    try:
        values = source[index]
    except ReadError:  # whoever opens the array will be told
        return None
    return domain_of(as_complex(values))


def domain_of(plane: Complex[Tensor, "a b"]) -> Domain | None:
    """Return what a plane looks like; None where it is noise, empty, or holds what is no number.

    K-space gathers its energy around one point, wherever that is, and an image spreads it: of a
    plane and its Fourier transform the more concentrated one is the k-space.
    """
    plane = plane / plane.abs().max()
    ratio = concentration(plane) / concentration(image_to_kspace(plane))
    if ratio > _CLEARLY:
        return "kspace"
    return "image" if ratio < 1 / _CLEARLY else None


def concentration(plane: Complex[Tensor, "a b"]) -> float:
    """Return Σ |a|⁴ / (Σ |a|²)²: 1 over the number of samples, were they alike, with the energy."""
    energy = torch.view_as_real(plane).double().square().sum(dim=-1)
    return float(energy.square().sum() / energy.sum().square())
