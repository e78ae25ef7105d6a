"""What a GPU computed, held against what the CPU computed."""

from __future__ import annotations

import torch
from torch import Tensor

REAL = torch.cuda.is_available()
"""Whether the GPU is real: found out when tests are collected, before any is pretended."""
_TOLERANCE = 1e-2 if REAL else 1e-4


def assert_alike(there: Tensor, here: Tensor) -> None:
    """Both are the same up to rounding, of images about 1; a real GPU rounds in its own way."""
    assert there.is_cuda
    assert not here.is_cuda
    torch.testing.assert_close(there.cpu(), here, rtol=_TOLERANCE, atol=_TOLERANCE)
