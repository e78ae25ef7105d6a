"""Train a network to reconstruct: undersampled scans in, the images they were made of out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn

from ksyn.data import Problem, Step
from ksyn.learned import FAMILY, reconstruction_steps
from ksyn.nets import RECONSTRUCTORS
from ksyn.nets.acquisition import Acquisition, Images
from ksyn.nets.reconstructor import Reconstructor
from ksyn.training.family import Family
from ksyn.training.reconstruction_examples import Example, Examples, ReconstructionRun
from ksyn.training.trainee import Trainee

_EARLIER = 0.1
"""Weight of all images before the last; they are shown, too."""


class Reconstruction(Trainee[Example]):
    """A `Reconstructor` and the error of its images."""

    model: Reconstructor

    def __init__(self, run: ReconstructionRun) -> None:
        super().__init__(run, RECONSTRUCTORS.get(run.network).of(run.network_options).build())

    def loss(self, batch: Example) -> Tensor:
        """Return the error of the last image, and a little of those before it."""
        acquisition = Acquisition(batch.kspace, batch.mask, batch.maps, batch.noise)
        images: Sequence[Images] = self.model(acquisition)
        *earlier, last = (relative_error(image[:, 0], batch.reference) for image in images)
        return last + _EARLIER * torch.stack(earlier).mean()


def relative_error(
    images: Complex[Tensor, "batch y x"], references: Complex[Tensor, "batch y x"]
) -> Float[Tensor, ""]:
    """Return ‖u − v‖₂ / ‖v‖₂ + ‖u − v‖₁ / ‖v‖₁, mean over the batch; its scale does not matter.

    Source: Yaman et al., Magn. Reson. Med. 84(6), 3172-3191 (2020), eq. 9.
    """
    difference, whole = (images - references).flatten(1), references.flatten(1)
    ratios = [
        _norm(difference, power) / _norm(whole, power).detach().clamp_min(1e-9) for power in (2, 1)
    ]
    return torch.stack(ratios).sum(dim=0).mean()


def _norm(vectors: Complex[Tensor, "batch n"], power: int) -> Float[Tensor, " batch"]:
    # The gradient of |z| at 0 is not defined; a little more than nothing keeps it finite.
    squared = torch.view_as_real(vectors).square().sum(dim=-1) + 1e-12
    return squared.sum(dim=1).sqrt() if power == 2 else squared.sqrt().sum(dim=1)


def _card(_: ReconstructionRun) -> Mapping[str, Any]:
    return {
        "domain": "k-space of any number of coils, mask, coil maps and noise level in; image out",
        "normalisation": "the scan's own: robust maximum of its zero-filled image = 1, phase 0",
    }


def _reconstruct(model: nn.Module, problem: Problem, _: torch.Generator) -> Iterator[Step]:
    assert isinstance(model, Reconstructor)  # noqa: S101 - what `Reconstruction` made
    return reconstruction_steps(model, problem)


RECONSTRUCTION = Family(
    FAMILY,
    "Reconstruction network",
    ReconstructionRun,
    Reconstruction,
    Examples,
    _card,
    _reconstruct,
)
