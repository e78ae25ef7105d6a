"""A made-up head as a scanner measures it: an image, coils, noise; sampled or in closed form."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import KSpace, SensMaps
from ksyn.fourier import image_to_kspace
from ksyn.noise import complex_noise
from ksyn.phantoms.analytic import analytic_kspace
from ksyn.phantoms.coils import FIELD_OF_VIEW, coil_maps, grid, phase, shading
from ksyn.phantoms.head import head
from ksyn.phantoms.regions import Region
from ksyn.phantoms.shapes import coverage
from ksyn.phantoms.tissues import Contrast, signals


def head_image(
    matrix: tuple[int, int],
    *,
    contrast: Contrast = "t1",
    seed: int = 0,
    smooth_phase: bool = True,
) -> Complex[Tensor, "y x"]:
    """Return an axial slice of a made-up head; the brightest tissue is 1.

    Args:
        matrix: Pixels along y and x of a square field of view.
        contrast: How it is weighted.
        seed: Which person.
        smooth_phase: With the slow phase of a real image; without it the image is real.
    """
    regions = head(seed)
    image = torch.zeros(matrix)
    for region, step in zip(regions, _steps(regions, contrast, seed), strict=True):
        image = image + step * coverage(region.curves, matrix, FIELD_OF_VIEW)
    image = image * shading(*grid(matrix), seed)
    angle = phase(*grid(matrix), seed) if smooth_phase else torch.zeros(matrix)
    return torch.polar(image.clamp_min(0), angle)


def scan_of(
    image: Complex[Tensor, "y x"],
    maps: SensMaps,
    noise: float = 0.0,
    rng: torch.Generator | None = None,
) -> KSpace:
    """Return the fully sampled k-space of an image of the phantoms' field of view.

    Args:
        image: What is scanned.
        maps: What the coils see; the first set is used.
        noise: Standard deviation in the real and in the imaginary part of each sample.
        rng: Draws the noise; seed 0 when absent.
    """
    samples = image_to_kspace(image * maps.maps[0])
    return _scan(samples, noise, rng or torch.Generator().manual_seed(0))


def head_kspace(
    matrix: tuple[int, int] = (256, 256),
    n_coils: int = 8,
    contrast: Contrast = "t1",
    noise: float = 0.005,
    seed: int = 0,
    analytic: bool = False,
) -> KSpace:
    """Return the fully sampled k-space of a made-up head.

    Args:
        matrix: Samples along ky and kx.
        n_coils: Receive coils around the head.
        contrast: How it is weighted.
        noise: Standard deviation in the real and in the imaginary part of each sample; the
            brightest tissue is 1.
        seed: Which person, which coils, which noise.
        analytic: The Fourier transform of the curves themselves in place of that of an image
            made of pixels; a few seconds, and no reconstruction has seen its grid before.
    """
    rng = torch.Generator().manual_seed(seed)
    if not analytic:
        image = head_image(matrix, contrast=contrast, seed=seed)
        return scan_of(image, coil_maps(n_coils, matrix, seed), noise, rng)
    regions = head(seed)
    steps = _steps(regions, contrast, seed)
    return _scan(analytic_kspace(regions, steps, matrix, n_coils, seed), noise, rng)


def demo_kspace() -> KSpace:
    """Return the built-in scan: 8 coils, 256 × 256, T1-weighted."""
    return head_kspace()


def _steps(regions: Sequence[Region], contrast: Contrast, seed: int) -> list[float]:
    """Return what each region adds to what it is painted over."""
    brightness = signals(contrast, torch.Generator().manual_seed(seed))
    return [brightness[region.tissue] - brightness[region.beneath] for region in regions]


def _scan(samples: Complex[Tensor, "coil ky kx"], noise: float, rng: torch.Generator) -> KSpace:
    if noise:
        samples = samples + noise * complex_noise(tuple(samples.shape), rng)
    n_ky, n_kx = samples.shape[-2:]
    return KSpace(samples[None], (FIELD_OF_VIEW / n_ky, FIELD_OF_VIEW / n_kx))
