"""Scans whose coil maps are known."""

from __future__ import annotations

import torch

from ksyn.data import KSpace, Mask, SensMaps
from ksyn.phantoms import coil_maps
from ksyn.phantoms.coils import grid, phase
from ksyn.phantoms.scans import scan_of
from ksyn.phantoms.shepp_logan import shepp_logan


def scan(
    matrix: tuple[int, int] = (96, 96), n_coils: int = 6, noise: float = 0.0
) -> tuple[KSpace, Mask, SensMaps]:
    """Return a Shepp-Logan head with a smooth phase, 24 columns measured, and its true maps."""
    maps = coil_maps(n_coils, matrix)
    image = shepp_logan(matrix) * torch.exp(1j * phase(*grid(matrix), 0))
    mask = columns(matrix)
    return mask.apply(scan_of(image, maps, noise)), mask, maps


def columns(matrix: tuple[int, int], acs_lines: int = 24) -> Mask:
    """Return a mask of every third column and some in the centre."""
    samples = torch.zeros(1, 1, *matrix, dtype=torch.bool)
    samples[..., ::3] = True
    start = matrix[1] // 2 - acs_lines // 2
    samples[..., start : start + acs_lines] = True
    return Mask(samples)


def projection_error(maps: SensMaps, truth: SensMaps) -> float:
    """Return ‖S Sᴴ x − x‖ / ‖x‖ of the head's coil images x: 0 for maps that explain them."""
    matrix = (truth.maps.shape[-2], truth.maps.shape[-1])
    images = shepp_logan(matrix) * truth.maps[0]
    kept = torch.einsum("scyx,cyx->syx", maps.maps.conj(), images)
    left = torch.einsum("syx,scyx->cyx", kept, maps.maps) - images
    return float(torch.linalg.vector_norm(left) / torch.linalg.vector_norm(images))
