"""The anatomy of a head in one axial slice at the height of the basal ganglia.

Each region is painted over one other tissue; what it adds to the image is the difference. The
same regions are rasterised, or transformed to k-space in closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import torch

from ksyn.phantoms.cortex import fold
from ksyn.phantoms.deep import deep
from ksyn.phantoms.details import details
from ksyn.phantoms.regions import Dice, Region
from ksyn.phantoms.shapes import turned
from ksyn.phantoms.skull import skull


@lru_cache(maxsize=8)
def head(seed: int = 0) -> Sequence[Region]:
    """Return the regions of one person, from the skin inwards; the forehead is up."""
    dice = Dice(torch.Generator().manual_seed(seed))
    shells, hull = skull(dice)
    middle = deep(dice)
    cortex = fold(hull, middle, dice)
    brain = [Region(cortex.surface, "grey", "csf"), Region(cortex.white, "white", "grey")]
    regions = [*shells, *brain, *middle.regions, *details(cortex, middle.regions, dice)]
    return _placed(regions, dice)


def _placed(regions: list[Region], dice: Dice) -> Sequence[Region]:
    """Return the head as it lies in the scanner: tilted, not quite in the middle."""
    angle = dice.between(-0.10, 0.10)
    at = torch.tensor([dice.between(-4e-3, 4e-3), dice.between(-4e-3, 4e-3)], dtype=torch.float64)
    return tuple(
        replace(region, curves=[turned(curve, angle) + at for curve in region.curves])
        for region in regions
    )
