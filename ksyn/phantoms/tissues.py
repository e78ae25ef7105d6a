"""What tissues are made of, and how bright they are in each contrast."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch

Contrast = Literal["t1", "t2", "pd", "flair"]


@dataclass(frozen=True)
class Tissue:
    """Proton density and relaxation times."""

    density: float
    """Signal of fully relaxed protons; cerebrospinal fluid = 1."""
    t1: float
    """Longitudinal relaxation time [s]."""
    t2: float
    """Transverse relaxation time [s]."""


@dataclass(frozen=True)
class SpinEcho:
    """A spin-echo sequence, with an inversion in front of it when `inversion` is not 0."""

    repetition: float
    """TR [s]."""
    echo: float
    """TE [s]."""
    inversion: float = 0.0
    """TI [s]."""

    def signal(self, tissue: Tissue) -> float:
        """Return the magnitude of the echo."""
        recovered = 1 - math.exp(-self.repetition / tissue.t1)
        if self.inversion:
            inverted = 1 - 2 * math.exp(-self.inversion / tissue.t1)
            recovered = inverted + math.exp(-self.repetition / tissue.t1)
        return tissue.density * abs(recovered) * math.exp(-self.echo / tissue.t2)


SEQUENCES: Mapping[Contrast, SpinEcho] = {
    "t1": SpinEcho(repetition=0.40, echo=0.010),
    "t2": SpinEcho(repetition=4.5, echo=0.095),
    "pd": SpinEcho(repetition=3.5, echo=0.015),
    "flair": SpinEcho(repetition=9.0, echo=0.110, inversion=2.40),
}

# Rounded from what is published for 1.5 T to 3 T, chosen for the contrast they give together.
TISSUES: Mapping[str, Tissue] = {
    "air": Tissue(0.0, 1.0, 0.1),
    "skin": Tissue(0.62, 0.85, 0.045),
    "fat": Tissue(0.80, 0.34, 0.070),
    "muscle": Tissue(0.72, 1.00, 0.040),
    "bone": Tissue(0.06, 0.60, 0.010),
    "marrow": Tissue(0.50, 0.42, 0.055),
    "dura": Tissue(0.45, 0.80, 0.030),
    "csf": Tissue(1.00, 4.00, 1.500),
    "grey": Tissue(0.83, 1.38, 0.098),
    "white": Tissue(0.70, 0.72, 0.074),
    "caudate": Tissue(0.81, 1.28, 0.088),
    "putamen": Tissue(0.80, 1.20, 0.082),
    "pallidum": Tissue(0.73, 0.88, 0.062),
    "thalamus": Tissue(0.77, 1.02, 0.083),
    "choroid": Tissue(0.88, 1.45, 0.140),
    "lesion": Tissue(0.86, 1.35, 0.170),
    "blood": Tissue(0.10, 1.50, 0.050),
}


def signals(contrast: Contrast, rng: torch.Generator) -> dict[str, float]:
    """Return how bright each tissue of one person is; the brightest is 1.

    Relaxation times and density differ by a few per cent from person to person.
    """
    sequence = SEQUENCES[contrast]
    values = {name: sequence.signal(_of_person(tissue, rng)) for name, tissue in TISSUES.items()}
    brightest = max(values.values())
    return {name: value / brightest for name, value in values.items()}


def _of_person(tissue: Tissue, rng: torch.Generator) -> Tissue:
    density, t1, t2 = (1 + 0.02 * torch.randn(3, generator=rng)).tolist()
    return Tissue(tissue.density * density, tissue.t1 * t1, tissue.t2 * t2)
