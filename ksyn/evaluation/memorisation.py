"""Whether a prior draws its training images again: the nearest of them to what it draws freely."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

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
_BATCH = 16
"""Training images that are compared at a time."""

_FLAT = 1e-3
"""Parts of less variance hold nothing; the brightest tissue is 1."""

Image = Complex[Tensor, "_ _"]
Magnitude = Float[Tensor, "_ _"]


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
def nearest(
    samples: Iterable[Image],
    held_out: Iterable[Image],
    training: Iterable[Image],
    matrix: tuple[int, int],
) -> Nearest:
    """Return how like its training images a prior's samples are, and how like them others are.

    Args:
        samples: What the prior drew, of the matrix.
        held_out: Images no training saw; their middles of that matrix are compared.
        training: Images it was trained on.
        matrix: Of the samples.
    """
    factor = max(matrix) / _SIDE
    known = [_coarse(image, factor) for image in training]
    drawn = [_coarse(image, factor) for image in samples]
    middles = [_coarse(resize_centred(image, matrix), factor) for image in held_out]
    found = [round(value, 4) for value in likeness([*drawn, *middles], known)]
    return Nearest(
        samples=found[: len(drawn)], held_out=found[len(drawn) :], training_images=len(known)
    )


def likeness(images: Sequence[Magnitude], others: Sequence[Magnitude]) -> list[float]:
    """Return the largest correlation of each image with any part of any other.

    Mean and contrast do not count (zero-mean normalised correlation), nor does where in the
    other it is, nor whether it is flipped or transposed.

    Args:
        images: All of one size.
        others: Of any sizes; air is added to those that are smaller.
    """
    upright, turned = torch.stack(list(images)), torch.stack([image.mT for image in images])
    best = torch.full((len(images),), -1.0)
    for views in {tuple(v.shape[1:]): v for v in (upright, turned)}.values():
        flips = [views, views.flip(1), views.flip(2), views.flip(1, 2)]
        if views.shape[1] == views.shape[2]:
            flips += [view.mT for view in flips]
        for stack in _stacks(others, (views.shape[1], views.shape[2])):
            for flipped in flips:
                best = torch.maximum(best, _correlation(flipped, stack))
    return [float(value) for value in best]


def _stacks(
    others: Sequence[Magnitude], least: tuple[int, int]
) -> Iterator[Float[Tensor, "other y x"]]:
    """Yield images of one size together, each at least so large."""
    by_size: dict[tuple[int, ...], list[Tensor]] = defaultdict(list)
    for other in others:
        missing = [max(want - have, 0) for want, have in zip(least, other.shape, strict=True)]
        padded = functional.pad(other, (0, missing[1], 0, missing[0]))
        by_size[tuple(padded.shape)].append(padded)
    for same in by_size.values():
        for first in range(0, len(same), _BATCH):
            yield torch.stack(same[first : first + _BATCH])


def _correlation(
    images: Float[Tensor, "image a b"], stack: Float[Tensor, "other y x"]
) -> Float[Tensor, " image"]:
    """Return each image's largest correlation with any part; with flat parts it is 0."""
    size = (images.shape[1], images.shape[2])
    patterns = images - images.mean(dim=(1, 2), keepdim=True)
    products = functional.conv2d(stack[:, None], patterns[:, None]) / (size[0] * size[1])
    mean = functional.avg_pool2d(stack[:, None], size, stride=1)
    square = functional.avg_pool2d(stack[:, None].square(), size, stride=1)
    variance = (square - mean.square()).clamp_min(0)
    norm = (variance * patterns.square().mean(dim=(1, 2))[:, None, None]).sqrt()
    return torch.where(variance > _FLAT, products / norm.clamp_min(1e-12), 0).amax(dim=(0, 2, 3))


def _coarse(image: Image, factor: float) -> Magnitude:
    """Return the magnitude at lower resolution."""
    matrix = (round(image.shape[0] / factor), round(image.shape[1] / factor))
    small = kspace_to_image(resize_centred(image_to_kspace(image), matrix))
    return small.abs() / factor
