"""What a pattern of measured neighbours says of the sample in their middle: least squares.

Windows of the fully sampled centre, one a row of A, are asked through AᴴA; what the weights of any
pattern are stands in a part of it.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Complex, Float, Int
from torch import Tensor


def grappa_weights(
    gram: Complex[Tensor, "tap tap"],
    taps: Int[Tensor, "pattern source"],
    real: Bool[Tensor, "pattern source"],
    n_coils: int,
) -> Complex[Tensor, "pattern weight coil"]:
    """Return the least-squares weights of the sources of each pattern for the window's middle.

    Args:
        gram: AᴴA of the window, regularised; coil by coil, tap by tap.
        taps: Sources of each pattern, as numbers of taps.
        real: Which of them are there; the others only fill rows up, and get weight 0.
        n_coils: Receive channels.

    Returns:
        Weights ``source coil`` of each coil's sample in the middle.

    Source: Griswold et al., Magn. Reson. Med. 47(6), 1202-1210 (2002), eq. 3.
    """
    normal, right = _normal_equations(gram, taps, real, n_coils)
    return torch.cholesky_solve(right, torch.linalg.cholesky(normal))


def explained_share(
    gram: Complex[Tensor, "tap tap"],
    taps: Int[Tensor, "pattern source"],
    weights: Complex[Tensor, "pattern weight coil"],
) -> Float[Tensor, " pattern"]:
    """Return the share of the samples in the middle that the weights learnt of AᴴA explain."""
    pairs = _pairs(gram, weights.shape[-1])
    middle = pairs.shape[0] // 2
    predicted = (weights.conj() * pairs[taps, middle].flatten(1, 2)).real.sum(dim=(1, 2))
    return (predicted / pairs[middle, middle].diagonal().real.sum()).clamp(0, 1)


def fit(
    weights: Complex[Tensor, "pattern weight coil"],
    asked: Complex[Tensor, "tap tap"],
    taps: Int[Tensor, "pattern source"],
    real: Bool[Tensor, "pattern source"],
) -> tuple[Float[Tensor, " pattern"], Float[Tensor, " pattern"]]:
    """Return Re⟨p, z⟩ and ‖p‖² of what weights predict p and what is there z, in other windows.

    Scaled by the first over the second, a prediction fits best.
    """
    normal, right = _normal_equations(asked, taps, real, weights.shape[-1])
    alike = (weights.conj() * right).real.sum(dim=(1, 2))
    return alike, (weights.conj() * (normal @ weights)).real.sum(dim=(1, 2))


def _normal_equations(
    gram: Complex[Tensor, "row row"],
    taps: Int[Tensor, "pattern source"],
    real: Bool[Tensor, "pattern source"],
    n_coils: int,
) -> tuple[Complex[Tensor, "pattern weight weight"], Complex[Tensor, "pattern weight coil"]]:
    """Return what says least squares of each pattern; sources that are not there get 0."""
    n_taps = len(gram) // n_coils
    pairs = _pairs(gram, n_coils)
    there = real.repeat_interleave(n_coils, dim=1)
    normal = pairs[taps[:, :, None], taps[:, None, :]].transpose(2, 3).flatten(3, 4).flatten(1, 2)
    right = pairs[taps, n_taps // 2].flatten(1, 2)
    alone = torch.eye(normal.shape[-1], dtype=gram.dtype, device=gram.device)
    normal = torch.where(there[:, :, None] & there[:, None, :], normal, alone)
    return normal, torch.where(there[..., None], right, 0)


def _pairs(gram: Complex[Tensor, "row row"], n_coils: int) -> Complex[Tensor, "tap tap coil coil"]:
    """Return AᴴA as the small matrix ``coil coil`` of each pair of taps."""
    n_taps = len(gram) // n_coils
    return gram.reshape(n_coils, n_taps, n_coils, n_taps).permute(1, 3, 0, 2)
