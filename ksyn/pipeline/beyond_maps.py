"""What an image shows where no coil map reaches: what was measured, instead of nothing."""

from __future__ import annotations

import torch
from jaxtyping import Complex
from torch import Tensor

from ksyn.data import Problem, Step
from ksyn.encoding import magnitude_image


@torch.no_grad()
def with_beyond(step: Step, problem: Problem) -> Complex[Tensor, "frame y x"]:
    """Return a step's image, completed where the coil maps are 0.

    Maps end where their estimate does, mostly in air, and what is combined with them ends there
    too. Beyond, the image is the root sum of squares of the step's coil images with the measured
    samples put back: the noise of a scan, as its fully sampled image has it, and whatever the
    maps have missed.
    """
    beyond = problem.sens_maps.beyond
    if not bool(beyond.any()):
        return step.image
    consistent = torch.where(problem.mask.samples, problem.kspace.samples, step.kspace)
    return torch.where(beyond, magnitude_image(consistent).to(step.image), step.image)
