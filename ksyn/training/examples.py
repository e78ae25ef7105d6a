"""Training examples for a prior: each is a pure function of the run's seed, epoch and index."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.utils.data import Dataset

from ksyn.diffusion.denoiser import gaussian_transfer, to_channels
from ksyn.fourier import image_to_kspace, kspace_to_image
from ksyn.noise import complex_noise
from ksyn.training.augmentation import augment
from ksyn.training.packs import load_images
from ksyn.training.run import Pack, Run


class Example(NamedTuple):
    """What the network sees, and what it should say."""

    noisy: Float[Tensor, "2 y x"]
    sigma: Float[Tensor, ""]
    blur: Float[Tensor, 2]
    clean: Float[Tensor, "2 y x"]


class Examples(Dataset[Example]):
    """The examples of one epoch.

    Args:
        run: Its packs (or validation packs) and its settings.
        epoch: Other epochs hold other examples; validation is always the same.
        validation: Draw from the validation packs.
    """

    def __init__(self, run: Run, images: Images, epoch: int, *, validation: bool = False) -> None:
        self.run = run
        self.images = images
        self.first = (1 << 40) * (1 + validation) + epoch * run.steps_per_epoch * run.batch
        self.size = run.batch * (8 if validation else run.steps_per_epoch)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> Example:
        rng = torch.Generator().manual_seed(self.run.seed * (1 << 48) + self.first + index)
        image = augment(self.images.draw(rng), self.run.matrix, rng)
        sigma = _sigma(self.run, rng)
        blur = _blur(self.run, sigma, rng)
        kspace = gaussian_transfer(self.run.matrix, blur) * image_to_kspace(image)
        noisy = kspace_to_image(kspace) + sigma * complex_noise(self.run.matrix, rng)
        return Example(
            to_channels(noisy), torch.tensor(sigma), torch.tensor(blur), to_channels(image)
        )


class Images:
    """All images of some packs, drawn by the packs' weights."""

    def __init__(self, packs: list[Pack]) -> None:
        self._packs = [_images(pack) for pack in packs]
        self._weights = torch.tensor([pack.weight for pack in packs])

    def draw(self, rng: torch.Generator) -> Tensor:
        """Return one image, complex64 ``y x``."""
        pack = self._packs[int(torch.multinomial(self._weights, 1, generator=rng))]
        return pack[int(torch.randint(len(pack), (), generator=rng))]


def _images(pack: Pack) -> list[Tensor]:
    if str(pack.path) == "phantoms":
        return _phantoms()
    return load_images(pack.path, pack.stride)


def _phantoms() -> list[Tensor]:
    from ksyn.phantoms import head_image
    from ksyn.phantoms.tissues import Contrast

    contrasts: tuple[Contrast, ...] = ("t1", "t2", "pd", "flair")
    return [
        head_image((256, 256), contrast=contrast, seed=1000 + seed).to(torch.complex64)
        for seed, contrast in enumerate(contrasts * 8)
    ]


def _sigma(run: Run, rng: torch.Generator) -> float:
    return math.exp(
        run.log_sigma_mean + run.log_sigma_spread * float(torch.randn((), generator=rng))
    )


def _blur(run: Run, sigma: float, rng: torch.Generator) -> tuple[float, float]:
    """Return no blur, or one along y, x or both that grows with σ as in AK-diffusion."""
    chance, size, axis = torch.rand(3, generator=rng).tolist()
    if chance >= run.blur_chance:
        return 0.0, 0.0
    blur = size * run.blur_per_sigma * min(sigma, 1.0)
    return (blur if axis < 2 / 3 else 0.0), (blur if axis > 1 / 3 else 0.0)
