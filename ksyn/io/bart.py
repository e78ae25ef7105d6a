"""BART files: text header .hdr beside complex numbers .cfl; axes have names by their position."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np

from ksyn.errors import ReadError
from ksyn.io.arrays import ArrayScan, Source
from ksyn.io.choice import candidate_of
from ksyn.io.guard import DAMAGED, check_memory, first_bytes, reading, regular_file
from ksyn.io.layout import Candidate, Domain, Layout, LayoutNeeded
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader

_READOUT, _PHASE1, _PHASE2, _COIL, _TIME, _SLICE = 0, 1, 2, 3, 10, 13
_NAMED = {_COIL: "coil", _TIME: "frame", _SLICE: "slice"}
_START = b"# Dimensions"
_BYTES = 8
_LONGEST_HEADER = 1 << 20


def open_bart(probe: Probe, layout: Layout | None = None) -> ArrayScan:
    """Open a pair of .hdr and .cfl; .cfl does not tell k-space from image: k-space unless said.

    Raises:
        LayoutNeeded: An axis is longer than 1 that has no name here, or the scan is 3D.
        ReadError: The two files do not belong together.
    """
    path = probe.path
    dimensions = _dimensions(path)
    layout = replace(layout or Layout(), key=None)
    layout = replace(layout, domain=layout.domain or _domain(layout))
    if layout.axes is None:
        axes = _named_axes(dimensions)
        if axes is None:
            raise LayoutNeeded(path, [_candidate(path, dimensions, layout)])
        layout = replace(layout, axes=axes)
    used = max(_used(dimensions), len(layout.axes or ()))
    return ArrayScan(path, READER.name, _mapped(path, dimensions[:used]), layout)


def _domain(layout: Layout) -> Domain:
    return "image" if "y" in (layout.axes or ()) else "kspace"


def _dimensions(path: Path) -> tuple[int, ...]:
    """Return the sizes in the header, 16 as a rule, after comparing them with the data's size."""
    lines = first_bytes(path.with_suffix(".hdr"), _LONGEST_HEADER).decode("latin-1").splitlines()
    with reading(path, "a BART header"):
        dimensions = tuple(int(word) for word in lines[1].split())
    data = regular_file(path.with_suffix(".cfl"))
    if not dimensions:
        raise ReadError(f"{path.stem}.hdr names no dimensions.", hint=DAMAGED)
    check_memory(path, dimensions, 0)
    needed, size = prod(dimensions) * _BYTES, data.stat().st_size
    if needed != size:
        raise ReadError(
            f"{path.stem}.hdr declares {dimensions[: _used(dimensions)]}, which takes {needed} "
            f"bytes; {data.name} has {size}.",
            hint="The two files are not a pair, or one is cut short.",
        )
    return dimensions


def _used(dimensions: tuple[int, ...]) -> int:
    """Return how many dimensions there are before only 1s follow."""
    return max((axis + 1 for axis, size in enumerate(dimensions) if size > 1), default=1)


def _named_axes(dimensions: tuple[int, ...]) -> tuple[str, ...] | None:
    """Return what the axes are called, or None when that is not obvious."""
    words = _words(dimensions)
    return None if words is None or "" in words else words


def _words(dimensions: tuple[int, ...]) -> tuple[str, ...] | None:
    """Return the axes' names, "" of each that has none here; None unless two make a plane."""
    plane = [axis for axis in (_READOUT, _PHASE1, _PHASE2) if _size(dimensions, axis) > 1]
    if len(plane) != 2:
        return None
    names = _NAMED | dict(zip(plane, ("ky", "kx"), strict=True))
    used = dimensions[: _used(dimensions)]
    return tuple("skip" if n == 1 else names.get(axis, "") for axis, n in enumerate(used))


def _likely_axes(dimensions: tuple[int, ...]) -> tuple[str, ...] | None:
    """Return names for all axes, what has none of its own (sets of maps, echoes) as slices."""
    words = _words(dimensions)
    if words is None or words.count("") != 1 or "slice" in words:
        return None
    return tuple(word or "slice" for word in words)


def _size(dimensions: tuple[int, ...], axis: int) -> int:
    return dimensions[axis] if axis < len(dimensions) else 1


def _mapped(path: Path, shape: tuple[int, ...]) -> Source:
    with reading(path, "BART data"):
        data = path.with_suffix(".cfl")
        return np.memmap(data, dtype=np.complex64, mode="r", shape=shape, order="F")


def _candidate(path: Path, dimensions: tuple[int, ...], layout: Layout) -> Candidate:
    array = _mapped(path, dimensions[: _used(dimensions)])
    candidate = candidate_of(path.stem, array, layout.domain)
    plain = candidate.suggestion and replace(candidate.suggestion, key=None)
    axes = _likely_axes(dimensions)
    named = Layout(axes=axes, domain=layout.domain) if axes else plain
    return replace(candidate, suggestion=named)


def _is_bart(probe: Probe) -> bool:
    """Return whether the header of the pair begins as BART's do; .cfl itself has no mark."""
    if probe.head.startswith(_START):
        return True
    path = probe.path
    header = path.with_suffix(".hdr")
    if path.suffix.lower() != ".cfl" or not header.is_file():
        return False
    return first_bytes(header, len(_START)) == _START


READER = Reader("bart", "BART", (".cfl", ".hdr"), _is_bart, open_bart)
