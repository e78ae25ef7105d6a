"""Linear prediction: what the rest of a window says of the sample in its middle.

Windows, one a row of A, are asked through AᴴA alone: all of least squares stands in it.
"""

from __future__ import annotations

import torch
from jaxtyping import Complex, Float, Int
from torch import Tensor


def ridge(gram: Complex[Tensor, "tap tap"], weight: float) -> Complex[Tensor, "tap tap"]:
    """Return AᴴA + λ I, λ being the weight times the mean of the diagonal."""
    level = weight * gram.diagonal().real.mean()
    return gram + level * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)


def prediction_error_filters(
    gram: Complex[Tensor, "tap tap"], middles: Int[Tensor, " coil"]
) -> Complex[Tensor, "coil tap"]:
    """Return the filters I − G: each takes a sample less what its surroundings say of it.

    The weights of least squares of one column of A on all the others stand, negative, in the
    inverse of AᴴA, so one inverse serves all coils.

    Args:
        gram: AᴴA of the windows, regularised.
        middles: The column of the sample in the middle of the window, of each coil.

    Source: Lustig and Pauly, Magn. Reson. Med. 64(2), 457-471 (2010), eqs. 3 and 6.
    """
    inverse = torch.linalg.inv(gram)
    filters: Tensor = (inverse[:, middles] / inverse[middles, middles]).T
    return filters


def energy_left(
    gram: Complex[Tensor, "tap tap"], filters: Complex[Tensor, "filter tap"]
) -> Float[Tensor, ""]:
    """Return Σ ‖A f‖² over the filters f: the energy that they leave of all windows."""
    energy: Tensor = torch.einsum("rt,tu,ru->", filters.conj(), gram, filters).real
    return energy
