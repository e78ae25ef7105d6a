"""HDF5 opened with care.

A file may not lead elsewhere: soft and external links, external storage and virtual data sets are
passed over. Chunks that would fill the memory are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import prod
from pathlib import Path

import h5py
import numpy as np

from ksyn.errors import ReadError
from ksyn.io.guard import reading

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_LARGEST_CHUNK = 1 << 30
"""A chunk is read as one piece [byte]."""
_DEEPEST = 6
_MOST_ENTRIES = 2000


def is_hdf5(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the content decides
    """Return whether a file begins as HDF5 does; a user block of 512 · 2ⁿ bytes may precede."""
    return any(head[start : start + 8] == SIGNATURE for start in (0, 512, 1024, 2048))


def opened_hdf5(path: Path) -> h5py.File:
    """Return the file opened for reading.

    Raises:
        ReadError: It is damaged.
    """
    with reading(path, "HDF5"):
        return h5py.File(path, "r", locking="best-effort")


def own_entry(group: object, name: str) -> object:
    """Return a member that really stands in the file, or None: links are not followed."""
    if not isinstance(group, h5py.Group) or name not in group:
        return None
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        return None
    return group[name]


def own_dataset(group: object, name: str) -> h5py.Dataset | None:
    """Return a data set whose numbers stand in the file, or None.

    Raises:
        ReadError: Its chunks are larger than is sensible.
    """
    entry = own_entry(group, name)
    if not isinstance(entry, h5py.Dataset) or entry.shape is None:
        return None
    if entry.is_virtual or entry.external:
        return None
    _check_chunks(entry)
    return entry


def text_of(value: object) -> str:
    """Return an attribute or a scalar string as text, whatever HDF5 made of it."""
    if isinstance(value, np.ndarray):
        value = value.flat[0] if value.size else ""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)


def own_datasets(group: h5py.Group) -> dict[str, h5py.Dataset]:
    """Return all data sets below a group, by their path."""
    found = {}
    for name in islice(_names(group, "", 0), _MOST_ENTRIES):
        parent, _, last = name.rpartition("/")
        dataset = own_dataset(group[parent] if parent else group, last)
        if dataset is not None:
            found[name] = dataset
    return found


def _names(group: h5py.Group, prefix: str, depth: int) -> Iterator[str]:
    for name in group:
        yield prefix + name
        entry = own_entry(group, name)
        if isinstance(entry, h5py.Group) and depth < _DEEPEST and not name.startswith("#"):
            yield from _names(entry, f"{prefix}{name}/", depth + 1)


def _check_chunks(dataset: h5py.Dataset) -> None:
    chunk = prod(dataset.chunks or (0,)) * dataset.dtype.itemsize
    if chunk > _LARGEST_CHUNK:
        raise ReadError(
            f"{dataset.name} is stored in chunks of {chunk / 2**30:.1f} GiB; a chunk can only be "
            "read whole.",
            hint="Store it again with one slice a chunk (h5repack -l).",
        )
