"""What a reconstruction of another toolbox is: a function of what our methods see, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from ksyn.data import Problem
from ksyn.evaluation.benchmark import Value

Settings = Mapping[str, Value]
Image = tuple[Float[Tensor, "frame y x"], float]
"""Its magnitude in the problem's units, and how long it took, coil maps included [s]."""
Reconstruct = Callable[[Settings], Image]


@dataclass(frozen=True)
class Peer:
    """Another toolbox's reconstruction of still images."""

    missing: Callable[[], str]
    """Why it cannot run here; empty when it can."""
    of: Callable[[Problem], Reconstruct]
    """Its reconstruction of one problem, to be tried with many settings."""
