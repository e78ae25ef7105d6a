"""A made-up head as a scanner measures it: an image, coils, noise; sampled or in closed form."""

from __future__ import annotations


import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import KSpace, SensMaps
from ksyn.fourier import image_to_kspace
from ksyn.noise import complex_noise
from ksyn.phantoms.coils import FIELD_OF_VIEW, coil_maps, grid, phase
from ksyn.phantoms.head import head
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
    brightness = signals(contrast, torch.Generator().manual_seed(seed))
    image = torch.zeros(matrix)
    for region in head(seed):
        step = brightness[region.tissue] - brightness[region.beneath]
        image = image + step * coverage(region.curves, matrix, FIELD_OF_VIEW)
    angle = phase(*grid(matrix), seed) if smooth_phase else torch.zeros(matrix)
    return torch.polar(image.clamp_min(0), angle)


def scan_of(
    image: Complex[Tensor, "y x"],
    maps: SensMaps,
    noise: float = 0.0,
    rng: torch.Generator | None = None,
) -> KSpace:
    """Return the fully sampled k-space of an image.

    Args:
        image: What is scanned.
        maps: What the coils see; the first set is used.
        noise: Standard deviation in the real and in the imaginary part of each sample.
        rng: Draws the noise; seed 0 when absent.
    """
    samples = image_to_kspace(image * maps.maps[0])[None]
    if noise:
        rng = rng or torch.Generator().manual_seed(0)
        samples = samples + noise * complex_noise(tuple(samples.shape), rng)
    ny, nx = image.shape
    return KSpace(samples, (FIELD_OF_VIEW / ny, FIELD_OF_VIEW / nx))


def head_kspace(
    matrix: tuple[int, int] = (256, 256),
    n_coils: int = 8,
    contrast: Contrast = "t1",
    noise: float = 0.005,
    seed: int = 0,
    analytic: bool = False,
) -> KSpace:
    """Return the fully sampled k-space of a made-up head."""
    rng = torch.Generator().manual_seed(seed)
    image = head_image(matrix, contrast=contrast, seed=seed)
    return scan_of(image, coil_maps(n_coils, matrix, seed), noise, rng)


def demo_kspace() -> KSpace:
    """Return the built-in scan: 8 coils, 256 × 256, T1-weighted."""
    return head_kspace()
