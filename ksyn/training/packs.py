"""Training images from packs: .npz with complex or magnitude slices, NIfTI and DICOM volumes."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pydicom
import torch
from numpy.typing import NDArray
from torch import Tensor

from ksyn.errors import ReadError


def load_images(path: Path, stride: int = 1) -> list[Tensor]:
    """Return the slices of a pack as complex64 ``y x``, each with 99.5 % quantile 1.

    Args:
        path: An ``.npz`` pack (``slice y x`` magnitude, or ``slice y x 2`` real and imaginary), a
            ``.nii.gz`` volume (cut along all three axes), a DICOM file, or a folder of those.
        stride: Take each so many-th slice.

    Raises:
        ReadError: The pack holds no images.
    """
    slices = [_normalised(image) for image in _slices(path)[::stride]]
    filled = [image for image in slices if float((image.abs() > 0.1).float().mean()) > 0.05]
    if not filled:
        raise ReadError(f"{path} holds no images to train on.", hint="Give another pack.")
    return filled


def _slices(path: Path) -> list[NDArray[np.complex64]]:
    if path.is_dir():
        return [image for file in sorted(path.glob("*.dcm")) for image in _slices(file)]
    if path.suffix == ".npz":
        return _npz(path)
    if path.name.endswith((".nii", ".nii.gz")):
        return _volume(_voxels(path))
    pixels = pydicom.dcmread(path).pixel_array.astype(np.float32)
    return [image.astype(np.complex64) for image in pixels.reshape(-1, *pixels.shape[-2:])]


def _voxels(path: Path) -> NDArray[np.float32]:
    image = nibabel.Nifti1Image.from_filename(path)
    return np.asarray(image.dataobj, dtype=np.float32)


def _npz(path: Path) -> list[NDArray[np.complex64]]:
    with np.load(path, allow_pickle=False) as pack:
        key = next((name for name in pack.files if name.startswith("image")), pack.files[0])
        array = pack[key]
    if array.ndim == 4:
        return [
            (re_im[..., 0] + 1j * re_im[..., 1]).astype(np.complex64)
            for re_im in array.astype(np.float32)
        ]
    return [image.astype(np.complex64) for image in array.astype(np.float32)]


def _volume(volume: NDArray[np.float32]) -> list[NDArray[np.complex64]]:
    return [
        np.ascontiguousarray(image).astype(np.complex64)
        for axis in range(3)
        for image in np.moveaxis(volume, axis, 0)
    ]


def _normalised(image: NDArray[np.complex64]) -> Tensor:
    scale = float(np.quantile(np.abs(image), 0.995))
    return torch.from_numpy(image / max(scale, 1e-12))
