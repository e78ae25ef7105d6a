"""Plain HDF5 files, MATLAB 7.3 among them: one of their arrays is the scan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from ksyn.errors import OptionError
from ksyn.io.arrays import ArrayScan, Geometry, Index, Source
from ksyn.io.choice import chosen
from ksyn.io.guard import reading
from ksyn.io.hdf5 import is_hdf5, opened_hdf5, own_dataset, own_datasets, text_of
from ksyn.io.layout import Layout
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

    def __init__(self, dataset: h5py.Dataset) -> None:
        self._dataset = dataset
        self.shape: tuple[int, ...] = dataset.shape[::-1]
        logical = text_of(dataset.attrs.get("MATLAB_class", "")) == "logical"
        self.dtype: np.dtype[Any] = np.dtype(bool) if logical else dataset.dtype

    def __getitem__(self, index: Index) -> NDArray[Any]:
        return np.asarray(self._dataset[tuple(reversed(index))]).T


def open_plain_hdf5(path: Path, layout: Layout | None = None) -> ArrayScan:
    """Open one array of an HDF5 file; attributes ``axes`` and ``domain`` may say its layout."""
    return _open(path, layout, READER.name, lambda dataset: dataset)


def open_matlab73(path: Path, layout: Layout | None = None) -> ArrayScan:
    """Open one array of a MATLAB 7.3 file."""
    return _open(path, layout, MATLAB_READER.name, MatlabArray)


def _open(
    path: Path,
    layout: Layout | None,
    format: str,  # noqa: A002 - the word users know
    source_of: Callable[[h5py.Dataset], Source],
) -> ArrayScan:
    file = opened_hdf5(path)
    try:
        with reading(path, "HDF5"):
            layout = _with_declared(file, layout)
            arrays = {key: source_of(dataset) for key, dataset in own_datasets(file).items()}
            source, settled = chosen(path, arrays, layout)
            voxel_size = _voxel_size(file[settled.key])
        return ArrayScan(path, format, source, settled, Geometry(voxel_size), file.close)
    except BaseException:
        file.close()
        raise


def _with_declared(file: h5py.File, asked: Layout | None) -> Layout | None:
    """Return the layout asked for, completed by the one an array says of itself."""
    asked = asked or Layout()
    for key in [asked.key] if asked.key else DECLARING:
        declared = _declared(own_dataset(file, key), key)
        if declared and asked.domain in (None, declared.domain):
            return Layout(key, asked.axes or declared.axes, declared.domain)
    return asked


def _declared(dataset: h5py.Dataset | None, key: str) -> Layout | None:
    if dataset is None or AXES_ATTRIBUTE not in dataset.attrs:
        return None
    words = (text_of(dataset.attrs.get(name, "")) for name in (AXES_ATTRIBUTE, DOMAIN_ATTRIBUTE))
    try:
        return Layout.parse(key, *words)
    except OptionError:
        return None


def _voxel_size(dataset: h5py.Dataset) -> tuple[float, float] | None:
    stored = np.asarray(dataset.attrs.get(VOXEL_ATTRIBUTE, ()))
    if stored.shape != (2,) or stored.dtype.kind != "f" or not (stored > 0).all():
        return None
    return float(stored[0]), float(stored[1])


def _is_matlab73(path: Path, head: bytes) -> bool:
    return head.startswith(b"MATLAB 7.3") and is_hdf5(path, head)


READER = Reader("hdf5", "HDF5 array", (".h5", ".hdf5"), is_hdf5, open_plain_hdf5)
MATLAB_READER = Reader("matlab73", "MATLAB 7.3", (".mat",), _is_matlab73, open_matlab73)
