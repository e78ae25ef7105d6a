"""A mask as text: one bit a sample, for files that people may read."""

from __future__ import annotations

import base64

import numpy as np
import torch

from ksyn.data import Mask
from ksyn.errors import ShapeError


def mask_to_text(mask: Mask) -> str:
    """Return the samples as base64, in C order."""
    measured = mask.samples[:, 0].cpu().numpy()
    return base64.b64encode(np.packbits(measured).tobytes()).decode("ascii")


def text_to_mask(text: str, shape: tuple[int, int, int]) -> Mask:
    """Return the mask of a text.

    Args:
        text: As `mask_to_text` makes it.
        shape: Frames, ky, kx.

    Raises:
        ShapeError: The text holds another number of samples.
    """
    frames, ky, kx = shape
    count = frames * ky * kx
    try:
        packed = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except ValueError:
        packed = np.empty(0, np.uint8)
    if min(shape) < 1 or packed.size != -(-count // 8):
        raise ShapeError(
            f"The drawn mask holds {8 * packed.size} samples, its shape {shape} "
            f"(frame, ky, kx) asks for {count}.",
            hint="Draw the mask again; the recipe is damaged.",
        )
    measured = np.unpackbits(packed, count=count).astype(bool)
    return Mask(torch.from_numpy(measured.reshape(frames, 1, ky, kx)))
