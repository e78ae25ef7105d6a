"""How a complex array becomes numbers to draw: six modes, as pure functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ksyn_gui.views.levels import Levels, Values, between, symmetric
from ksyn_gui.views.luts import SIGNED, hue_wheel

Samples = NDArray[np.complex64]

DECADES = 6.0
"""What lies further below the maximum is drawn at the floor of the logarithm."""


class Mode(StrEnum):
    """What of a complex number is shown."""

    LOG = "Log magnitude"
    MAGNITUDE = "Magnitude"
    PHASE = "Phase"
    REAL = "Real"
    IMAGINARY = "Imaginary"
    COLOUR = "Complex colour"


@dataclass(frozen=True)
class Look:
    """How the numbers of a mode are drawn."""

    lut: str
    automatic: Callable[[Values], Levels]
    """Levels when the user has not asked for others."""
    unit: str = ""


def _whole_turn(values: Values) -> Levels:  # noqa: ARG001 - a rule takes the values
    return Levels(-np.pi, np.pi)


LOOKS: dict[Mode, Look] = {
    Mode.LOG: Look("grey", between(0.1, 99.9), "log₁₀"),
    Mode.MAGNITUDE: Look("grey", between(0.1, 99.9)),
    Mode.PHASE: Look("phase", _whole_turn, "rad"),
    Mode.REAL: Look(SIGNED, symmetric),
    Mode.IMAGINARY: Look(SIGNED, symmetric),
    Mode.COLOUR: Look("grey", between(0.1, 99.9)),
}


def values_of(samples: Samples, mode: Mode, brightness: Mode = Mode.LOG) -> Values:
    """Return the real numbers a mode draws.

    Args:
        samples: ``ky kx`` or ``y x``.
        mode: What to show.
        brightness: What complex colour shows as brightness.

    Returns:
        float32, C-contiguous, finite, of the same shape.
    """
    mode = brightness if mode is Mode.COLOUR else mode
    if mode is Mode.PHASE:
        values = np.angle(samples)
    elif mode is Mode.REAL:
        values = samples.real
    elif mode is Mode.IMAGINARY:
        values = samples.imag
    elif mode is Mode.MAGNITUDE:
        values = np.abs(samples)
    else:
        values = log_magnitude(samples)
    return drawable(values)


def log_magnitude(samples: Samples) -> Values:
    """Return log₁₀ of the magnitude, with everything `DECADES` below the maximum at the floor."""
    magnitude = drawable(np.abs(samples))
    top = float(magnitude.max(initial=0.0))
    if top == 0.0:
        return np.zeros_like(magnitude)
    floor = max(top * 10**-DECADES, float(np.finfo(np.float32).tiny))
    values: Values = np.log(np.maximum(magnitude, np.float32(floor)))
    values *= np.float32(1 / np.log(10))  # four times as quick as numpy's log10
    return values


def above_floor(values: Values) -> Values:
    """Return the values that are not at the minimum: the samples that were measured."""
    above = values[values > values.min(initial=np.inf)]
    return above if above.size else values.ravel()


def hue_of(samples: Samples) -> NDArray[np.uint8]:
    """Return the phase as an index into the hue wheel: −π is 0, 0 is 128."""
    turns = np.angle(samples) * np.float32(128 / np.pi) + np.float32(128)
    hue: NDArray[np.uint8] = drawable(turns).astype(np.int16).astype(np.uint8)
    return hue


def coloured(brightness: Values, hue: NDArray[np.uint8], levels: Levels) -> NDArray[np.uint8]:
    """Return ``y x 3`` red-green-blue: hue is phase, brightness is the windowed value."""
    light = np.clip((brightness - levels.low) / np.float32(levels.window), 0, 1)
    if levels.gamma != 1.0:
        light = light**levels.gamma
    shade = np.round(light * 255).astype(np.uint16)[..., None]
    rgb: NDArray[np.uint8] = ((hue_wheel()[hue].astype(np.uint16) * shade) // 255).astype(np.uint8)
    return rgb


def combined(coil_samples: Samples) -> Samples:
    """Return one array for all coils: the root sum of squares, with the phase they mostly share.

    The phase is that of the principal component over the coils, the linear combination with the
    most energy. This is for looking at, not for reconstructing from.

    Args:
        coil_samples: ``coil ky kx``.

    Returns:
        ``ky kx``.
    """
    if coil_samples.shape[0] == 1:
        only: Samples = coil_samples[0]
        return only
    flat = coil_samples.reshape(coil_samples.shape[0], -1)
    some = flat[:, :: max(1, flat.shape[1] // 8192)]
    some = some if np.any(some) else flat
    _, vectors = np.linalg.eigh(some @ some.conj().T)
    principal = vectors[:, -1].conj().astype(np.complex64) @ flat
    energy = np.einsum("cn,cn->n", flat.real, flat.real)
    energy += np.einsum("cn,cn->n", flat.imag, flat.imag)
    size = np.abs(principal)
    turn = np.divide(principal, size, out=np.ones_like(principal), where=size > 0)
    result: Samples = (np.sqrt(energy) * turn).reshape(coil_samples.shape[1:])
    return result


def drawable(values: NDArray[np.floating]) -> Values:
    """Return float32 in C order with everything that is not a number set to 0."""
    plain = np.ascontiguousarray(values, dtype=np.float32)
    if np.isfinite(plain).all():
        return plain
    return np.nan_to_num(plain, nan=0.0, posinf=0.0, neginf=0.0)
