"""Examples for reconstruction networks: each a pure function of the run's seed and its number."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor
from torch.utils.data import Dataset

from ksyn.training.augmentation import augment
from ksyn.training.images import Images
from ksyn.training.run import Run
from ksyn.training.scans import ScanSettings, drawn_coils, random_scan


class ReconstructionRun(Run):
    """How to train a network to reconstruct."""

    family: Literal["reconstruction"] = "reconstruction"
    network: str = "unrolled"
    """One of RECONSTRUCTORS."""
    scans: ScanSettings = ScanSettings()


class Example(NamedTuple):
    """What was measured, and the image it was measured of."""

    kspace: Complex[Tensor, "*batch coil ky kx"]
    mask: Bool[Tensor, "*batch 1 ky kx"]
    maps: Complex[Tensor, "*batch 1 coil y x"]
    noise: Float[Tensor, "*batch"]
    reference: Complex[Tensor, "*batch y x"]


class Examples(Dataset[Example]):
    """The examples of one epoch; those of one batch have the same number of coils.

    Args:
        run: Its settings.
        images: What they are made of.
        epoch: Other epochs hold other examples; validation is always the same.
        validation: Whether they are those of validation.
    """

    def __init__(
        self, run: ReconstructionRun, images: Images, epoch: int, validation: bool = False
    ) -> None:
        self.run = run
        self.images = images
        self.first = (1 << 40) * (1 + validation) + epoch * run.steps_per_epoch * run.batch
        self.size = run.batch * (8 if validation else run.steps_per_epoch)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index: int) -> Example:
        rng = self._rng(self.first + index)
        n_coils = drawn_coils(self.run.scans, self._rng(-1 - self.first - index // self.run.batch))
        image = augment(self.images.draw(rng), self.run.matrix, rng)
        problem, reference = random_scan(image, self.run.scans, rng, n_coils)
        return Example(
            problem.kspace.samples[0],
            problem.mask.samples[0],
            problem.sens_maps.maps,
            torch.tensor(problem.noise_level),
            reference,
        )

    def _rng(self, number: int) -> torch.Generator:
        return torch.Generator().manual_seed(self.run.seed * (1 << 48) + number % (1 << 47))
