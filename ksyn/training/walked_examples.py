"""Examples for a prior that is also trained on its sampler's way: crops, and a scan to walk."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

import torch
from jaxtyping import Complex, Float
from pydantic import Field
from torch import Tensor

from ksyn.diffusion.attenuation import widest_blur
from ksyn.noise import complex_noise
from ksyn.training.augmentation import augment, shrunk
from ksyn.training.epoch import Epoch
from ksyn.training.images import Images
from ksyn.training.prior_examples import Example, Examples, PriorRun
from ksyn.training.reconstruction_examples import Example as Scan
from ksyn.training.scans import ScanSettings, drawn_coils, random_scan
from ksyn.training.walk import SAMPLER


class WalkedRun(PriorRun):
    """How to train a prior on noisy images and on the states that its sampler passes through."""

    family: Literal["walked-prior"] = "walked-prior"  # type: ignore[assignment]
    crops: int = Field(default=4, ge=1)
    """Noisy images that go with each scan; a batch counts scans."""
    levels: int = Field(default=6, ge=2)
    """Noise levels of a walk."""
    sigma_max: float = Field(default=SAMPLER.sigma_max, gt=0)
    sigma_min: float = Field(default=SAMPLER.sigma_min, gt=0)
    walk_weight: float = Field(default=1.0, ge=0)
    """Weight of the walks against the noisy images."""
    scan_matrix: tuple[int, int] = (160, 160)
    scans: ScanSettings = ScanSettings()


class Walked(NamedTuple):
    """Noisy images, and a scan with what its walk needs."""

    crops: Example
    scan: Scan
    blur: Float[Tensor, "*batch 2"]
    """Widest blur of its schedule [pixels]."""
    noise: Complex[Tensor, "*batch level y x"]


class WalkedExamples(Epoch[WalkedRun, Walked]):
    """Crops and scans; the scans of one batch have the same number of coils."""

    stream: ClassVar[int] = 1 << 42

    def __init__(
        self, run: WalkedRun, images: Images, epoch: int, validation: bool = False
    ) -> None:
        super().__init__(run, images, epoch, validation)
        crops = run.model_copy(update={"batch": run.batch * run.crops})
        self._crops = Examples(crops, images, epoch, validation)

    def __getitem__(self, index: int) -> Walked:
        first, count = index * self.run.crops, self.run.crops
        crops = [self._crops[number] for number in range(first, first + count)]
        together = Example(*(torch.stack(part) for part in zip(*crops, strict=True)))
        rng, matrix = self.of_example(index), self.run.scan_matrix
        n_coils = drawn_coils(self.run.scans, self.of_batch(index))
        image = augment(shrunk(self.images.draw(rng), matrix, rng), matrix, rng)
        problem, reference = random_scan(image, self.run.scans, rng, n_coils)
        blur = torch.tensor(widest_blur(problem.mask, SAMPLER.fading, self.run.sigma_max))
        noise = complex_noise((self.run.levels, *matrix), rng)
        return Walked(together, Scan.of(problem, reference), blur, noise)
