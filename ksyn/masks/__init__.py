"""MASKS: sampling patterns."""

from ksyn.masks.fastmri import Equispaced, EquispacedFraction, FastmriRandom, Igkr1d
from ksyn.masks.lines import Full, Gaussian1d, PartialFourier, Random, Uniform
from ksyn.masks.pattern import Pattern
from ksyn.masks.points import CentreOnly, Gaussian2d, Random2d
from ksyn.masks.poisson import Poisson
from ksyn.masks.trajectories import Radial, Spiral
from ksyn.registry import Registry

MASKS: Registry[type[Pattern]] = Registry(
    "mask",
    Uniform,
    Random,
    Gaussian1d,
    FastmriRandom,
    Equispaced,
    EquispacedFraction,
    Igkr1d,
    Gaussian2d,
    Random2d,
    Poisson,
    Radial,
    Spiral,
    CentreOnly,
    PartialFourier,
    Full,
)
