"""Whether a prior draws its training images again: the nearest of them to what it draws freely."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Complex, Float
from torch import Tensor
from torch.nn import functional

from ksyn.diffusion.attenuation import geometric_sigmas
from ksyn.diffusion.denoiser import Denoiser
from ksyn.fourier import image_to_kspace, kspace_to_image, resize_centred
from ksyn.noise import complex_noise
from ksyn.weights import Nearest

_SIDE = 32
"""Side of what is compared [pixels]: the anatomy, not the noise."""
_SIGMAS = (0.01, 1.5)
"""Noise that free samples end with and start from; the latter drowns every image."""
_STEPS = 60
_BATCH = 64
"""Training images that are compared at a time."""

Image = Complex[Tensor, "_ _"]


@torch.no_grad()
def free_samples(
    denoiser: Denoiser, matrix: tuple[int, int], count: int, rng: torch.Generator
) -> Complex[Tensor, "sample y x"]:
    """Draw images from a prior alone, without any measurement.

    Source: Song and Ermon's variance-exploding process, ancestral sampling; Song et al.,
    ICLR 2021 (arXiv 2011.13456), appendix F, eq. 47.
    """
    sigmas = geometric_sigmas(*_SIGMAS, _STEPS)
    shape = (count, *matrix)
    x = sigmas[-1] * complex_noise(shape, rng)
    for low, high in zip(sigmas[-2::-1], sigmas[:0:-1], strict=True):
        clean = denoiser(x, high, (0.0, 0.0))
        kept = (low / high) ** 2
        x = clean + kept * (x - clean) + low * math.sqrt(1 - kept) * complex_noise(shape, rng)
    return denoiser(x, sigmas[0], (0.0, 0.0))


@torch.no_grad()
def nearest(samples: Iterable[Image], held_out: Iterable[Image], training: Sequence[Image],
            matrix: tuple[int, int]) -> Nearest:  # fmt: skip
    """Return how like its training images a prior's samples are, and how like them others are.

    Args:
        samples: What the prior drew, of the matrix.
        held_out: Images no training saw; their middles of that matrix are compared.
        training: Images it was trained on.
        matrix: Of the samples.
    """
    factor = max(matrix) / _SIDE
    known = [_coarse(image, factor) for image in training]
    middles = [resize_centred(image, matrix) for image in held_out]
    return Nearest(
        samples=[round(likeness(_coarse(image, factor), known), 4) for image in samples],
        held_out=[round(likeness(_coarse(image, factor), known), 4) for image in middles],
        training_images=len(known),
    )


def likeness(image: Float[Tensor, "_ _"], others: Sequence[Float[Tensor, "_ _"]]) -> float:
    """Return the largest correlation of an image with any part of any other.

    Mean and contrast do not count (zero-mean normalised correlation), nor does where in the
    other it is, nor whether it is flipped or transposed.
    """
    height = max(max(image.shape), *(other.shape[0] for other in others))
    width = max(max(image.shape), *(other.shape[1] for other in others))
    best = -1.0
    for first in range(0, len(others), _BATCH):
        stack = torch.stack([_padded(o, (height, width)) for o in others[first : first + _BATCH]])
        best = max(best, *(float(_correlation(t, stack).max()) for t in _orientations(image)))
    return best


def _orientations(image: Float[Tensor, "a b"]) -> list[Tensor]:
    turned = [image, image.flip(0), image.flip(1), image.flip(0, 1)]
    return turned + [view.mT for view in turned]


def _correlation(
    image: Float[Tensor, "a b"], stack: Float[Tensor, "other y x"]
) -> Float[Tensor, "other row column"]:
    """Return the correlation with every part of every other image; 0 with parts that are flat."""
    n = image.numel()
    pattern = image - image.mean()
    ones = torch.ones(1, 1, *image.shape)
    products = functional.conv2d(stack[:, None], pattern[None, None])[:, 0]
    sums = functional.conv2d(stack[:, None], ones)[:, 0]
    squares = functional.conv2d(stack[:, None].square(), ones)[:, 0]
    energy = (squares - sums.square() / n).clamp_min(0)
    norm = (energy * pattern.square().sum()).sqrt()
    return torch.where(energy > 1e-3 * n, products / norm.clamp_min(1e-12), 0)


def _coarse(image: Image, factor: float) -> Float[Tensor, "y x"]:
    """Return the magnitude at lower resolution."""
    matrix = (round(image.shape[0] / factor), round(image.shape[1] / factor))
    small = kspace_to_image(resize_centred(image_to_kspace(image), matrix))
    return small.abs() / factor


def _padded(image: Float[Tensor, "y x"], matrix: tuple[int, int]) -> Float[Tensor, "a b"]:
    missing = matrix[0] - image.shape[0], matrix[1] - image.shape[1]
    return functional.pad(image, (0, missing[1], 0, missing[0]))
