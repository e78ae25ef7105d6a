"""The Fourier convention: centred, orthonormal, right for odd sizes; the only user of torch.fft."""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor

_AXES = (-2, -1)


def image_to_kspace(image: Complex[Tensor, "*batch y x"]) -> Complex[Tensor, "*batch ky kx"]:
    """Return the centred orthonormal Fourier transform over the last two axes."""
    return centre(torch.fft.fft2(decentre(image), norm="ortho"))


def kspace_to_image(kspace: Complex[Tensor, "*batch ky kx"]) -> Complex[Tensor, "*batch y x"]:
    """Return the inverse of `image_to_kspace`."""
    return centre(torch.fft.ifft2(decentre(kspace), norm="ortho"))


def centre(array: Tensor, axes: tuple[int, ...] = _AXES) -> Tensor:
    """Move the origin from index 0 to ``n // 2`` of each axis."""
    shifted: Tensor = torch.fft.fftshift(array, dim=axes)
    return shifted


def decentre(array: Tensor, axes: tuple[int, ...] = _AXES) -> Tensor:
    """Return the inverse of `centre`."""
    shifted: Tensor = torch.fft.ifftshift(array, dim=axes)
    return shifted


def plain_fft(array: Tensor, axes: tuple[int, ...] = _AXES) -> Tensor:
    """Return the orthonormal transform with the origin at index 0, for loops that shift once."""
    spectrum: Tensor = torch.fft.fftn(array, dim=axes, norm="ortho")
    return spectrum


def plain_ifft(array: Tensor, axes: tuple[int, ...] = _AXES) -> Tensor:
    """Return the inverse of `plain_fft`."""
    image: Tensor = torch.fft.ifftn(array, dim=axes, norm="ortho")
    return image


def filtered(array: Tensor, gain: Tensor, axes: tuple[int, ...] = _AXES) -> Tensor:
    """Return Fᴴ G F of an array, both origins at index 0: `plain_fft`, gain, `plain_ifft`.

    Args:
        array: Complex.
        gain: G at each frequency, real, or broadcast to that.
        axes: Those along which G varies; along the others F and Fᴴ cancel.
    """
    spectrum = torch.fft.fftn(array, dim=axes)
    spectrum *= gain  # our own: nobody has seen it yet
    image: Tensor = torch.fft.ifftn(spectrum, dim=axes)
    return image


def resize_centred(array: Tensor, matrix: tuple[int, int]) -> Tensor:
    """Crop or zero-pad the last two axes about their centre ``n // 2``."""
    for axis, size in zip(_AXES, matrix, strict=True):
        array = _resize(array, axis, size)
    return array


def _resize(array: Tensor, axis: int, size: int) -> Tensor:
    old = array.shape[axis]
    start = old // 2 - size // 2
    if size <= old:
        return array.narrow(axis, start, size)
    shape = list(array.shape)
    shape[axis] = size
    padded = array.new_zeros(shape)
    padded.narrow(axis, -start, old).copy_(array)
    return padded
