"""The Fourier convention: centred, orthonormal, right for odd sizes; the only user of torch.fft."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, prod

import torch
from jaxtyping import Complex
from torch import Tensor

_AXES = (-2, -1)
_AT_ONCE = 1 << 16
"""Complex numbers that a processor's cache holds together with what is made of them."""


def image_to_kspace(image: Complex[Tensor, "*batch y x"]) -> Complex[Tensor, "*batch ky kx"]:
    """Return the centred orthonormal Fourier transform over the last two axes."""
    return _in_parts(lambda x: centre(torch.fft.fft2(decentre(x), norm="ortho")), image)


def kspace_to_image(kspace: Complex[Tensor, "*batch ky kx"]) -> Complex[Tensor, "*batch y x"]:
    """Return the inverse of `image_to_kspace`."""
    return _in_parts(lambda x: centre(torch.fft.ifft2(decentre(x), norm="ortho")), kspace)


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


def plain_filter(
    gain: Tensor, like: Tensor, axes: tuple[int, ...] = _AXES
) -> Callable[[Tensor], Tensor]:
    """Return Fᴴ G F as a function of arrays with their origin at index 0, for loops.

    A processor is quickest with `at_once` planes.

    Args:
        gain: G of centred frequencies, or broadcast to that.
        like: Of the arrays' type, and on their device.
        axes: Those along which G varies, in order; along the others F and Fᴴ cancel.
    """
    passes = _passes(axes, gain.shape[-1])
    size = prod(gain.shape[axis] for axis in axes)
    plain = decentre(gain).to(like) / size
    for each in passes:  # in memory it shall lie as the spectra do
        plain = torch.empty_like(torch.fft.fftn(plain, dim=each)).copy_(plain)

    def filtered(array: Tensor) -> Tensor:
        spectrum = array
        for each in passes:
            spectrum = torch.fft.fftn(spectrum, dim=each)
        spectrum = spectrum * plain
        for each in reversed(passes):
            spectrum = torch.fft.ifftn(spectrum, dim=each, norm="forward")
        return spectrum

    return filtered


def at_once(array: Tensor, size: int) -> int:
    """Return how many arrays of a size a processor does best to take together; a GPU takes all."""
    return array.numel() if array.is_cuda else max(_AT_ONCE // max(size, 1), 1)


def resize_centred(array: Tensor, matrix: tuple[int, int]) -> Tensor:
    """Crop or zero-pad the last two axes about their centre ``n // 2``."""
    for axis, size in zip(_AXES, matrix, strict=True):
        array = _resize(array, axis, size)
    return array


def _passes(axes: tuple[int, ...], columns: int) -> list[tuple[int, ...]]:
    """Return which axes to transform together, in order.

    Lines of a power of two numbers fall on the same places of a cache. One axis after the other,
    of which the second is written column by column, then takes down to half the time; otherwise
    both at once take a tenth less.
    """
    if len(axes) < 2 or columns.bit_count() == 1:
        return [(axis,) for axis in reversed(axes)]
    return [axes]


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


def _in_parts(transform: Callable[[Tensor], Tensor], array: Tensor) -> Tensor:
    """Return the transform of the last two axes, of as many planes at a time as cache holds."""
    size = array.shape[-2] * array.shape[-1]
    planes, together = array.numel() // max(size, 1), at_once(array, size)
    if planes <= together or array.requires_grad:
        return transform(array)
    parts = torch.split(array.reshape(-1, *array.shape[-2:]), together)
    result = array.new_empty(planes, *array.shape[-2:])
    for part, place in zip(parts, torch.split(result, together), strict=True):
        place.copy_(transform(part))
    return result.reshape(array.shape)


def waves(n: int, lags: int) -> Complex[Tensor, "pixel lag"]:
    """Return exp(−2πi δ x / n) for pixels x and lags δ, both counted from their centre.

    The transform of a kernel of a few samples, summed directly.
    """
    x = torch.arange(n, dtype=torch.float64) - n // 2
    lag = torch.arange(lags, dtype=torch.float64) - lags // 2
    phase = -2 * pi / n * x[:, None] * lag
    return torch.polar(torch.ones_like(phase), phase)
