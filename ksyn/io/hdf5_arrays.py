"""Plain HDF5 files, MATLAB 7.3 among them: one of their arrays is the scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import OptionError, ReadError
from ksyn.io.arrays import ArrayScan, Geometry, Index, Source
from ksyn.io.choice import chosen
from ksyn.io.guard import DAMAGED
from ksyn.io.hdf5 import Hdf5Dataset
from ksyn.io.layout import Layout
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader

AXES_ATTRIBUTE, DOMAIN_ATTRIBUTE, VOXEL_ATTRIBUTE = "axes", "domain", "voxel_size_m"
"""Attributes with which an array says its layout and its pixel height and width [m]."""
DECLARING = ("kspace", "image")
"""Arrays at the top that are opened without asking when they say their layout."""


class MatlabArray:
    """A MATLAB array in HDF5: its axes stand in reverse order.

    Args:
        dataset: As HDF5 sees it.
    """

    def __init__(self, dataset: Hdf5Dataset) -> None:
        self._dataset = dataset
        self.shape: tuple[int, ...] = dataset.shape[::-1]
        logical = dataset.attributes.get("MATLAB_class") == "logical"
        self.dtype: np.dtype[Any] = np.dtype(bool) if logical else dataset.dtype

    def __getitem__(self, index: Index) -> NDArray[Any]:
        return self._dataset[index[::-1]].T


def open_plain_hdf5(probe: Probe, layout: Layout | None = None) -> ArrayScan:
    """Open one array of an HDF5 file; attributes ``axes`` and ``domain`` may say its layout."""
    return _open(probe, layout, READER.name, lambda dataset: dataset)


def open_matlab73(probe: Probe, layout: Layout | None = None) -> ArrayScan:
    """Open one array of a MATLAB 7.3 file."""
    return _open(probe, layout, MATLAB_READER.name, MatlabArray)


def _open(
    probe: Probe,
    layout: Layout | None,
    format: str,  # noqa: A002 - the word users know
    source_of: Callable[[Hdf5Dataset], Source],
) -> ArrayScan:
    if probe.hdf5 is None:
        raise ReadError(f"{probe.path.name} is not HDF5.", hint=DAMAGED)
    datasets = probe.hdf5.datasets
    arrays = {key: source_of(dataset) for key, dataset in datasets.items()}
    source, settled = chosen(probe.path, arrays, _with_declared(datasets, layout))
    geometry = Geometry(_voxel_size(datasets[settled.key or ""]))
    return ArrayScan(probe.path, format, source, settled, geometry, probe.close)


def _with_declared(datasets: Mapping[str, Hdf5Dataset], asked: Layout | None) -> Layout:
    """Return the layout asked for, completed by the one an array says of itself."""
    asked = asked or Layout()
    for key in [asked.key] if asked.key else DECLARING:
        declared = _declared(datasets.get(key), key)
        if declared and asked.domain in (None, declared.domain):
            return Layout(key, asked.axes or declared.axes, declared.domain)
    return asked


def _declared(dataset: Hdf5Dataset | None, key: str) -> Layout | None:
    if dataset is None or AXES_ATTRIBUTE not in dataset.attributes:
        return None
    words = (dataset.attributes.get(name, "") for name in (AXES_ATTRIBUTE, DOMAIN_ATTRIBUTE))
    try:
        return Layout.parse(key, *map(str, words))
    except OptionError:
        return None


def _voxel_size(dataset: Hdf5Dataset) -> tuple[float, float] | None:
    stored = dataset.attributes.get(VOXEL_ATTRIBUTE)
    if not isinstance(stored, list) or len(stored) != 2 or not all(size > 0 for size in stored):
        return None
    return stored[0], stored[1]


def _is_plain_hdf5(probe: Probe) -> bool:
    return probe.hdf5 is not None


def _is_matlab73(probe: Probe) -> bool:
    return probe.head.startswith(b"MATLAB 7.3") and probe.hdf5 is not None


READER = Reader("hdf5", "HDF5 array", (".h5", ".hdf5"), _is_plain_hdf5, open_plain_hdf5)
MATLAB_READER = Reader("matlab73", "MATLAB 7.3", (".mat",), _is_matlab73, open_matlab73)
