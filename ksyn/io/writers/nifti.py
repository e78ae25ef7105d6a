"""NIfTI: the magnitude, with its pixel size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import KSpace
from ksyn.io.writers.writer import Window, Writer, magnitude
from ksyn.labels import NOT_DIAGNOSTIC

_THICKNESS = 1.0
"""A single slice has a thickness that nobody told [mm]."""
_COMMENT = 6
"""NIfTI's code of an extension that is plain text."""


class NiftiWriter(Writer):
    """Magnitude as float32, ``x y 1`` or ``x y 1 frame``; provenance as a text extension.

    A k-space does not say how the patient lay, so the picture is stored as an axial slice, upright
    as the screen shows it, with its centre at the origin.
    """

    name: ClassVar[str] = "nifti"
    title: ClassVar[str] = "NIfTI image"
    suffixes: ClassVar[tuple[str, ...]] = (".nii.gz", ".nii")

    def write(
        self,
        path: Path,
        image: Complex[Tensor, "frame y x"],
        *,
        kspace: KSpace | None = None,  # noqa: ARG002 - the format has no place for it
        voxel_size: tuple[float, float],
        provenance: dict[str, str],
        window: Window | None = None,  # noqa: ARG002 - it holds values, not looks
    ) -> None:
        """Write the image."""
        import nibabel  # late: slow to import

        volume = magnitude(image).transpose(2, 1, 0)[:, :, None, :]
        series = volume if volume.shape[3] > 1 else volume[..., 0]
        nifti = nibabel.Nifti1Image(  # type: ignore[no-untyped-call]
            series, _affine(image.shape[-2:], voxel_size)
        )
        nifti.header.set_xyzt_units(xyz="mm")  # type: ignore[no-untyped-call]
        made_by = f"K-Syn {provenance.get('method', '')}".strip()
        nifti.header["descrip"] = f"{made_by}, {NOT_DIAGNOSTIC}".encode("ascii", "replace")[:79]
        text = json.dumps(provenance, ensure_ascii=False, indent=1).encode()
        nifti.header.extensions.append(nibabel.nifti1.Nifti1Extension(_COMMENT, text))
        nifti.to_filename(path)


def _affine(matrix: tuple[int, ...], voxel_size: tuple[float, float]) -> np.ndarray:
    """Return voxel to patient coordinates [mm]: columns to the left, rows to the back."""
    height, width = (1e3 * size for size in voxel_size)
    rows, columns = matrix
    affine = np.diag([-width, -height, _THICKNESS, 1.0])
    affine[:2, 3] = width * (columns // 2), height * (rows // 2)
    return affine
