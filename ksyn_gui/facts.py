"""What the session tells the panels and views: frozen, numpy, no torch and no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex64]
Bits = NDArray[np.bool_]
Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Step numbers, ascending, and the values of one scalar there."""


class RunState(Enum):
    """What the reconstruction is doing."""

    IDLE = "idle"
    PREPARING = "preparing"
    """Coil maps and weights are being made ready; there is no step yet."""
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    """The step under way is being finished."""

    @property
    def active(self) -> bool:
        """Whether a stream is open."""
        return self is not RunState.IDLE


@dataclass(frozen=True, eq=False)
class MaskChoice:
    """Which samples count as measured, and how that came about."""

    samples: Bits
    """``frame ky kx``, True = measured; one frame when all frames share it."""
    kind: str
    """``as-acquired``, the name of a pattern in MASKS, ``file``, or ``painted``."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the pattern."""
    seed: int = 0
    path: Path | None = None
    """The file it was read from."""

    def frame(self, index: int) -> Bits:
        """Return the mask of one frame, ``ky kx``."""
        one: Bits = self.samples[min(index, len(self.samples) - 1)]
        return one

    @property
    def matrix(self) -> tuple[int, int]:
        """Samples along ky and kx."""
        ky, kx = self.samples.shape[-2:]
        return ky, kx

    @property
    def acceleration(self) -> float:
        """Samples of the grid per sample measured."""
        return float(self.samples.size / max(int(self.samples.sum()), 1))


@dataclass(frozen=True, eq=False)
class PointSpread:
    """What a point becomes under the mask."""

    magnitude: NDArray[np.float32]
    """``y x``, main lobe 1 at ``n // 2``."""
    side_lobe: float
    """Highest side lobe, relative to the main lobe."""


@dataclass(frozen=True, eq=False)
class OtherSlice:
    """Another slice than the one at work, for a view that goes its own way."""

    index: int
    kspace: Complex
    """``coil ky kx`` of the shown frame."""
    reference: NDArray[np.float32] | None
    """``y x``."""


@dataclass(frozen=True, eq=False)
class ShownStep:
    """One step, ready to be drawn."""

    index: int
    """Iterations before this one."""
    total: int
    image: Complex
    """``y x`` of the shown frame, in the scan's units (those of reference and zero-filled)."""
    kspace: Complex | None
    """``ky kx`` of the shown frame and coil, all samples; None where that coil was not kept."""
    scalars: Mapping[str, float]
    """What the method reports (``data_residual``, …) and the metrics against the reference."""
    title: str
    """The method."""
    learned: bool
    """Whether a trained network took part."""
    live: bool
    """Whether it comes from the stream just now, rather than from the scrubber or a result."""
    deviation: NDArray[np.float32] | None = None
    """Standard deviation over the samples so far, ``y x``; None where there is none to tell of."""
    result: int | None = None
    """Number of the result that it is; None of a step of a run."""
    run: int = 0
    """Which run it came from; counts from 1 within this session."""
    curves: Mapping[str, Curve] | None = None
    """Every number of the run that the result came from, by name; None of a step of a run."""
    sample_starts: tuple[int, ...] = ()
    """Steps at which another sample began in that run."""


def made_by(what: str, *, learned: bool) -> str:
    """Return what was reconstructed, and whether a trained network took part."""
    return f"{what}, with a trained network" if learned else f"{what}, no network"


@dataclass(frozen=True)
class Forecast:
    """What can be said of a run before it begins."""

    automatic: Mapping[str, float] = field(default_factory=dict)
    """What "automatic" stands for, by option."""
    hints: tuple[str, ...] = ()
    """Why the result may be poor, and what to do; whole sentences."""


@dataclass(frozen=True)
class Row:
    """One step's numbers, for the curves."""

    index: int
    seconds: float
    """Since the first step was begun [s]."""
    scalars: Mapping[str, float]
    ends_sample: bool = False
    """Whether it is the last of a sample; what follows begins another one."""


