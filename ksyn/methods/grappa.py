"""GRAPPA: missing samples interpolated from the measured ones around them, in one go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import torch

from ksyn.completion import completed_step
from ksyn.data import Mask, Problem, Step
from ksyn.filling import Centre, fill
from ksyn.methods.protocol import Method
from ksyn.neighbourhoods import groups, window_for
from ksyn.options import option


class Grappa(Method):
    """Weigh the measured samples of all coils around each missing one, as learnt at the centre.

    Each pattern of measured and missing neighbours has its own weights, so that any mask will do,
    regular along one axis or two or not at all. Measured samples are kept as they are; what has
    no measured neighbour stays 0. What a pattern hardly predicts in the centre is made smaller,
    and so is what one half of the centre does not tell of the other, and what is below the noise.
    A step fills one group of patterns, the most frequent first.

    Source: Griswold et al., Magn. Reson. Med. 47(6), 1202-1210 (2002).
    """

    name: ClassVar[str] = "grappa"
    title: ClassVar[str] = "GRAPPA"
    when: ClassVar[str] = "Regular masks, several coils: what scanners do; needs no coil maps."
    unfolds_by_coils_alone: ClassVar[bool] = True

    lines: int = option(
        2, low=1, high=12, help="Measured lines a kernel spans along an undersampled axis."
    )
    readout: int = option(
        7,
        low=1,
        high=15,
        unit="samples",
        help="What a kernel spans along a complete axis; 1 makes it one-dimensional.",
    )
    regularisation: float = option(
        0.001, low=1e-8, high=10.0, help="Weight of the squared kernel; more for a noisy centre."
    )

    @torch.no_grad()
    def stream(self, problem: Problem, rng: torch.Generator) -> Iterator[Step]:
        """Yield k-space after each group of patterns."""
        window = window_for(problem.mask, self.lines, self.readout)
        centre = Centre.of(problem, window, self.regularisation)
        measured = kspace = problem.kspace.samples
        every_frame = problem.mask.samples.expand(problem.kspace.n_frames, -1, -1, -1)
        missing = groups(Mask(every_frame), window, problem.kspace.n_coils)
        if not missing:
            yield completed_step(problem, kspace.clone(), 0, 1)
        for index, group in enumerate(missing):
            kspace = fill(kspace, measured, centre, group)
            yield completed_step(problem, kspace, index, len(missing))
