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
_NEGLIGIBLE = 0.01
"""Error of a pixel that hardly counts, of the image's root mean square."""


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

    Errors far below the image's own level count by their square in the second part, too: where an
    image is exactly right already, in air, it would otherwise hold on to what it is.

    Source: Yaman et al., Magn. Reson. Med. 84(6), 3172-3191 (2020), eq. 9.
    """
    level = references.abs().square().mean(dim=(1, 2)).sqrt().clamp_min(1e-9)
    errors, signal = (
        torch.view_as_real(part / level[:, None, None]).square().sum(dim=-1).flatten(1)
        for part in (images - references, references)
    )
    second = (errors.mean(dim=1) + _NEGLIGIBLE**4).sqrt()
    first = (errors + _NEGLIGIBLE**2).sqrt().mean(dim=1) / signal.sqrt().mean(dim=1).clamp_min(1e-9)
    return (second + first).mean()


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
