"""Interpolation kernels: how a sample of k-space follows from those around it, in all coils.

Both methods ask the fully sampled centre. Its windows, one a row of A, give one matrix AᴴA; what
the kernels of any neighbourhood are stands in a part of it.
"""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.lowrank import hankel_gram


def spirit_filters(
    calibration: Complex[Tensor, "coil ky kx"], kernel: int, regularisation: float
) -> Complex[Tensor, "coil coil taps taps"]:
    """Return the filters I − G: each takes a sample less what its surroundings say of it.

    The weights of least squares of one column of A on all the others stand, negative, in the
    inverse of AᴴA, so one inverse serves all coils.

    Args:
        calibration: Fully sampled centre.
        kernel: Side of the surroundings [samples].
        regularisation: Weight of the squared kernel, relative to the mean diagonal of AᴴA.

    Source: Lustig and Pauly, Magn. Reson. Med. 64(2), 457-471 (2010), eqs. 3 and 6.
    """
    n_coils = calibration.shape[0]
    inverse = torch.linalg.inv(ridge(hankel_gram(calibration, (kernel, kernel)), regularisation))
    middle = kernel // 2 * (kernel + 1)
    own = torch.arange(n_coils, device=calibration.device) * kernel**2 + middle
    filters = (inverse[:, own] / inverse[own, own]).T
    shaped: Tensor = filters.reshape(n_coils, n_coils, kernel, kernel)
    return shaped.to(calibration.dtype)


def ridge(gram: Complex[Tensor, "tap tap"], weight: float) -> Complex[Tensor, "tap tap"]:
    """Return AᴴA + λ I, λ being the weight times the mean of the diagonal."""
    level = weight * gram.diagonal().real.mean()
    return gram + level * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
