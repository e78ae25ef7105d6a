"""One complex image of the many coils of a scan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ksyn.coils import estimate_maps
from ksyn.data import KSpace, Mask, SensMaps
from ksyn.encoding import combine
from ksyn.fourier import kspace_to_image
from ksyn.io import open_scan
from ksyn.io.layout import Layout
from ksyn.training.run import Pack


def combined_slices(path: Path, pack: Pack) -> Iterator[NDArray[np.complex64]]:
    """Yield the combined image ``y x`` of every frame of every fully sampled slice of a scan."""
    for kspace in full_slices(path, pack):
        images = kspace_to_image(kspace.samples)
        maps = espirit_maps(kspace)
        yield from combine(images, maps.maps)[:, 0].numpy()


def full_slices(path: Path, pack: Pack) -> Iterator[KSpace]:
    """Yield the k-space of every slice of a scan that was measured completely."""
    with open_scan(path, Layout.parse(pack.key, pack.axes, pack.domain)) as scan:
        for index in range(scan.n_slices):
            if scan.fully_sampled(index):
                yield scan.kspace(index)


@torch.no_grad()
def espirit_maps(kspace: KSpace) -> SensMaps:
    """Return the maps the pipeline would estimate with every sample measured."""
    everything = Mask(torch.ones(1, 1, *kspace.matrix, dtype=torch.bool))
    return estimate_maps("espirit", kspace, everything)
