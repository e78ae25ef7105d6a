"""fastMRI HDF5 files, single- and multi-coil, with or without reference and mask.

Source: Zbontar et al., arXiv:1811.08839.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from ksyn.data import KSpace
from ksyn.errors import ReadError
from ksyn.io.arrays import as_complex, check_numeric, is_complex
from ksyn.io.guard import DAMAGED, check_memory
from ksyn.io.hdf5 import Hdf5Dataset, Hdf5File
from ksyn.io.layout import Layout
from ksyn.io.mrd_header import MrdHeader, parse_mrd_header, voxel_size
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader
from ksyn.io.readout import cropped_readout, cropped_readout_mask, rows_without_oversampling
from ksyn.io.sampling import measured_mask, shared_mask
from ksyn.io.scan import Acquired, Scan

_HEADER = "ismrmrd_header"
_REFERENCES = ("reconstruction_rss", "reconstruction_esc")
_CONTRASTS = {
    "CORPD_FBK": "proton density",
    "CORPDFS_FBK": "proton density, fat suppressed",
    "AXT1": "axial T1",
    "AXT1PRE": "axial T1, before contrast agent",
    "AXT1POST": "axial T1, after contrast agent",
    "AXT2": "axial T2",
    "AXFLAIR": "axial FLAIR",
}


class FastMriScan(Scan):
    """A fastMRI volume: data set ``kspace``, ``slice coil ky kx`` or ``slice ky kx``.

    Args:
        path: The file.
        file: It, opened; closed with the scan.
    """

    def __init__(self, path: Path, file: Hdf5File) -> None:
        super().__init__(path, READER.name)
        self._file = file
        self._kspace = _stored_kspace(path, file)
        self._mrd = _mrd_header(path, file)
        self._mask = file.datasets.get("mask")
        self.n_slices = self._kspace.shape[0]
        self.n_frames = 1
        self.n_coils = self._kspace.shape[1] if self._kspace.ndim == 4 else 1
        rows, columns = self._kspace.shape[-2:]
        self._oversampling = self._mrd.oversampling if self._mrd else 1.0
        self.matrix = rows_without_oversampling(rows, self._oversampling), columns
        self.measured_size = voxel_size(self._mrd, (rows, columns)) if self._mrd else None
        check_memory(path, (self.n_coils, rows, columns), 8)

    def read_slice(self, index: int) -> Acquired:
        """Read one slice and remove its readout oversampling."""
        samples = as_complex(self._kspace[(index,)]).reshape(
            1, self.n_coils, *self._kspace.shape[-2:]
        )
        measured = measured_mask(samples).samples
        given = self._given_mask(index)
        if given is not None:
            measured = measured & given
        rows = self.matrix[0]
        if rows != samples.shape[-2]:
            samples = cropped_readout(samples, rows)
            measured = cropped_readout_mask(measured, rows)
        return Acquired(KSpace(samples * measured, self.voxel_size), shared_mask(measured))

    def stored_reference(self, index: int) -> Float[Tensor, "frame y x"] | None:
        """Return the reconstruction in the file where it has the scan's matrix.

        Where it has fewer pixels it is the centre of the root sum of squares, which a fully
        sampled slice gives whole; so nothing is lost by comparing with that.
        """
        for name in self._reference_names():
            stored = self._file.datasets.get(name)
            if stored is None or stored.shape != (self.n_slices, *self.matrix):
                continue
            check_numeric(self.path, name, stored.dtype)
            image = torch.from_numpy(np.array(stored[(index,)], dtype=np.float32))
            if bool(torch.isfinite(image).all()):
                return image[None]
        return None

    def facts(self) -> list[tuple[str, str]]:
        """Return the contrast, and what the ISMRMRD header says."""
        code = str(self._file.attributes.get("acquisition", ""))
        facts = [("Contrast", f"{_CONTRASTS[code]} ({code})")] if code in _CONTRASTS else []
        if self._oversampling > 1:
            facts.append(("Readout oversampling", f"{self._oversampling:.3g}, removed"))
        facts += [("Reference", self._reference_fact())]
        return facts + (list(self._mrd.facts) if self._mrd else [])

    def close(self) -> None:
        """Close the file."""
        super().close()
        self._file.close()

    def _given_mask(self, index: int) -> Bool[Tensor, "1 1 #ky kx"] | None:
        """Return the file's mask: one for all slices, of columns or of samples, or one a slice."""
        if self._mask is None:
            return None
        shape = self._mask.shape
        part = self._mask[(index,)] if len(shape) == 3 else self._mask.whole()
        mask = torch.from_numpy(np.asarray(part != 0))
        rows, columns = self._kspace.shape[-2:]
        mask = mask.reshape(-1, mask.shape[-1]) if mask.ndim else mask.reshape(1, 1)
        if mask.shape not in ((1, columns), (rows, columns)):
            raise ReadError(
                f"The mask of {self.path.name} is {shape}, its k-space {(rows, columns)}.",
                hint=DAMAGED,
            )
        return mask[None, None]

    def _reference_names(self) -> tuple[str, ...]:
        return _REFERENCES if self._kspace.ndim == 4 else _REFERENCES[::-1]

    def _reference_fact(self) -> str:
        for name in self._reference_names():
            stored = self._file.datasets.get(name)
            if stored is not None:
                size = " × ".join(map(str, stored.shape[1:]))
                return f"{name}, {size}{self._use_of(stored.shape[1:])}"
        return "none in the file"

    def _use_of(self, matrix: tuple[int, ...]) -> str:
        """Return what is compared with, where it is not the reference of the file itself."""
        if matrix == self.matrix:
            return ""
        if len(matrix) == 2 and all(a <= b for a, b in zip(matrix, self.matrix, strict=True)):
            return " (the centre; fully sampled slices are compared whole, with their own)"
        return " (not used: another matrix)"


def open_fastmri(probe: Probe, layout: Layout | None = None) -> FastMriScan:  # noqa: ARG001
    """Open a fastMRI file."""
    if probe.hdf5 is None:
        raise ReadError(f"{probe.path.name} is not HDF5.", hint=DAMAGED)
    return FastMriScan(probe.path, probe.hdf5)


def _stored_kspace(path: Path, file: Hdf5File) -> Hdf5Dataset:
    kspace = file.datasets["kspace"]
    check_numeric(path, "kspace", kspace.dtype)
    check_memory(path, kspace.shape, 0)
    return kspace


def _mrd_header(path: Path, file: Hdf5File) -> MrdHeader | None:
    stored = file.datasets.get(_HEADER)
    return parse_mrd_header(path, stored.text()) if stored is not None else None


def _is_fastmri(probe: Probe) -> bool:
    """Return whether an HDF5 file has a complex data set ``kspace`` of 3 or 4 axes, and a mark."""
    if probe.hdf5 is None or "kspace" not in probe.hdf5.datasets:
        return False
    kspace = probe.hdf5.datasets["kspace"]
    marks = {_HEADER, *_REFERENCES} & probe.hdf5.datasets.keys()
    marked = bool(marks) or "acquisition" in probe.hdf5.attributes
    return marked and kspace.ndim in (3, 4) and is_complex(kspace.dtype)


READER = Reader("fastmri", "fastMRI", (".h5",), _is_fastmri, open_fastmri, takes_layout=False)
