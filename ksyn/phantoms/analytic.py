"""The k-space of a head in closed form: no pixels, hence no pixel's mistakes.

A map, the shading and the phase of the image are smooth, so that a few plane waves describe
their product within the head. What a coil measures at k is then a sum of the head's own Fourier
transform at neighbouring places:  ∫ m(r) Σₜ aₜ exp(2πi qₜ·r) exp(−2πi k·r) dr = Σₜ aₜ m̂(k − qₜ).

Source: Guerquin-Kern et al., IEEE Trans. Med. Imaging 31(3), 626-636 (2012), for the idea.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.phantoms.coils import FIELD_OF_VIEW, grid, phase, sensitivities, shading
from ksyn.phantoms.regions import Region
from ksyn.phantoms.shapes import coverage, spectrum

_WAVES = 8
"""Plane waves −8 … 8 along each axis."""
_PERIODS = 2
"""Their longest period, in fields of view; more than 1, as maps do not repeat."""
_FIT = (72, 72)
"""Matrix on which the waves are fitted."""
_CUT = 1e-5
"""Singular values kept, of the largest; with these settings the maps are met to 3e-5."""


def analytic_kspace(
    regions: Sequence[Region],
    steps: list[float],
    matrix: tuple[int, int],
    n_coils: int,
    seed: int,
) -> Complex[Tensor, "coil ky kx"]:
    """Return the exact samples of a head seen by coils, scaled like an orthonormal transform.

    Args:
        regions: The head.
        steps: What each region adds to the image.
        matrix: Samples along ky and kx of the field of view.
        n_coils: Receive coils.
        seed: Which person, hence which coils and phase.
    """
    waves = _waves_of_maps(regions, n_coils, seed)
    fine = _fine_spectrum(regions, steps, matrix)
    n_ky, n_kx = matrix
    samples = torch.zeros(n_coils, *matrix, dtype=torch.complex64)
    for v in range(2 * _WAVES + 1):
        for u in range(2 * _WAVES + 1):
            # Wave q = (v, u) − _WAVES moves the spectrum by q fine steps.
            rows = slice(2 * _WAVES - v, 2 * _WAVES - v + _PERIODS * n_ky, _PERIODS)
            columns = slice(2 * _WAVES - u, 2 * _WAVES - u + _PERIODS * n_kx, _PERIODS)
            samples = samples + waves[:, v, u, None, None] * fine[rows, columns]
    pixel = FIELD_OF_VIEW**2 / (n_ky * n_kx)
    return samples / (pixel * math.sqrt(n_ky * n_kx))


def _fine_spectrum(
    regions: Sequence[Region], steps: list[float], matrix: tuple[int, int]
) -> Complex[Tensor, "fine_ky fine_kx"]:
    """Return the head's Fourier transform at steps of 1 / (_PERIODS · field of view).

    The head without its phase is real, so half of it says all.
    """
    unit = 1 / (_PERIODS * FIELD_OF_VIEW)
    last_y, last_x = (_PERIODS * (n // 2) + _WAVES for n in matrix)
    ky = torch.arange(last_y + 1, dtype=torch.float64) * unit
    kx = torch.arange(-last_x, last_x + 1, dtype=torch.float64) * unit
    half = torch.zeros(len(ky), len(kx), dtype=torch.complex64)
    for region, step in zip(regions, steps, strict=True):
        half = half + step * spectrum(region.curves, ky, kx)
    return torch.cat([half[1:].flip(0, 1).conj(), half])


def _waves_of_maps(
    regions: Sequence[Region], n_coils: int, seed: int
) -> Complex[Tensor, "coil v u"]:
    """Return the plane waves that add up to each map times shading and phase in the head."""
    y, x = (axis.double() for axis in grid(_FIT))
    seen = shading(y, x, seed) * torch.exp(1j * phase(y, x, seed))
    maps = sensitivities(n_coils, y, x, seed) * seen
    head = coverage(regions[0].curves, _FIT, FIELD_OF_VIEW) > 0
    columns = _waves(y, x)[:, head].T
    # Small singular values are cut: waves of large amplitude would cancel each other badly.
    waves: Tensor = torch.linalg.lstsq(
        columns, maps[:, head].T, rcond=_CUT, driver="gelsd"
    ).solution
    return waves.T.reshape(n_coils, 2 * _WAVES + 1, -1).to(torch.complex64)


def _waves(y: Float[Tensor, "y 1"], x: Float[Tensor, "1 x"]) -> Complex[Tensor, "wave y x"]:
    q = torch.arange(-_WAVES, _WAVES + 1, dtype=torch.float64) / (_PERIODS * FIELD_OF_VIEW)
    along_y = torch.exp(2j * math.pi * q[:, None, None] * y)
    along_x = torch.exp(2j * math.pi * q[:, None, None] * x)
    return (along_y[:, None] * along_x[None]).flatten(0, 1)
