"""What a phantom is made of: closed curves of tissue, each painted over one other tissue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ksyn.phantoms.shapes import Curve


@dataclass(frozen=True)
class Region:
    """A tissue within closed curves; it adds its difference to the tissue beneath."""

    curves: Sequence[Curve]
    tissue: str
    beneath: str


class Dice:
    """Random numbers of one person."""

    def __init__(self, rng: torch.Generator) -> None:
        self._rng = rng

    def between(self, low: float, high: float) -> float:
        """Return a number between two others."""
        return low + (high - low) * float(torch.rand(1, generator=self._rng))

    def index(self, n: int) -> int:
        """Return one of 0 … n − 1."""
        return int(torch.randint(n, (1,), generator=self._rng))

    def sign(self) -> int:
        """Return −1 or 1."""
        return 2 * self.index(2) - 1

    def normal(self, *shape: int) -> np.ndarray:
        """Return Gaussian numbers of variance 1."""
        return torch.randn(*shape, generator=self._rng, dtype=torch.float64).numpy()
