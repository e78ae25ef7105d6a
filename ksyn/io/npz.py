"""NumPy .npz archives: the array asked for is unpacked to a temporary file, and mapped."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, cast
from zipfile import ZipExtFile, ZipFile, ZipInfo

from numpy.typing import NDArray

from ksyn.errors import ReadError
from ksyn.io.arrays import ArrayScan, Index
from ksyn.io.choice import chosen
from ksyn.io.guard import reading
from ksyn.io.layout import Layout
from ksyn.io.npy import MAGIC, mapped_npy, npy_header
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader

_MOST_MEMBERS = 4096


class Member:
    """An array of an archive; it is unpacked when first read, so that memory holds one slice.

    Args:
        path: The archive.
        info: Where the array stands in it.
    """

    def __init__(self, path: Path, info: ZipInfo) -> None:
        self._path = path
        self._info = info
        self._mapped: NDArray[Any] | None = None
        self._folder: TemporaryDirectory[str] | None = None
        with ZipFile(path) as archive, archive.open(info) as file:
            self.shape, _, self.dtype = npy_header(cast("ZipExtFile", file))

    def __getitem__(self, index: Index) -> NDArray[Any]:
        if self._mapped is None:
            with reading(self._path, "a NumPy archive"):
                self._mapped = self._unpacked()
        part: NDArray[Any] = self._mapped[index]
        return part

    def close(self) -> None:
        """Remove the temporary file."""
        self._mapped = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def _unpacked(self) -> NDArray[Any]:
        self._check_disk()
        self._folder = TemporaryDirectory(prefix="ksyn-", ignore_cleanup_errors=True)
        copy = Path(self._folder.name) / "array.npy"
        with (
            ZipFile(self._path) as archive,
            archive.open(self._info) as file,
            copy.open("wb") as out,
        ):
            shutil.copyfileobj(file, out, 1 << 20)
        return mapped_npy(copy)

    def _check_disk(self) -> None:
        free = shutil.disk_usage(gettempdir()).free
        if self._info.file_size > free // 2:
            raise ReadError(
                f"Unpacking {self._info.filename} of {self._path.name} takes "
                f"{self._info.file_size / 2**30:.1f} GiB; {free / 2**30:.1f} GiB are free.",
                hint="Make room, or save the array as .npy.",
            )


def open_npz(probe: Probe, layout: Layout | None = None) -> ArrayScan:
    """Open one array of a .npz archive."""
    path = probe.path
    with reading(path, "a NumPy archive"):
        members = _members(path)
    try:
        source, settled = chosen(path, members, layout)
    except ReadError:  # to ask for a layout, arrays may have been unpacked
        for member in members.values():
            member.close()
        raise
    member = cast("Member", source)
    return ArrayScan(path, READER.name, member, settled, release=member.close)


def _members(path: Path) -> dict[str, Member]:
    with ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        infos = [info for info in infos[:_MOST_MEMBERS] if _begins_well(archive, info)]
    return {info.filename.removesuffix(".npy"): Member(path, info) for info in infos}


def _begins_well(archive: ZipFile, info: ZipInfo) -> bool:
    with archive.open(info) as file:
        return file.read(len(MAGIC)) == MAGIC


def _is_zip(probe: Probe) -> bool:
    return probe.head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


READER = Reader("npz", "NumPy archive", (".npz",), _is_zip, open_npz)
