"""What is kept of a run: every number, and as many pictures as fit the memory set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ksyn_gui.facts import Complex, Progress, Row, ShownStep

if TYPE_CHECKING:
    from torch import Tensor

    from ksyn.data import Step

T = TypeVar("T")
Halves = NDArray[np.float16]
"""Real and imaginary part beside each other: ``… 2``."""

FEWEST_PICTURES = 8
"""So many are kept of a long run whatever they cost, if the memory allows it."""
FREE_SECONDS = 0.005
"""Time that pictures and metrics may always take in a run [s]."""
PICTURE_SHARE = 0.006
"""Share of the method's own time up to which pictures may be kept beyond that."""
_QUICK = ("psnr", "nmse")
METRIC_SHARES = {0.009: _QUICK, 0.012: ("ssim",)}
"""Metrics, and the share up to which they may be measured, pictures included."""

_METRICS = tuple(name for group in METRIC_SHARES.values() for name in group)
_FIRST_GUESS = {0.009: 0.003, 0.012: 0.02}
"""Time that metrics take, until it is known [s]."""


class Source(Protocol):
    """What the recorder needs to know of a run."""

    @property
    def title(self) -> str:
        """The method."""

    @property
    def learned(self) -> bool:
        """Whether a trained network takes part."""

    def kspace_of(self, step: Step, frame: int, coil: int) -> Tensor:
        """Return the k-space of one of the scan's coils, ``ky kx``, in the method's units."""

    def scale_image(self, image: Complex) -> Complex:
        """Return an image ``y x`` in the scan's units."""

    def scale_kspace(self, kspace: Complex) -> Complex:
        """Return k-space ``ky kx`` in the scan's units."""

    def measure(self, image: Tensor, names: tuple[str, ...]) -> dict[str, float]:
        """Return some metrics of ``frame y x`` against the reference; empty without one."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A step's picture at half precision, in the method's units."""

    index: int
    total: int
    image: Halves
    """``frame y x 2``."""
    kspace: Halves
    """``ky kx 2`` of one frame and coil."""
    frame: int
    coil: int


