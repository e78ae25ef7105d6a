"""Examples for reconstruction networks: each a pure function of the run's seed and its number."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from jaxtyping import Bool, Complex, Float
from torch import Tensor

from ksyn.data import Problem
from ksyn.training.augmentation import augment
from ksyn.training.epoch import Epoch
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

    @classmethod
    def of(cls, problem: Problem, reference: Complex[Tensor, "y x"]) -> Example:
        """Return what a scan of one frame measured."""
        return cls(
            problem.kspace.samples[0],
            problem.mask.samples[0],
            problem.sens_maps.maps,
            torch.tensor(problem.noise_level),
            reference,
        )


class Examples(Epoch[ReconstructionRun, Example]):
    """Scans; those of one batch have the same number of coils."""

    def __getitem__(self, index: int) -> Example:
        rng = self.of_example(index)
        n_coils = drawn_coils(self.run.scans, self.of_batch(index))
        image = augment(self.images.draw(rng), self.run.matrix, rng)
        return Example.of(*random_scan(image, self.run.scans, rng, n_coils))
