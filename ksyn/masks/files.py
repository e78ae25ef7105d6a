"""Masks in ``.npy`` files: ``ky kx``, 1 = measured."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import torch

from ksyn.data import Mask
from ksyn.errors import ReadError, ShapeError, WriteError
from ksyn.textfile import write_whole


def save_mask(mask: Mask, path: Path) -> None:
    """Write a mask as bool ``ky kx``, or ``frame ky kx`` when frames differ.

    The file is written under another name and renamed, so that an old one is never half lost.

    Raises:
        WriteError: The file cannot be written, or its name does not end in ``.npy``.
    """
    if path.suffix != ".npy":
        raise WriteError(
            f"A mask cannot be written as {path.name}.", hint="Give a name that ends in .npy."
        )
    samples = mask.samples[:, 0].cpu().numpy()
    encoded = BytesIO()
    np.save(encoded, samples[0] if len(samples) == 1 else samples, allow_pickle=False)
    write_whole(path, encoded.getvalue())


def load_mask(path: Path, matrix: tuple[int, int] | None = None) -> Mask:
    """Read a mask.

    Args:
        path: An ``.npy`` file of 0 and 1 in any number type: ``ky kx``, ``frame ky kx``, or
            ``kx`` alone for whole columns (then a matrix must be given).
        matrix: The ky and kx that it must have.

    Raises:
        ReadError: The file is not there, or does not hold a mask.
        ShapeError: It is for another matrix.
    """
    samples = _samples(_array(path), path)
    if samples.ndim == 1:
        samples = _columns(samples, path, matrix)
    mask = Mask(torch.from_numpy(samples.reshape(-1, 1, *samples.shape[-2:]).copy()))
    if matrix is not None and mask.matrix != tuple(matrix):
        raise ShapeError(
            f"The mask in {path.name} is {mask.matrix} (ky, kx), the scan {tuple(matrix)}.",
            hint="Draw a mask for this scan, or load one of the same matrix size.",
        )
    return mask


def _array(path: Path) -> np.ndarray:
    try:
        array = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise ReadError(f"There is no file {path}.", hint="Check the path.") from None
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise ReadError(
            f"{path.name} is not a readable .npy array of numbers.",
            hint="Save the mask with numpy.save, as numbers.",
        ) from error
    if not isinstance(array, np.ndarray):
        raise ReadError(f"{path.name} is an archive of arrays.", hint="Save one array as .npy.")
    return array


def _samples(array: np.ndarray, path: Path) -> np.ndarray:
    """Return the array as bool, if it can be a mask."""
    if array.ndim not in (1, 2, 3) or array.size == 0:
        raise ShapeError(
            f"The array in {path.name} has shape {array.shape}.",
            hint="A mask is ky kx, frame ky kx, or kx alone.",
        )
    if array.dtype.kind not in "biufc":
        raise ReadError(
            f"{path.name} holds {array.dtype}, not numbers.", hint="Save a mask of 0 and 1."
        )
    others = array[(array != 0) & (array != 1)]
    if others.size:
        raise ReadError(
            f"{path.name} holds {others[0]} among {others.size} value(s) that are not 0 or 1.",
            hint="A mask holds 1 where a sample is measured and 0 elsewhere.",
        )
    return np.asarray(array != 0)


def _columns(columns: np.ndarray, path: Path, matrix: tuple[int, int] | None) -> np.ndarray:
    """Return whole columns as ``ky kx``."""
    if matrix is None:
        raise ShapeError(
            f"{path.name} holds {columns.size} columns, but not how many ky there are.",
            hint="Load it together with a scan, or save it as ky kx.",
        )
    return np.broadcast_to(columns, (matrix[0], columns.size))
