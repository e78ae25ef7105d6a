"""The middle of the brain: ventricles, nuclei, the cistern behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ksyn.phantoms.fields import Field, Window, through
from ksyn.phantoms.regions import Dice, Region
from ksyn.phantoms.shapes import ellipse

_Knots = Sequence[tuple[float, float, float]]
"""Middle line and radius of a structure on the right: y, x, radius [mm]."""

_HORN = ((-8, 2.6, 1.2), (-18, 4.4, 2.3), (-26, 7.4, 2.9), (-33, 12.5, 1.5))
_ATRIUM = ((23, 15.5, 1.8), (31, 21.5, 3.2), (42, 23.0, 2.7), (53, 19.5, 1.0))
_THIRD = ((-7, 0, 0.9), (5, 0, 1.5), (17, 0, 1.1))
_CISTERN = ((24, 0, 1.4), (28, 0, 2.8), (32, 0, 1.2))
_PLEXUS = ((27, 18.4, 0.9), (32, 21.6, 1.5), (37, 22.6, 0.9))

# Caudate and thalamus lie against the ventricles, the lentiform nucleus lies apart.
_NUCLEI: Sequence[tuple[str, _Knots]] = (
    ("caudate", ((-31, 14.5, 2.6), (-24, 13.2, 4.6), (-15, 10.8, 3.4), (-9, 9.5, 1.8))),
    ("putamen", ((-22, 21.0, 3.0), (-13, 24.5, 4.6), (-2, 26.5, 4.0), (9, 27.5, 1.6))),
    ("pallidum", ((-11, 17.2, 2.0), (-2, 18.6, 3.8), (6, 21.5, 1.6))),
    ("thalamus", ((0, 6.4, 3.4), (8, 9.0, 6.8), (16, 11.8, 6.4), (22, 12.5, 3.0))),
)


@dataclass(frozen=True)
class Deep:
    """The deep structures of one person."""

    regions: list[Region]
    window: Window
    field: Field
    """Positive within them."""


def deep(dice: Dice) -> Deep:
    """Return the deep structures of one person."""
    window = Window((-0.046, -0.040), (0.062, 0.040), 0.5e-3)
    size, shift = dice.between(0.75, 1.55), dice.between(-0.6, 0.6)
    fluid = np.maximum.reduce(
        [
            *(_tube(window, knots, side, size * dice.between(0.9, 1.1), dice, shift)
              for knots in (_HORN, _ATRIUM) for side in (-1, 1)),
            _tube(window, _THIRD, 1, 0.5 + 0.5 * size, dice, shift, sway=0.0),
            _tube(window, _CISTERN, 1, dice.between(0.85, 1.15), dice, shift, sway=0.0),
        ]
    )  # fmt: skip
    regions = [Region(window.curves(window.smooth(fluid, 0.5e-3)), "csf", "white")]
    taken = fluid
    for tissue, knots in _NUCLEI:
        sides = (_tube(window, knots, side, dice.between(0.92, 1.06), dice) for side in (-1, 1))
        # A thin sheet of white matter stays between neighbours.
        field = window.smooth(np.minimum(np.maximum(*sides), -taken - 0.55e-3), 0.5e-3)
        regions.append(Region(window.curves(field), tissue, "white"))
        taken = np.maximum(taken, field)
    regions += [_plexus(window, fluid, size, dice), _galen(shift, dice)]
    return Deep(regions, window, taken)


def _tube(
    window: Window,
    knots: _Knots,
    side: int,
    size: float,
    dice: Dice,
    shift: float = 0.0,
    sway: float = 0.7,
) -> Field:
    """Return a structure of one side, a little different in every person."""
    path = [
        (y + dice.between(-sway, sway), side * x + shift + dice.between(-sway, sway), size * radius)
        for y, x, radius in knots
    ]
    line = 1e-3 * through(path, 28)
    return window.tube(line[:, :2], line[:, 2])


def _plexus(window: Window, fluid: Field, size: float, dice: Dice) -> Region:
    """Return the choroid plexus within the fluid of both atria."""
    sides = (_tube(window, _PLEXUS, side, size, dice, sway=0.3) for side in (-1, 1))
    field = window.smooth(np.minimum(np.maximum(*sides), fluid - 0.7e-3), 0.3e-3)
    return Region(window.curves(field, smallest=1e-6), "choroid", "csf")


def _galen(shift: float, dice: Dice) -> Region:
    """Return the great vein in the cistern."""
    radius = dice.between(0.8e-3, 1.2e-3)
    return Region([ellipse((28e-3, 1e-3 * shift), (radius, radius))], "blood", "csf")
