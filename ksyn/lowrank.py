"""Structured low rank: the filters that annihilate k-space, and what they say about each pixel.

Windows of the fully sampled centre, one a row, make a block-Hankel matrix A of low rank. Its
smallest right singular vectors are filters that annihilate every window of the whole k-space.
In the image domain all of them together are one small Hermitian matrix a pixel.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.nn import functional

from ksyn.calibration import calibration_data
from ksyn.data import KSpace, Mask
from ksyn.errors import ShapeError
from ksyn.fourier import centre, plain_fft, plain_ifft, waves

_ROWS_AT_ONCE = 16


def annihilating_gram(
    kspace: KSpace, mask: Mask, kernel: int = 5, keep: float = 0.4
) -> Complex[Tensor, "coil coil y x"]:
    """Return B(x), with which ‖C z‖² = Σ_x (Fᴴz)(x)ᴴ B(x) (Fᴴz)(x) for all filters C at once.

    Args:
        kspace: Samples, ``frame coil ky kx``; frames are averaged first.
        mask: What of it is measured; its fully sampled centre calibrates the filters.
        kernel: Side of the filters [samples].
        keep: Fraction of the right singular vectors, smallest first, taken as filters.

    Returns:
        Hermitian and positive semi-definite at each pixel.

    Raises:
        ShapeError: The fully sampled centre is smaller than the kernel.
    """
    return gram_of(annihilating_filters(kspace, mask, kernel, keep), kspace.matrix)


def annihilating_filters(
    kspace: KSpace, mask: Mask, kernel: int = 5, keep: float = 0.4
) -> Complex[Tensor, "filter coil taps taps"]:
    """Return the smallest right singular vectors of the calibration block-Hankel matrix.

    Source: Zhang et al., Magn. Reson. Med. 66(5), 1241-1253 (2011).
    """
    calibration = calibration_for(kspace, mask, (kernel, kernel))
    vectors = torch.linalg.eigh(hankel_gram(calibration, (kernel, kernel))).eigenvectors
    n_filters = max(round(keep * vectors.shape[1]), 1)
    filters = vectors[:, :n_filters].to(kspace.samples.dtype)
    shaped: Tensor = filters.T.reshape(n_filters, kspace.n_coils, kernel, kernel)
    return shaped


def soft_null_space(
    gram: Complex[Tensor, "tap tap"], threshold: float
) -> Complex[Tensor, "filter tap"]:
    """Return all right singular vectors of A, each as long as it is sure to annihilate.

    A vector of singular value s has the squared length (t / (s² + t))², t being the threshold
    times the mean of s²: near 1 for the null space, and 0 for what carries signal. So nobody
    needs to say where the one ends and the other begins.

    Args:
        gram: AᴴA.
        threshold: Where the weights fall, relative to the mean eigenvalue.
    """
    squares, vectors = torch.linalg.eigh(gram)
    level = threshold * squares.mean()
    filters: Tensor = (vectors * (level / (squares.clamp_min(0) + level))).T
    return filters


def calibration_for(
    kspace: KSpace, mask: Mask, kernel: tuple[int, int]
) -> Complex[Tensor, "coil ky kx"]:
    """Return the fully sampled centre, averaged over frames.

    Raises:
        ShapeError: It is smaller than the kernel.
    """
    calibration = calibration_data(kspace, mask)
    check_room(calibration, kernel)
    return calibration


def check_room(calibration: Complex[Tensor, "coil ky kx"], kernel: tuple[int, int]) -> None:
    """Raise ShapeError if the calibration centre does not hold the kernel."""
    if any(n < side for n, side in zip(calibration.shape[-2:], kernel, strict=True)):
        raise ShapeError(
            f"The calibration centre is {tuple(calibration.shape[-2:])} (ky, kx), smaller than the "
            f"kernel of {kernel[0]} × {kernel[1]}.",
            hint="Choose a smaller kernel, or a mask with more autocalibration (ACS) lines.",
        )


def gram_of(
    filters: Complex[Tensor, "filter coil taps taps"], matrix: tuple[int, int]
) -> Complex[Tensor, "coil coil y x"]:
    """Return Σ_r conj(f_rc(x)) f_rd(x), f_r the images of the filters, without making those."""
    return cross_gram(filters, filters, matrix)


def cross_gram(
    left: Complex[Tensor, "filter coil taps taps"],
    right: Complex[Tensor, "filter coil taps taps"],
    matrix: tuple[int, int],
) -> Complex[Tensor, "coil coil y x"]:
    """Return Σ_r conj(f_rc(x)) g_rd(x), f and g the images of the left and the right filters.

    Only the filters' correlation, (2k − 1)² numbers a pair of coils, is transformed.
    """
    kernel = _correlation(left, right)
    along_y, along_x = (
        waves(n, taps).to(kernel) for n, taps in zip(matrix, kernel.shape[-2:], strict=True)
    )
    return torch.einsum("yp,cdpq,xq->cdyx", along_y, kernel, along_x)


def apply_gram(
    gram: Complex[Tensor, "coil coil y x"], images: Complex[Tensor, "frame coil y x"]
) -> Complex[Tensor, "frame coil y x"]:
    """Return B(x) times the coil images at each pixel: L = Σ_r C_rᴴ C_r in the image domain."""
    if images.is_cuda:
        return torch.einsum("cdyx,fdyx->fcyx", gram, images)
    result = torch.empty_like(images)
    for c, row in enumerate(gram):  # without a product to keep, a processor reads B once
        torch.mul(row[0], images[:, 0], out=result[:, c])
        for d in range(1, len(row)):
            result[:, c].addcmul_(row[d], images[:, d])
    return result


def annihilation(
    gram: Complex[Tensor, "coil coil y x"], images: Complex[Tensor, "frame coil y x"]
) -> float:
    """Return ‖C z‖² of the k-space of coil images: near 0 where the filters annihilate it."""
    return float(torch.linalg.vecdot(images.flatten(), apply_gram(gram, images).flatten()).real)


def correlate(
    filters: Complex[Tensor, "filter coil taps taps"], kspace: Complex[Tensor, "coil ky kx"]
) -> Complex[Tensor, "filter ky kx"]:
    """Return C_r z, the sum over coils and taps of z(k + q) n_r(q), at each k; edges wrap."""
    result = kspace.new_zeros(len(filters), *kspace.shape[1:])
    for taps, shift in _taps(filters):
        moved = torch.roll(kspace, (-shift[0], -shift[1]), dims=(-2, -1))
        result = result + torch.einsum("rc,cyx->ryx", taps, moved)
    return result


def correlate_adjoint(
    filters: Complex[Tensor, "filter coil taps taps"], outputs: Complex[Tensor, "filter ky kx"]
) -> Complex[Tensor, "coil ky kx"]:
    """Return Σ_r C_rᴴ of the outputs of `correlate`."""
    result = outputs.new_zeros(filters.shape[1], *outputs.shape[1:])
    for taps, shift in _taps(filters):
        spread = torch.einsum("rc,ryx->cyx", taps.conj(), outputs)
        result = result + torch.roll(spread, shift, dims=(-2, -1))
    return result


def _taps(filters: Tensor) -> Iterator[tuple[Tensor, tuple[int, int]]]:
    """Yield the weights ``filter coil`` of each tap and its place relative to the centre tap."""
    side = filters.shape[-1]
    for i in range(side):
        for j in range(side):
            yield filters[..., i, j], (i - side // 2, j - side // 2)


def hankel_gram(
    calibration: Complex[Tensor, "coil ky kx"],
    kernel: tuple[int, int],
    weights: Float[Tensor, "ky kx"] | None = None,
) -> Complex[Tensor, "tap tap"]:
    """Return AᴴA of the block-Hankel matrix A in double precision, a few rows of windows at once.

    A row of A is one window, its coils one after the other. AᴴA has the square of A's condition,
    which single precision would not survive.

    Args:
        calibration: Fully sampled centre.
        kernel: Height and width of a window [samples].
        weights: How much a window counts, by the sample in its middle; all the same without.
    """
    windows = calibration.to(torch.complex128).unfold(1, kernel[0], 1).unfold(2, kernel[1], 1)
    size = windows.shape[0] * kernel[0] * kernel[1]
    if weights is not None:
        middles = (
            slice(k // 2, k // 2 + n) for k, n in zip(kernel, windows.shape[1:3], strict=True)
        )
        windows = windows * weights[tuple(middles)].double().sqrt()[:, :, None, None]
    gram = windows.new_zeros(size, size)
    for rows in torch.split(windows, _ROWS_AT_ONCE, dim=1):
        a = rows.permute(1, 2, 0, 3, 4).reshape(-1, size)
        gram = gram + a.mH @ a
    return gram


def _correlation(
    left: Complex[Tensor, "filter coil taps taps"],
    right: Complex[Tensor, "filter coil taps taps"],
) -> Complex[Tensor, "coil coil lags lags"]:
    """Return Σ_r Σ_q conj(f_rc(q)) g_rd(q + δ) with lag δ = 0 in the middle."""
    side = 2 * left.shape[-1] - 1
    room = side - left.shape[-1]
    spectra = [plain_fft(functional.pad(taps, (0, room, 0, room))) for taps in (left, right)]
    products = torch.einsum("rcpq,rdpq->cdpq", spectra[0].conj(), spectra[1])
    return centre(plain_ifft(products)) * side


def mean_eigenvalue(gram: Complex[Tensor, "coil coil y x"]) -> float:
    """Return the mean eigenvalue of the matrices of all pixels."""
    return float(gram.diagonal().real.mean())
