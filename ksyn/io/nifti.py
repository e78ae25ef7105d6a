"""NIfTI images, turned upright; k-space is made from them."""

from __future__ import annotations

import zlib
from dataclasses import replace
from gzip import GzipFile
from io import BufferedReader
from logging import CRITICAL, getLogger
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import ReadError
from ksyn.io.arrays import ArrayScan, Geometry, Index, check_numeric
from ksyn.io.choice import candidate_of
from ksyn.io.guard import check_memory, reading
from ksyn.io.layout import Layout, LayoutNeeded
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader

_GZIP = b"\x1f\x8b"
_HEADER = 540
_File = BufferedReader | GzipFile
_Image = Any
"""A NIfTI image of nibabel, which has no types."""
_USUAL = ("y", "x", "slice", "frame")


class UprightImage:
    """A NIfTI image with axes ``y x slice …``: head or face up, the patient's right on the left.

    Args:
        image: As nibabel opens it; its numbers stay in the file.
    """

    def __init__(self, image: _Image) -> None:
        from nibabel.orientations import aff2axcodes  # late: slow to import

        self._stored = image.dataobj
        self.swapped, self._flips = turn(tuple(aff2axcodes(image.affine))[:2])  # type: ignore[no-untyped-call]
        a, b, *rest = image.shape
        self.shape: tuple[int, ...] = (b, a, *rest) if self.swapped else (a, b, *rest)
        self.dtype: np.dtype[Any] = np.dtype(image.get_data_dtype())

    def __getitem__(self, index: Index) -> NDArray[Any]:
        """Read the planes that the numbers behind the first two axes select."""
        planes = np.asarray(self._stored[(slice(None), slice(None), *index[2:])])
        if self.swapped:
            planes = planes.swapaxes(0, 1)
        flipped = tuple(axis for axis in (0, 1) if self._flips[axis])
        upright: NDArray[Any] = np.flip(planes, flipped)[index[:2]]
        return upright


def turn(codes: tuple[str | None, ...]) -> tuple[bool, tuple[bool, bool]]:
    """Return whether to swap the two axes of a plane, then which of them to flip.

    Args:
        codes: Where each axis leads: R or L, A or P, S or I (None: unknown).

    Rows shall lead to the feet, or to the back where the plane has no such axis; columns to the
    patient's left, or to the back.
    """
    rank = [{"R": 0, "L": 0, "A": 1, "P": 1, "S": 2, "I": 2}.get(code or "", 0) for code in codes]
    swapped = rank[1] > rank[0]
    row, column = reversed(codes) if swapped else codes
    return swapped, (row in ("S", "A"), column in ("R", "A"))


def open_nifti(probe: Probe, layout: Layout | None = None) -> ArrayScan:
    """Open a NIfTI-1 or NIfTI-2 file, compressed or not."""
    path = probe.path
    with reading(path, "NIfTI"):
        file = _opened(path)
        try:
            return _scan(path, file, replace(layout or Layout(), key=None))
        except BaseException:
            file.close()
            raise


def _scan(path: Path, file: _File, layout: Layout) -> ArrayScan:
    image = _image(file)
    check_memory(path, tuple(int(size) for size in image.shape), 0)
    if len(image.shape) < 2:
        raise ReadError(
            f"{path.name} has {len(image.shape)} axis; an image has two at least.",
            hint="Choose the file that holds the image.",
        )
    upright = UprightImage(image)
    check_numeric(path, None, upright.dtype)
    geometry = Geometry(_voxel_size(image, swapped=upright.swapped))
    axes = layout.axes or _axes(path, upright, layout)
    layout = Layout(None, axes, layout.domain or "image")
    return ArrayScan(path, READER.name, upright, layout, geometry, file.close)


def _opened(path: Path) -> _File:
    with path.open("rb") as file:
        compressed = file.read(2) == _GZIP
    return GzipFile(path) if compressed else path.open("rb")


def _image(file: _File) -> _Image:
    from nibabel import Nifti1Image, Nifti2Image  # late: slow to import
    from nibabel.fileholders import FileHolder

    # What it says of odd headers is for its own developers.
    getLogger("nibabel.global").setLevel(CRITICAL)
    start = file.read(8)
    file.seek(0)
    kind = Nifti2Image if start[4:7] == b"n+2" else Nifti1Image
    holder = FileHolder(fileobj=file)
    return kind.from_file_map({"header": holder, "image": holder}, mmap=False)  # type: ignore[no-untyped-call]


def _axes(path: Path, upright: UprightImage, layout: Layout) -> tuple[str, ...]:
    axes = _USUAL[: len(upright.shape)]
    beyond = upright.shape[len(axes) :]
    if any(size != 1 for size in beyond):
        raise LayoutNeeded(path, [candidate_of(path.stem, upright, layout.domain)])
    return axes


def _voxel_size(image: _Image, *, swapped: bool) -> tuple[float, float] | None:
    first, second = (float(size) * 1e-3 for size in image.header.get_zooms()[:2])
    if not (0 < first < 1 and 0 < second < 1):
        return None
    return (second, first) if swapped else (first, second)


def _is_nifti(probe: Probe) -> bool:
    head = probe.head
    if head.startswith(_GZIP):
        try:
            head = zlib.decompressobj(31).decompress(head, _HEADER)
        except zlib.error:
            return False
    return head[344:347] == b"n+1" or head[4:7] == b"n+2"


READER = Reader("nifti", "NIfTI image", (".nii.gz", ".nii"), _is_nifti, open_nifti)
