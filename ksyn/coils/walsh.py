"""Adaptive combination: coil maps as eigenvectors of the coils' local covariance."""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor
from torch.nn import functional

from ksyn.coils.eigenvectors import leading_eigenvectors
from ksyn.coils.low_resolution import low_resolution
from ksyn.coils.phase import align_phase, virtual_coil
from ksyn.data import KSpace, Mask, SensMaps

BLOCK_BYTES = 8 * 2**20
"""Memory of the covariances that are decomposed together [byte]."""


def walsh(kspace: KSpace, mask: Mask, *, window: int = 7) -> SensMaps:
    """Estimate coil maps as the dominant vector of the coil images around each pixel.

    Args:
        kspace: Samples; frames are averaged first.
        mask: Where they are measured; the fully sampled centre is used.
        window: Side of the neighbourhood [pixel]; odd.

    Returns:
        Maps of norm 1 everywhere.

    Source: Walsh, Gmitro and Marcellin, Magn. Reson. Med. 43(5), 682-690 (2000).
    """
    images = low_resolution(kspace, mask)
    n_coils, y, x = images.shape
    margin = window // 2
    padded = functional.pad(images, (margin,) * 4)
    rows = max(BLOCK_BYTES // (8 * n_coils**2 * x), 1)
    blocks = [
        _directions(padded[:, top : min(top + rows, y) + 2 * margin], window)
        for top in range(0, y, rows)
    ]
    maps = align_phase(torch.cat(blocks), virtual_coil(images))
    return SensMaps(maps.movedim(-1, 0)[None].contiguous())


def _directions(
    images: Complex[Tensor, "coil y x"], window: int
) -> Complex[Tensor, "y_inside x_inside coil"]:
    """Return the leading eigenvector of each window's covariance."""
    products = torch.einsum("iyx,jyx->ijyx", images, images.conj())
    covariance = _window_sums(_window_sums(products, window).mT, window).mT
    n_coils, _, y, x = covariance.shape
    _, vectors = leading_eigenvectors(covariance.permute(2, 3, 0, 1).reshape(-1, n_coils, n_coils))
    return vectors[..., 0].reshape(y, x, n_coils)


def _window_sums(array: Tensor, window: int) -> Tensor:
    """Return the sums over each window along the last axis, which shrinks by window − 1."""
    return array.unfold(-1, window, 1).sum(dim=-1)
