"""Hints: why a reconstruction will be poor, told before anybody waits for it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from ksyn.calibration import outer_acceleration
from ksyn.data import Problem, SensMaps
from ksyn.methods.protocol import Method

if TYPE_CHECKING:
    from ksyn.pipeline.prepare import Prepared

OVERFLOW_SHARE = 0.04
"""Share of the field of view that needs two sets of maps before they are worth it.

Scans of whole heads have none. Of a head of 8 coils whose field of view was made ever smaller,
CG-SENSE with two sets was at 0.02 still 0.2 dB behind one, at 0.03 7 dB ahead (0.5 dB behind where
noise is strong), at 0.05 15 dB (1 dB).
"""


def hints_of(prepared: Prepared, method: Method) -> tuple[str, ...]:
    """Return what is to be told before a method runs; nothing where all is well."""
    return (*prepared.hints, *_hints_of_coils(prepared.problem, method))


def hints_of_maps(sens_maps: SensMaps, wanted: str, made: str) -> tuple[str, ...]:
    """Return what the coil maps let expect.

    Args:
        sens_maps: The maps.
        wanted: How they were to be made.
        made: How they were made.
    """
    hints = []
    if made != wanted:
        hints.append(
            f"The calibration centre is too small for {wanted} maps; used: {made}. Measure more "
            "autocalibration (ACS) lines if you can."
        )
    if sens_maps.overflow > OVERFLOW_SHARE:
        hints.append(
            f"The object is larger than the field of view: in {100 * sens_maps.overflow:.0f} % of "
            "it one set of coil maps does not explain the data. Choose two sets (map_sets = 2)."
        )
    return tuple(hints)


def _hints_of_coils(problem: Problem, method: Method) -> tuple[str, ...]:
    """Return what there is to say where more is folded than the coils can tell apart.

    Measured on a made-up head of 128 × 120, CG-SENSE is level with L1-wavelet where 2 coils face
    2 aliases or 8 coils 4, and 5 dB behind where 2 or 3 coils face 4.
    """
    coils, aliases = problem.kspace.n_coils, outer_acceleration(problem.mask)
    enough = isfinite(aliases) and coils >= round(aliases)
    if enough or not method.unfolds_by_coils_alone:
        return ()
    reason = "nothing outside the centre of k-space is measured"
    if isfinite(aliases):
        there = f"{coils} coils" if coils > 1 else "a single coil"
        reason = f"{round(aliases)} points are folded onto one, and {there} must tell them apart"
    other = "L1-wavelet, or one with a trained network"
    hint = f"{method.title} can do little: {reason}. Methods that know images do better: {other}."
    return (hint,)
