"""Images from files, to be measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ksyn.encoding import magnitude_image
from ksyn.errors import ReadError, ShapeError
from ksyn.io import open_scan
from ksyn.io.layout import Layout

_HINT = "Check the path, and that the file holds an image."


def read_magnitude(path: Path, layout: Layout) -> Float[Tensor, "frame y x"]:
    """Return the magnitude image in a file, slices following one another as frames.

    Args:
        path: ``.npy`` (``y x`` or ``frame y x``), ``.png`` (grey), or any format of READERS.
        layout: Array and axes, for containers that do not explain themselves.

    Raises:
        ReadError: The file does not hold an image.
    """
    if path.suffix.lower() == ".npy" and layout.axes is None:
        return _npy(path)
    if path.suffix.lower() == ".png":
        return _png(path)
    with open_scan(path, Layout(layout.key, layout.axes, layout.domain or "image")) as scan:
        return torch.cat([magnitude_image(scan.kspace(i).samples) for i in range(scan.n_slices)])


def _npy(path: Path) -> Float[Tensor, "frame y x"]:
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ReadError(f"{path} cannot be read: {error}.", hint=_HINT) from None
    if array.ndim not in (2, 3) or array.dtype.kind not in "biufc":
        raise ShapeError(
            f"{path.name} is {array.shape} {array.dtype}; an image is y x or frame y x.",
            hint='Name its axes, for example --axes "coil y x".',
        )
    magnitude = torch.from_numpy(np.abs(array).astype(np.float32))
    return magnitude.reshape(-1, *magnitude.shape[-2:])


def _png(path: Path) -> Float[Tensor, "frame y x"]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            grey = np.asarray(picture if picture.mode.startswith("I") else picture.convert("L"))
    except (OSError, UnidentifiedImageError) as error:
        raise ReadError(f"{path} cannot be read: {error}.", hint=_HINT) from None
    return torch.from_numpy(grey.astype(np.float32))[None]
