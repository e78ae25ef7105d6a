"""Keep freed memory at hand, instead of fetching it from the system again and again."""

from __future__ import annotations

import torch

_LARGEST_BLOCK = 31 << 20
"""Just below the largest block that glibc learns from [byte]."""


def keep_freed_memory() -> None:
    """Let the C library keep some 60 MB of what is freed.

    Each step of a reconstruction asks for the same megabytes as the last one; fetched anew they
    cost a tenth of a step with a network. glibc keeps twice as much as the largest block that it
    saw freed (mallopt(3), M_MMAP_THRESHOLD): this one, which nothing is ever written to. Other
    libraries take no notice.
    """
    torch.empty(_LARGEST_BLOCK, dtype=torch.uint8)