class Recorder:
    """Watch a run from its thread; answer the window from its own.

    Pictures are kept at half precision. When the memory is full, or keeping them takes too large
    a share of the method's own time, every second one is let go and from then on every second
    step is kept, so that what remains covers the whole run evenly. The newest step is always
    there in full. Metrics are left out where they would take too large a share.
    """

    def __init__(self, source: Source, kept_bytes: int) -> None:
        self._source = source
        self._room = kept_bytes
        self._lock = Lock()
        self._kept: dict[int, Kept] = {}
        self._stride = 1
        self._rows: list[Row] = []
        self._view = (0, 0)
        self._total = 0
        self._began = monotonic()
        self._first_step = self._own = self._spent = 0.0
        self._costs = dict(_FIRST_GUESS)
        self._deviation: Tensor | None = None
        self.last: Step | None = None
        """The newest step in full."""

    def look_at(self, frame: int, coil: int) -> None:
        """Keep the k-space of this frame and coil from now on."""
        self._view = (frame, coil)

    # In the run's thread -------------------------------------------------------------------

    def watch(self, steps: Iterator[Step]) -> Iterator[Step]:
        """Yield the same steps, and keep of each what is affordable."""
        try:
            asked = monotonic()
            for step in steps:
                self._own += monotonic() - asked
                self._record(step)
                yield step
                asked = monotonic()
        finally:
            getattr(steps, "close", lambda: None)()

    def present(self, step: Step) -> ShownStep:
        """Return a step ready to be drawn."""
        frame, coil = self._look(step)
        return self._shown(
            step.index,
            step.total,
            self._source.scale_image(_array(step.image[frame])),
            self._source.scale_kspace(_array(self._source.kspace_of(step, frame, coil))),
            live=True,
            deviation=self._deviation_of(frame),
        )

    def _deviation_of(self, frame: int) -> NDArray[np.float32] | None:
        """Return the newest deviation of the samples so far, ``y x``; None of a single one."""
        if self._deviation is None:
            return None
        return np.abs(self._source.scale_image(_array(self._deviation[frame])))

    def _record(self, step: Step) -> None:
        began = monotonic()
        last = step.index + 1 == step.total
        if step.deviation is not None:
            self._deviation = step.deviation
        picture = None
        if step.index % self._stride == 0 or last:
            enough = self._stride * 2 > step.total // FEWEST_PICTURES
            picture = self._afford(
                PICTURE_SHARE, partial(self._keepsake, step), must=last or enough
            )
            if picture is None:
                self._let_go()
        scalars = dict(step.scalars)
        for share, names in METRIC_SHARES.items():
            work = partial(self._source.measure, step.image, names)
            scalars |= self._afford(share, work) or {}
        with self._lock:
            self.last, self._total = step, step.total
            if not self._rows:
                self._first_step = self._own
            self._rows.append(Row(step.index, began - self._began, scalars))
        if picture:
            self._keep(picture)

    def _afford(self, share: float, work: Callable[[], T], *, must: bool = False) -> T | None:
        """Do the work if it must be done, or if what it took last fits its share of the time."""
        room = FREE_SECONDS + share * self._own - self._spent
        if not must and self._costs.get(share, 0.0) > room:
            return None
        began = monotonic()
        done = work()
        self._costs[share] = monotonic() - began
        self._spent += self._costs[share]
        return done

    def _keepsake(self, step: Step) -> Kept:
        frame, coil = self._look(step)
        return Kept(
            step.index,
            step.total,
            _halves(step.image),
            _halves(self._source.kspace_of(step, frame, coil)),
            frame,
            coil,
        )

    def _keep(self, picture: Kept) -> None:
        with self._lock:
            self._kept[picture.index] = picture
        size = picture.image.nbytes + picture.kspace.nbytes
        while len(self._kept) > 2 and size * len(self._kept) > self._room:
            self._let_go()

    def _let_go(self) -> None:
        """Keep every second picture only, from now on and of those there are."""
        with self._lock:
            self._stride *= 2
            self._kept = {
                index: kept
                for index, kept in self._kept.items()
                if index % self._stride == 0 or index + 1 == kept.total
            }

    def _look(self, step: Step) -> tuple[int, int]:
        frame, coil = self._view
        return min(frame, len(step.image) - 1), coil

    # In the window's thread ----------------------------------------------------------------

    @property
    def kept(self) -> list[int]:
        """Indices of the steps that can be shown again, the newest included."""
        with self._lock:
            newest = set() if self.last is None else {self.last.index}
            return sorted(newest.union(self._kept))

    def progress(self) -> Progress:
        """Return how far the run is."""
        with self._lock:
            rows, total = list(self._rows), self._total
        done = rows[-1].index + 1 if rows else 0
        seconds = rows[-1].seconds if rows else 0.0
        return Progress(done - 1, total, seconds, self._seconds_left(done, total), rows)

    def measure_newest(self) -> None:
        """Measure what was left out of the newest step; for a pause, in any thread."""
        with self._lock:
            step, row = self.last, self._rows[-1] if self._rows else None
        missing = () if row is None else tuple(name for name in _METRICS if name not in row.scalars)
        if step is not None and row is not None and missing:
            self._add(row.index, self._source.measure(step.image, missing))

    def fill_in(self) -> None:
        """Measure what was left out of the kept steps; for after the run, in any thread."""
        with self._lock:
            kept, rows = dict(self._kept), {row.index: row for row in self._rows}
        for index, picture in kept.items():
            missing = tuple(name for name in _METRICS if name not in rows[index].scalars)
            if missing:
                self._add(index, self._source.measure(_tensor(picture.image), missing))

    def _add(self, index: int, scalars: Mapping[str, float]) -> None:
        with self._lock:
            row = self._rows[index]
            self._rows[index] = replace(row, scalars={**row.scalars, **scalars})

    def add_scalars(self, scalars: Mapping[str, float]) -> None:
        """Take note of what was measured of the newest step after the run."""
        self._add(-1, scalars)

    def newest(self) -> ShownStep | None:
        """Return the newest step."""
        return None if self.last is None else self.present(self.last)

    def recall(self, index: int) -> ShownStep | None:
        """Return the kept step nearest to `index`."""
        indices = self.kept
        if not indices:
            return None
        nearest = min(indices, key=lambda kept: abs(kept - index))
        with self._lock:
            kept = self._kept.get(nearest)
        newest = self.newest()
        if kept is None or (newest is not None and nearest == newest.index):
            return newest
        return self._called_back(kept)

    def _called_back(self, kept: Kept) -> ShownStep:
        frame, coil = self._view
        same = kept.frame == frame and kept.coil == coil
        return self._shown(
            kept.index,
            kept.total,
            self._source.scale_image(_whole(kept.image[min(frame, len(kept.image) - 1)])),
            self._source.scale_kspace(_whole(kept.kspace)) if same else None,
            live=False,
        )

    def _seconds_left(self, done: int, total: int) -> float | None:
        if done == 0:
            return None
        after_first = (self._own - self._first_step) / (done - 1) if done > 1 else self._own
        return after_first * max(total - done, 0)

    def _shown(
        self,
        index: int,
        total: int,
        image: Complex,
        kspace: Complex | None,
        *,
        live: bool,
        deviation: NDArray[np.float32] | None = None,
    ) -> ShownStep:
        source, scalars = self._source, self._scalars_of(index)
        return ShownStep(
            index, total, image, kspace, scalars, source.title, source.learned, live, deviation
        )

    def _scalars_of(self, index: int) -> Mapping[str, float]:
        """Return the step's own numbers, and of the metrics the newest ones by then."""
        scalars: dict[str, float] = {}
        with self._lock:
            for row in self._rows[: index + 1]:
                scalars |= row.scalars
        return scalars


def _array(tensor: Tensor) -> Complex:
    array: Complex = tensor.resolve_conj().cpu().numpy()
    return array


def _halves(tensor: Tensor) -> Halves:
    """Return a complex tensor at half precision; torch does it several times quicker than numpy."""
    import torch  # late: the window shows before torch is read

    halves: Halves = torch.view_as_real(tensor.resolve_conj()).half().cpu().numpy()
    return halves


def _tensor(halves: Halves) -> Tensor:
    import torch  # late: the window shows before torch is read

    return torch.view_as_complex(torch.from_numpy(halves).float())


def _whole(halves: Halves) -> Complex:
    return np.ascontiguousarray(halves.astype(np.float32)).view(np.complex64)[..., 0]
