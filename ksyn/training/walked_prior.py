"""Train a prior on its sampler's own way, besides noisy images."""

from __future__ import annotations

from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor

from ksyn.diffusion.attenuation import Schedule, geometric_sigmas
from ksyn.nets.acquisition import Acquisition
from ksyn.training.family import Family
from ksyn.training.prior import PRIOR, Prior
from ksyn.training.prior_examples import Example
from ksyn.training.walk import Images, walk
from ksyn.training.walked_examples import Walked, WalkedExamples, WalkedRun

_CORRECTED = 2 / 3
"""Share of the corrected estimates in the loss; the rest is the network's own."""
_SMALLEST = 1e-7
"""Mean squared error that need not fall any further."""


class WalkedPrior(Prior):
    """A prior, and the error of its estimates on the sampler's way.

    A sampler leads its network to states that no noisy image resembles: what is left of aliasing
    there is not noise. A network that has met them takes it away.

    Source: Ross et al., AISTATS 2011 (training on the states that one's own policy visits).
    """

    def __init__(self, run: WalkedRun) -> None:
        super().__init__(run)
        self.settings = run

    def loss(self, batch: Example | Walked) -> Tensor:
        """Return the loss of the noisy images and, weighted, of the walks."""
        walked = cast("Walked", batch)
        noisy = super().loss(Example(*(part.flatten(0, 1) for part in walked.crops)))
        along = self.error_along(walked)
        self.log("noisy", noisy, sync_dist=True)
        self.log("along", along, sync_dist=True)
        return noisy + self.settings.walk_weight * along

    def error_along(self, batch: Walked) -> Tensor:
        """Return the logarithm of the mean squared error, mean over levels and scans.

        Its gradient gives each scan and level the same say, however large their errors are.
        """
        run, scan = self.settings, batch.scan
        sigmas = geometric_sigmas(run.sigma_min, run.sigma_max, run.levels - 1)
        schedules = [Schedule(sigmas, (float(y), float(x))) for y, x in batch.blur]
        scans = Acquisition(scan.kspace, scan.mask, scan.maps, scan.noise)
        errors = [
            _CORRECTED * _log_error(estimate.corrected, scan.reference)
            + (1 - _CORRECTED) * _log_error(estimate.denoised, scan.reference)
            for estimate in walk(self.model, scans, schedules, batch.noise)
        ]
        return torch.stack(errors).mean()


def _log_error(images: Images, references: Images) -> Float[Tensor, ""]:
    squared = torch.view_as_real(images - references).square().flatten(1).mean(dim=1)
    return (squared + _SMALLEST).log().mean()


WALKED_PRIOR = Family(
    "walked-prior",
    "Denoising prior, trained on its sampler's way",
    WalkedRun,
    WalkedPrior,
    WalkedExamples,
    PRIOR.card,
    PRIOR.reconstruct,
    makes=PRIOR.name,
)
