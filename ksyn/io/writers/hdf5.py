"""HDF5: complex image, k-space and provenance; K-Syn opens it again without asking."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import h5py
import numpy as np
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import KSpace
from ksyn.io.hdf5_arrays import AXES_ATTRIBUTE, DOMAIN_ATTRIBUTE, VOXEL_ATTRIBUTE
from ksyn.io.writers.writer import Window, Writer, label


class Hdf5Writer(Writer):
    """Data sets ``image`` (``frame y x``) and ``kspace`` (``frame coil ky kx``), complex64."""

    name: ClassVar[str] = "hdf5"
    title: ClassVar[str] = "HDF5"
    suffixes: ClassVar[tuple[str, ...]] = (".h5", ".hdf5")

    def write(
        self,
        path: Path,
        image: Complex[Tensor, "frame y x"],
        *,
        kspace: KSpace | None = None,
        voxel_size: tuple[float, float],
        provenance: dict[str, str],
        window: Window | None = None,  # noqa: ARG002 - it holds values, not looks
    ) -> None:
        """Write image, k-space and provenance."""
        with h5py.File(path, "x") as file:
            file.attrs["label"] = label(provenance)
            for key, value in provenance.items():
                file.attrs[key] = value
            _store(file, "image", image, "frame y x", "image", voxel_size)
            if kspace is not None:
                axes = "frame coil ky kx"
                _store(file, "kspace", kspace.samples, axes, "kspace", kspace.voxel_size)


def _store(
    file: h5py.File,
    name: str,
    values: Tensor,
    axes: str,
    domain: str,
    voxel_size: tuple[float, float],
) -> None:
    dataset = file.create_dataset(name, data=values.detach().cpu().numpy().astype(np.complex64))
    dataset.attrs[AXES_ATTRIBUTE] = axes
    dataset.attrs[DOMAIN_ATTRIBUTE] = domain
    dataset.attrs[VOXEL_ATTRIBUTE] = np.array(voxel_size)
