"""Training images from packs of slices, volumes, DICOM, and scans of any format that is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import torch
from jaxtyping import Complex
from numpy.typing import NDArray
from torch import Tensor

from ksyn.errors import ReadError
from ksyn.io import READERS
from ksyn.io.guard import reading, regular_file
from ksyn.io.probe import Probe
from ksyn.training.combining import combined_slices
from ksyn.training.run import Pack

Slice = NDArray[np.complex64]


def load_pack(pack: Pack) -> list[Complex[Tensor, "y x"]]:
    """Return the slices of a pack, each with 99.5 % quantile 1.

    A pack is an ``.npz`` file whose first array named ``image…`` is ``slice y x`` (magnitude) or
    ``slice y x 2`` (real and imaginary part), a NIfTI volume (cut along all three axes), a DICOM
    file, a scan of any format that is read, whose coils are combined, or a folder of those.

    Raises:
        ReadError: It is missing or damaged, or holds no images.
    """
    slices = map(normalised, islice(_slices(pack, pack.path), 0, None, pack.stride))
    filled = [image for image in slices if float((image.abs() > 0.1).float().mean()) > 0.05]
    if not filled:
        raise ReadError(
            f"{pack.path} holds no images to train on.",
            hint="Give images, or scans of which every sample was measured.",
        )
    return filled


def save_pack(images: Sequence[Complex[Tensor, "y x"]], path: Path) -> None:
    """Write images of one size as an ``.npz`` pack in half precision.

    Raises:
        ReadError: They are of different sizes.
    """
    sizes = {tuple(image.shape) for image in images}
    if len(sizes) != 1:
        raise ReadError(
            f"The images have {len(sizes)} sizes: {sorted(sizes)} (y, x).",
            hint="Write a pack for each; a run file takes as many packs as you like.",
        )
    array = torch.view_as_real(torch.stack(list(images))).to(torch.float16).numpy()
    unfinished = path.with_name(f"{path.name}.part.npz")
    np.savez_compressed(unfinished, image_ri=array)
    unfinished.replace(path)


def normalised(image: Slice) -> Complex[Tensor, "y x"]:
    """Return the image scaled to 99.5 % quantile 1."""
    scale = float(np.quantile(np.abs(image), 0.995))
    return torch.from_numpy(image / max(scale, 1e-12))


def _slices(pack: Pack, path: Path) -> Iterator[Slice]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if _is_readable(file):
                yield from _slices(pack, file)
    else:
        with reading(regular_file(path), "images to train on"):
            yield from _slices_of_file(pack, path)


def _slices_of_file(pack: Pack, path: Path) -> Iterator[Slice]:
    if path.suffix == ".npz" and pack.axes is None:
        yield from _npz(path, pack.key)
    elif path.name.endswith((".nii", ".nii.gz")):
        yield from _volume(path)
    elif _is_dicom(path):
        yield from _dicom(path)
    else:
        yield from combined_slices(path, pack)


def _is_readable(path: Path) -> bool:
    """Return whether a file of a folder is a scan or images; a BART pair is one, its header."""
    if not path.is_file() or path.name.startswith(".") or path.stat().st_size == 0:
        return False
    if path.suffix in (".npz", ".dcm") or _is_dicom(path):
        return True
    if path.suffix == ".cfl":
        return False
    probe = Probe(path)
    try:
        return any(reader.sniff(probe) for reader in READERS)
    finally:
        probe.close()


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        return path.suffix == ".dcm" or file.read(132)[128:] == b"DICM"


def _dicom(path: Path) -> Iterator[Slice]:
    pixels = pydicom.dcmread(path).pixel_array.astype(np.float32)
    for image in pixels.reshape(-1, *pixels.shape[-2:]):
        yield image.astype(np.complex64)


def _npz(path: Path, key: str | None) -> Iterator[Slice]:
    with np.load(path, allow_pickle=False) as pack:
        names = [name for name in pack.files if name.startswith("image")] + pack.files
        if key is not None and key not in names:
            raise ReadError(
                f"{path.name} has no array {key!r}.", hint=f"Arrays in it: {', '.join(pack.files)}."
            )
        array = pack[key or names[0]]
    if array.ndim < 3:
        raise ReadError(
            f"The array of {path.name} is {array.shape}; images are slice y x, or slice y x 2.",
            hint="Say what a single image's axes are (`axes`), or stack the images.",
        )
    for image in array:
        yield _complex(image) if array.ndim == 4 else image.astype(np.complex64)


def _complex(re_im: NDArray[np.floating]) -> Slice:
    parts = re_im.astype(np.float32)
    return (parts[..., 0] + 1j * parts[..., 1]).astype(np.complex64)


def _volume(path: Path) -> Iterator[Slice]:
    voxels = np.asarray(nibabel.Nifti1Image.from_filename(path).dataobj, dtype=np.float32)
    for axis in range(3):
        for image in np.moveaxis(voxels, axis, 0):
            yield np.ascontiguousarray(image).astype(np.complex64)
