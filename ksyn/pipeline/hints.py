"""Hints: why a reconstruction will be poor, told before anybody waits for it."""

from __future__ import annotations

from math import isfinite

from ksyn.calibration import outer_acceleration
from ksyn.data import Problem
from ksyn.methods.protocol import Method
from ksyn.pipeline.prepare import Prepared

GUESSED = 12.0
"""From this acceleration on, trained networks guess: in the sweep of the page on quality, all
methods are within 2 dB of the zero-filled image by then."""


def hints_of(prepared: Prepared, method: Method) -> tuple[str, ...]:
    """Return what is to be told before a method runs; nothing where all is well."""
    problem = prepared.problem
    return (*prepared.hints, *_hints_of_coils(problem, method), *_hints_of_guesses(problem, method))


def _hints_of_guesses(problem: Problem, method: Method) -> tuple[str, ...]:
    """Return what there is to say of a sharp image made of hardly any samples."""
    acceleration = problem.mask.acceleration
    if method.family == "classical" or acceleration < GUESSED:
        return ()
    share = f"Only {100 / acceleration:.2g} % of k-space is measured"
    return (f"{share}: most of what {method.title} shows is guessed, however sharp it looks.",)


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
