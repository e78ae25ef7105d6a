"""Training examples for a prior: each is a pure function of the run's seed, epoch and index."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor

from ksyn.diffusion.denoiser import gaussian_transfer, to_channels
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.noise import complex_noise
from ksyn.training.augmentation import augment
from ksyn.training.epoch import Epoch
from ksyn.training.run import Run


class PriorRun(Run):
    """How to train a denoising prior."""

    family: Literal["prior"] = "prior"
    sigma_data: float = Field(default=0.25, gt=0)
    log_sigma_mean: float = -2.6
    log_sigma_spread: float = Field(default=1.2, gt=0)
    blur_chance: float = Field(default=0.5, ge=0, le=1)
    blur_per_sigma: float = Field(default=10.0, ge=0)
    """Largest blur [pixels] that goes with σ = 1."""


class Example(NamedTuple):
    """What the network sees, and what it should say."""

    noisy: Float[Tensor, "2 y x"]
    sigma: Float[Tensor, ""]
    blur: Float[Tensor, 2]
    clean: Float[Tensor, "2 y x"]


class Examples(Epoch[PriorRun, Example]):
    """Images, noisy and now and then blurred."""

    def __getitem__(self, index: int) -> Example:
        rng = self.of_example(index)
        image = augment(self.images.draw(rng), self.run.matrix, rng)
        sigma = _sigma(self.run, rng)
        blur = _blur(self.run, sigma, rng)
        kspace = gaussian_transfer(self.run.matrix, blur) * image_to_kspace(image)
        noisy = kspace_to_image(kspace) + sigma * complex_noise(self.run.matrix, rng)
        return Example(
            to_channels(noisy), torch.tensor(sigma), torch.tensor(blur), to_channels(image)
        )


def _sigma(run: PriorRun, rng: torch.Generator) -> float:
    return math.exp(
        run.log_sigma_mean + run.log_sigma_spread * float(torch.randn((), generator=rng))
    )


def _blur(run: PriorRun, sigma: float, rng: torch.Generator) -> tuple[float, float]:
    """Return no blur, or one along y, x or both that grows with σ as in AK-diffusion."""
    chance, size, axis = torch.rand(3, generator=rng).tolist()
    if chance >= run.blur_chance:
        return 0.0, 0.0
    blur = size * run.blur_per_sigma * min(sigma, 1.0)
    return (blur if axis < 2 / 3 else 0.0), (blur if axis > 1 / 3 else 0.0)
