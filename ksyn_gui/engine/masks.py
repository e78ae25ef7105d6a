"""Masks as the window sees them: drawn, read, written, and what they leave of an image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ksyn_gui.engine.scans import Magnitude, Measured
from ksyn_gui.facts import Bits, MaskChoice, PointSpread

if TYPE_CHECKING:
    from ksyn.data import Mask

AS_ACQUIRED = "as-acquired"
PAINTED = "painted"
FROM_FILE = "file"
_FIRST_MASK = ("uniform", {"acceleration": 4.0})
"""What a fully sampled scan is undersampled with until something else is chosen."""


def first_mask(measured: Measured) -> tuple[str, Mapping[str, Any], int] | None:
    """Return name, options and seed of the first mask of a scan; None for as acquired."""
    from ksyn.masks import MASKS

    name, options = _FIRST_MASK
    return (name, options, 0) if measured.fully_sampled and name in MASKS.names() else None


def make_mask(
    name: str, options: Mapping[str, Any], seed: int, matrix: tuple[int, int]
) -> MaskChoice:
    """Draw a sampling pattern."""
    import torch

    from ksyn.masks import MASKS

    rng = torch.Generator().manual_seed(seed)
    mask = MASKS.get(name).of(options).draw(matrix, rng)
    return MaskChoice(mask.samples[:, 0].numpy(), name, dict(options), seed)


def load_mask(path: Path, matrix: tuple[int, int] | None) -> MaskChoice:
    """Read a mask."""
    from ksyn.masks import files

    return MaskChoice(files.load_mask(path, matrix).samples[:, 0].numpy(), FROM_FILE, path=path)


def save_mask(mask: MaskChoice, path: Path) -> Path:
    """Write a mask, and return where."""
    from ksyn.masks import files

    files.save_mask(mask_of(mask.samples), path)
    return path


def mask_of(samples: Bits) -> Mask:
    """Return bits ``frame ky kx`` as the engine's mask."""
    import torch

    from ksyn.data import Mask

    return Mask(torch.from_numpy(np.ascontiguousarray(samples[:, None])))


def preview(measured: Measured, mask: MaskChoice, frame: int) -> tuple[Magnitude, PointSpread]:
    """Return the zero-filled image of one frame, ``y x``, and the point spread of its mask."""
    from ksyn.masks.point_spread import peak_sidelobe, point_spread
    from ksyn.pipeline import zero_filled

    one = mask_of(mask.frame(frame)[None])
    kspace = measured.kspace.with_samples(measured.kspace.samples[frame : frame + 1])
    image: Magnitude = zero_filled(kspace, one)[0].numpy()
    return image, PointSpread(point_spread(one).abs().numpy(), peak_sidelobe(one))