@dataclass(frozen=True)
class Progress:
    """How far the run is."""

    index: int
    total: int
    seconds: float
    """Since the run began [s]."""
    seconds_left: float | None
    """Estimated; None before there is anything to estimate from."""
    rows: list[Row]
    """The numbers of every step so far."""

    def curve(self, name: str) -> Curve:
        """Return step numbers and values of one scalar, where it is known."""
        points = [(row.index, row.scalars[name]) for row in self.rows if name in row.scalars]
        table = np.array(points, dtype=np.float64).reshape(-1, 2)
        return table[:, 0], table[:, 1]

    @property
    def names(self) -> list[str]:
        """Every scalar that any step reports, in order of appearance."""
        return list(dict.fromkeys(name for row in self.rows for name in row.scalars))

    @property
    def sample_starts(self) -> tuple[int, ...]:
        """Steps at which another sample begins; empty where there is only one."""
        return tuple(row.index + 1 for row in self.rows[:-1] if row.ends_sample)

    @property
    def curves(self) -> dict[str, Curve]:
        """Every scalar's curve, by name."""
        return {name: self.curve(name) for name in self.names}


@dataclass(frozen=True, eq=False)
class StoredResult:
    """A finished (or stopped) run."""

    number: int
    """Counts from 1 within this session."""
    title: str
    """The method."""
    image: Complex
    """``frame y x``, in the scan's units."""
    learned: bool
    metrics: Mapping[str, float]
    """Against the reference; empty without one."""
    summary: Mapping[str, str]
    """What to show of it, in order: slice, mask, acceleration, seed, time …"""
    stopped: bool
    """Whether it was stopped before its last step."""
    engine_result: Any
    """The engine's own result: what is saved, with its recipe."""
    deviation: NDArray[np.float32] | None = None
    """Standard deviation over the samples, ``frame y x``; None of a single one."""
    name: str = ""
    """What the user calls it; empty where it was not renamed."""
    trouble: Trouble | None = None
    """What ended the run before its last step, if anything went wrong."""
    run: int = 0
    """Which run made it; counts from 1 within this session."""
    steps: int = 0
    """How many the run made."""
    planned: int = 0
    """How many it would have made."""
    curves: Mapping[str, Curve] = field(default_factory=dict)
    """Every number of the run's steps, by name."""
    sample_starts: tuple[int, ...] = ()
    """Steps at which another sample began."""

    @property
    def label(self) -> str:
        """What it is called: the user's name, or number and method."""
        return self.name or f"{self.number}  {self.title}"


@dataclass(frozen=True, eq=False)
class RunEnd:
    """How a run ended."""

    run: Any
    """What was begun."""
    result: StoredResult | None
    """What was reached, not numbered yet; None where there was no step."""
    trouble: Trouble | None
    """What went wrong; None when it ended by itself, or was stopped."""


@dataclass(frozen=True)
class ModelFacts:
    """One trained model that an option can name."""

    name: str
    title: str
    about: str
    """What it is for, and where it ends."""
    unavailable: str
    """Why it cannot be used here; empty when it can."""


@dataclass(frozen=True)
class MethodFacts:
    """One row of the list of methods."""

    name: str
    title: str
    family: str
    when: str
    unavailable: str
    """Why it cannot run here; empty when it can."""
    options: list[Any]
    """`ksyn.options.OptionInfo` of each option."""
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Sets of options by name: of each, the values that differ from the defaults."""


@dataclass(frozen=True)
class PatternFacts:
    """One row of the list of sampling patterns."""

    name: str
    title: str
    when: str
    options: list[Any]
    """`ksyn.options.OptionInfo` of each option."""


@dataclass(frozen=True)
class Engine:
    """What the engine offers on this machine; known a moment after the window is up."""

    methods: list[MethodFacts]
    patterns: list[PatternFacts]
    preparation: list[Any]
    """`ksyn.options.OptionInfo` of each option of the scan preparation (coil maps …)."""
    devices: list[tuple[str, str]]
    """Name and description, such as ``("cuda", "NVIDIA H200")``."""
    read_filter: str
    """File dialog filter of the formats that can be opened."""
    write_filter: str
    """File dialog filter of the formats that can be written."""
    models: Mapping[str, list[ModelFacts]]
    """What can be named by an option, by what it declares to name (`OptionInfo.model_of`)."""
    smallest_sides: Mapping[str, int]
    """Side of the smallest image that each metric can be measured on [pixels], by name."""


@dataclass(frozen=True)
class Trouble:
    """Something went wrong."""

    message: str
    """What, with the values."""
    hint: str
    """What to do about it; may be empty."""
    report: str = ""
    """Traceback for a crash report; empty when it is nobody's bug."""
