"""What a reconstruction of another toolbox is: a function of what our methods see, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from jaxtyping import Complex, Float
from torch import Tensor

from ksyn.data import Problem, SensMaps
from ksyn.encoding import Encoding
from ksyn.evaluation.benchmark import Value
from ksyn.pipeline import with_beyond

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


def shown(
    problem: Problem, image: Complex[Tensor, "y x"], maps: Complex[Tensor, "coil y x"]
) -> Float[Tensor, "frame y x"]:
    """Return the magnitude of an image reconstructed with these maps, shown as ours are.

    Where its maps end, a toolbox leaves black what ours complete with what was measured; to count
    that as a difference of reconstructions would flatter ours.
    """
    device = problem.device
    theirs = replace(problem, sens_maps=SensMaps(maps[None].to(device)))
    step = Encoding(theirs).step(image[None, None].to(device), theirs.kspace.samples, 0, 1)
    return with_beyond(step, theirs).abs().cpu()
