"""READERS and WRITERS: scans in, results out."""

from __future__ import annotations

from pathlib import Path

from ksyn.errors import MissingError, ReadError
from ksyn.io import (
    bart,
    demo,
    fastmri,
    hdf5_arrays,
    matlab5,
    mrd,
    nifti,
    npy,
    npz,
    siemens,
)
from ksyn.io.layout import Layout, LayoutNeeded
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader
from ksyn.io.result import WRITERS, write_result, writer_of
from ksyn.io.scan import Scan
from ksyn.registry import Registry

__all__ = [
    "READERS",
    "WRITERS",
    "Layout",
    "LayoutNeeded",
    "Scan",
    "open_scan",
    "write_result",
    "writer_of",
]

READERS: Registry[Reader] = Registry(
    "reader",
    fastmri.READER,
    mrd.READER,
    siemens.READER,
    bart.READER,
    npy.READER,
    npz.READER,
    matlab5.READER,
    hdf5_arrays.MATLAB_READER,
    hdf5_arrays.READER,
    nifti.READER,
    demo.READER,
)
"""In the order in which they are asked whether a file is theirs."""


def open_scan(path: str | Path, layout: Layout | None = None) -> Scan:
    """Open a scan; its format is told from its content. "demo" opens the built-in one.

    Args:
        path: A file; for BART either of the two, or their common name.
        layout: What the array's axes are, where the file does not say it.

    Raises:
        LayoutNeeded: The file does not say what its axes are.
        ReadError: It is no scan, or damaged.
    """
    if str(path) == demo.READER.name:
        return demo.DemoScan()
    probe = Probe(_pair(Path(path)))
    try:
        return _reader_of(probe, layout).open(probe, layout)
    except BaseException:
        probe.close()
        raise


def _reader_of(probe: Probe, layout: Layout | None) -> Reader:
    matching = [reader for reader in READERS if reader.sniff(probe)]
    asked = layout is not None and bool(layout.key or layout.axes)
    preferred = [reader for reader in matching if reader.takes_layout or not asked]
    if not matching:
        raise _unknown(probe.path, probe.head)
    reader = (preferred or matching)[0]
    if reader.unavailable():
        raise MissingError(f"{reader.title} cannot be read here.", hint=reader.unavailable())
    return reader


def _pair(path: Path) -> Path:
    """Return the header where the common name of a BART pair is given."""
    header = path.with_name(path.name + ".hdr")
    return header if not path.exists() and header.is_file() else path


def _unknown(path: Path, head: bytes) -> ReadError:
    if head[:1] == b"\x80" and head[1:2] in b"\x02\x03\x04\x05":
        return ReadError(
            f"{path.name} is a Python pickle, which could run anything and is never loaded.",
            hint="Save the array with numpy.save instead.",
        )
    if path.suffix.lower() == ".cfl":
        return ReadError(
            f"{path.name} has no header {path.stem}.hdr beside it.",
            hint="BART scans are two files; keep them together.",
        )
    if head[128:132] == b"DICM" or path.suffix.lower() == ".dcm":
        return ReadError(
            f"{path.name} is a DICOM image: magnitudes, which hold no k-space to reconstruct from.",
            hint="Give the raw data of the scan. DICOM is a format of results here; to measure an "
            "image, write it as .npy, .nii.gz or .h5 too.",
        )
    known = ", ".join(reader.title for reader in READERS)
    return ReadError(f"{path.name} is of no known format.", hint=f"Known are: {known}.")
