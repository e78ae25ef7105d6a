"""Write a result by its file's ending, so that nothing already on disk is lost."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import torch
from jaxtyping import Inexact
from torch import Tensor

from ksyn.data import KSpace
from ksyn.errors import OptionError, WriteError
from ksyn.io.writers.bart import BartWriter
from ksyn.io.writers.dicom import DicomWriter
from ksyn.io.writers.hdf5 import Hdf5Writer
from ksyn.io.writers.nifti import NiftiWriter
from ksyn.io.writers.npy import NpyWriter
from ksyn.io.writers.png import PngWriter
from ksyn.io.writers.writer import Window, Writer
from ksyn.registry import Registry

WRITERS: Registry[Writer] = Registry(
    "writer",
    NpyWriter(),
    NiftiWriter(),
    DicomWriter(),
    PngWriter(),
    Hdf5Writer(),
    BartWriter(),
)


def writer_of(path: Path) -> Writer:
    """Return the writer that a file's ending chooses.

    Raises:
        OptionError: There is none; the hint lists the endings.
    """
    for writer in WRITERS:
        if path.name.lower().endswith(writer.suffixes) and path.name.lower() not in writer.suffixes:
            return writer
    suffixes = ", ".join(writer.suffixes[0] for writer in WRITERS)
    raise OptionError(
        f"{path.name!r} does not say in which format to write.",
        hint=f"End the name in one of: {suffixes}.",
    )


def write_result(
    path: str | Path,
    image: Inexact[Tensor, "frame y x"],
    *,
    kspace: KSpace | None = None,
    voxel_size: tuple[float, float],
    provenance: dict[str, str],
    window: Window | None = None,
) -> None:
    """Write an image in the format its name ends in.

    It is written under another name in the same folder, and renamed when it is whole: what stood
    there before stays until then, and stays if anything fails.

    Args:
        path: Where to; an existing file is replaced.
        image: What was reconstructed; a real one is written as complex with no imaginary part.
        kspace: Its k-space, for formats that hold it.
        voxel_size: Pixel height and width [m].
        provenance: How it was made; see `Writer.write`.
        window: Values shown as black and white, for formats that hold how a picture looks.

    Raises:
        OptionError: The ending is unknown.
        WriteError: The folder cannot be written to, or the image has values that are not finite.
    """
    path = Path(path)
    writer = writer_of(path)
    image = image.to(torch.complex64)
    _check_finite(path, image)
    draft = path.with_name(f".{uuid4().hex[:12]}{_suffix(path, writer)}")
    drafts = dict(zip(writer.files(draft), writer.files(path), strict=True))
    try:
        writer.write(
            draft,
            image,
            kspace=kspace,
            voxel_size=voxel_size,
            provenance=provenance,
            window=window,
        )
        for written in drafts:
            _flush(written)
        for written, final in drafts.items():
            written.replace(final)
    except OSError as error:
        raise WriteError(
            f"{path} cannot be written: {error.strerror or error}.",
            hint="Choose a folder that is there, that you may write to, and that has room.",
        ) from error
    finally:
        for written in drafts:
            written.unlink(missing_ok=True)


def _suffix(path: Path, writer: Writer) -> str:
    return next(end for end in writer.suffixes if path.name.lower().endswith(end))


def _check_finite(path: Path, image: Tensor) -> None:
    bad = int((~torch.isfinite(torch.view_as_real(image))).any(dim=-1).sum())
    if bad:
        raise WriteError(
            f"{path.name} is not written: {bad} of {image.numel()} pixels are not finite.",
            hint="The reconstruction did not converge; try other options.",
        )


def _flush(path: Path) -> None:
    """Wait until a file is on the disk, so that a rename never puts an empty one in place."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
