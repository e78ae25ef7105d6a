"""Cases: fully sampled scans, the image each should give, and the samples a mask leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import KSpace, Mask
from ksyn.errors import OptionError
from ksyn.evaluation.benchmark import CaseChoice, MaskChoice
from ksyn.masks import MASKS
from ksyn.phantoms import coil_maps, scan_of
from ksyn.pipeline import reference_of
from ksyn.training.combining import full_slices
from ksyn.training.packs import load_pack

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Case:
    """One fully sampled scan of one slice."""

    group: str
    title: str
    kspace: KSpace
    reference: Float[Tensor, "frame y x"]
    """What a reconstruction is compared with, in the units of the k-space."""
    seed: int
    """Of its noise and its masks."""

    def mask(self, choice: MaskChoice) -> Mask:
        """Return the mask of a choice; a case's is always the same."""
        rng = torch.Generator().manual_seed(self.seed)
        return MASKS.get(choice.name).of(choice.options).draw(self.kspace.matrix, rng)


def cases_of(choices: Sequence[CaseChoice]) -> Iterator[Case]:
    """Yield the cases; their seeds are their numbers among the slices of their source."""
    for choice in choices:
        yield from _simulated(choice) if choice.coils else _measured(choice)


def _simulated(choice: CaseChoice) -> Iterator[Case]:
    images = load_pack(choice.pack)
    for seed, (title, image) in enumerate(_chosen(choice, images)):
        yield simulated(choice.group, title, image, choice.coils or 1, choice.noise, seed)


def simulated(
    group: str, title: str, image: Complex[Tensor, "y x"], n_coils: int, noise: float, seed: int
) -> Case:
    """Return the case of an image scanned by simulated coils; its magnitude is the reference."""
    maps = coil_maps(n_coils, (image.shape[0], image.shape[1]), seed)
    scan = scan_of(image, maps, noise, torch.Generator().manual_seed(seed))
    return Case(group, title, scan, image.abs()[None], seed)


def _measured(choice: CaseChoice) -> Iterator[Case]:
    scans = full_slices(choice.pack.path, choice.pack)
    for seed, (title, kspace) in enumerate(_chosen(choice, list(scans))):
        reference = reference_of(kspace)
        assert reference is not None  # noqa: S101 - k-space always has one
        yield Case(choice.group, title, kspace, reference, seed)


def _chosen(choice: CaseChoice, slices: list[T]) -> Iterable[tuple[str, T]]:
    title = choice.title or choice.path.name.partition(".")[0]
    for number in choice.slices:
        if number >= len(slices):
            raise OptionError(
                f"{choice.path} has no slice {number}: {len(slices)} hold something.",
                hint=f"Choose slices from 0 to {len(slices) - 1}.",
            )
        yield f"{title} {number}", slices[number]
