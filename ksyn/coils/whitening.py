"""Noise whitening: mix the coils so that their noise is independent and of the same level."""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import KSpace
from ksyn.errors import ShapeError


def noise_covariance(noise: Complex[Tensor, "coil sample"]) -> Complex[Tensor, "coil coil"]:
    """Return the covariance of a noise scan's coils, so that whitened noise has level 1.

    By level is meant the standard deviation of the real part, and of the imaginary part.
    """
    return noise @ noise.mH / (2 * noise.shape[-1])


def whiten(kspace: KSpace, covariance: Complex[Tensor, "coil coil"]) -> KSpace:
    """Return the k-space of coils whose noise is independent, and of level 1.

    Args:
        kspace: Samples.
        covariance: Of the coils' noise, as `noise_covariance` gives it.

    Raises:
        ShapeError: The covariance belongs to another number of coils, or is not positive.

    Source: Pruessmann et al., Magn. Reson. Med. 46(4), 638-651 (2001), section on noise
    decorrelation (virtual channels by Cholesky factorisation).
    """
    n = kspace.n_coils
    if covariance.shape != (n, n):
        raise ShapeError(
            f"The noise covariance is {tuple(covariance.shape)}, the k-space has {n} coil(s).",
            hint="Take the noise scan of the same coils, in the same order.",
        )
    factor, failed = torch.linalg.cholesky_ex(covariance.to(kspace.samples))
    if int(failed):
        raise ShapeError(
            f"The noise covariance of {n} coils is not positive definite.",
            hint="A coil may be dead, or the noise scan shorter than the number of coils.",
        )
    flat = kspace.samples.flatten(-2)
    white = torch.linalg.solve_triangular(factor, flat, upper=False)
    return kspace.with_samples(white.reshape(kspace.samples.shape))
