"""What is known of a run: every number, and its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ksyn_gui.album import Album, Kept, Negative, Snapshot
from ksyn_gui.facts import Complex, Progress, Row, ShownStep

if TYPE_CHECKING:
    from torch import Tensor

    from ksyn.data import Step

T = TypeVar("T")

NEGATIVES = 8
"""So many steps are kept as they are until there is time for snapshots of them, at the latest when
the run is over; when there would be more, every second one is let go."""


@dataclass(frozen=True)
class Work:
    """What is done beside a run as long as there is time for it."""

    share: float
    """Share of the method's own time up to which it is done, other work included."""
    guess: float
    """Time that it takes, until it is known [s]."""


PICTURE = Work(share=0.004, guess=0.005)
"""A snapshot of a step that was kept as it is until there was time."""
LARGE_PICTURE = Work(share=0.03, guess=0.005)
"""A snapshot of a step so large that it cannot be kept as it is."""
MEASUREMENTS = {
    Work(share=0.006, guess=0.003): ("psnr", "nmse"),
    Work(share=0.008, guess=0.02): ("ssim",),
}
"""Metrics that are measured together."""

_METRICS = tuple(name for group in MEASUREMENTS.values() for name in group)


class Source(Protocol):
    """What the recorder needs to know of a run."""

    @property
    def title(self) -> str:
        """The method."""

    @property
    def learned(self) -> bool:
        """Whether a trained network takes part."""

    def ends_sample(self, step: Step) -> bool:
        """Return whether a step is the last of one of several samples."""

    def image_of(self, step: Step) -> Tensor:
        """Return the image to show of a step, ``frame y x``, in the method's units."""

    def kspace_of(self, step: Step, frame: int, coil: int) -> Tensor:
        """Return the k-space of one of the scan's coils, ``ky kx``, in the method's units."""

    def scale_image(self, image: Complex) -> Complex:
        """Return an image ``y x`` in the scan's units."""

    def scale_kspace(self, kspace: Complex) -> Complex:
        """Return k-space ``ky kx`` in the scan's units."""

    def measure(self, image: Tensor, names: tuple[str, ...]) -> dict[str, float]:
        """Return some metrics of ``frame y x`` against the reference; empty without one."""


class Recorder:
    """Watch a run from its thread; answer the window from its own.

    A run is not held up: of its steps as many pictures are kept, evenly over the run, as fit the
    memory and a share of the method's own time. The newest step is always there in full. Metrics
    are left out where they would take too large a share, and filled in afterwards.

    Args:
        source: The run.
        kept_bytes: Memory for its pictures.
        number: Which run it is, counted from 1 within this session.
    """

    def __init__(self, source: Source, kept_bytes: int, number: int = 0) -> None:
        self._source = source
        self.number = number
        self._album = Album(kept_bytes)
        self._lock = Lock()
        self._rows: list[Row] = []
        self._view = (0, 0)
        self._total = 0
        self._began = monotonic()
        self._first_step = self._own = self._spent = 0.0
        self._costs: dict[Work, float] = {}
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
            self._source.scale_image(_array(self._source.image_of(step)[frame])),
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
        if step.deviation is not None:
            self._deviation = step.deviation
        if self._album.wants(step):
            self._keep(step)
        scalars = dict(step.scalars)
        for work, names in MEASUREMENTS.items():
            scalars |= self._afford(work, partial(self._measure, step, names)) or {}
        with self._lock:
            self.last, self._total = step, step.total
            if not self._rows:
                self._first_step = self._own
            ends = self._source.ends_sample(step)
            self._rows.append(Row(step.index, began - self._began, scalars, ends))

    def _keep(self, step: Step) -> None:
        """Keep the step, or fewer from now on where there is no time to make pictures of them."""
        negative = Negative(step)
        if not self._album.has_room_for(NEGATIVES, negative):
            self._keep_picture(step)
            return
        self._album.add(negative)
        negatives = self._album.negatives
        if len(negatives) > NEGATIVES:
            oldest = self._afford(PICTURE, partial(self._developed, negatives[0]))
            if oldest is None:
                self._album.thin_out()
            else:
                self._album.add(oldest)

    def _keep_picture(self, step: Step) -> None:
        """Keep a snapshot of a step too large to be kept as it is; of the first one in any case."""
        snapshot = partial(self._snapshot, step)
        first = not self._album.pictures
        picture = snapshot() if first else self._afford(LARGE_PICTURE, snapshot)
        if picture is None:
            self._album.thin_out()
        else:
            self._album.add(picture)

    def _afford(self, work: Work, do: Callable[[], T]) -> T | None:
        """Do the work if what it took last fits its share of the time."""
        room = work.share * self._own - self._spent
        if self._costs.get(work, work.guess) > room:
            return None
        began = monotonic()
        done = do()
        self._costs[work] = monotonic() - began
        self._spent += self._costs[work]
        return done

    def _snapshot(self, step: Step) -> Snapshot:
        frame, coil = self._look(step)
        image, kspace = self._source.image_of(step), self._source.kspace_of(step, frame, coil)
        return Snapshot.of(step, image, kspace, frame, coil)

    def _measure(self, step: Step, names: tuple[str, ...]) -> dict[str, float]:
        return self._source.measure(self._source.image_of(step), names)

    def _look(self, step: Step) -> tuple[int, int]:
        frame, coil = self._view
        return min(frame, len(step.image) - 1), coil

    # In the window's thread ----------------------------------------------------------------

    @property
    def kept(self) -> list[int]:
        """Indices of the steps that can be shown again, the newest included."""
        newest = set() if self.last is None else {self.last.index}
        return sorted(newest.union(self._album.pictures))

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
            self._add(row.index, self._measure(step, missing))

    def fill_in(self) -> None:
        """Measure what was left out of the kept steps; for after the run, in any thread."""
        self.measure_newest()
        for index, kept in self._album.pictures.items():
            picture = self._developed(kept)
            self._album.add(picture)
            with self._lock:
                known = self._rows[index].scalars
            missing = tuple(name for name in _METRICS if name not in known)
            if missing:
                self._add(index, self._source.measure(picture.image_tensor(), missing))

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
        kept = self._album.get(nearest)
        if kept is None or (self.last is not None and nearest == self.last.index):
            return self.newest()
        frame, coil = self._view
        picture = self._developed(kept)
        kspace = picture.kspace_of(frame, coil)
        return self._shown(
            picture.index,
            picture.total,
            self._source.scale_image(picture.image_of(frame)),
            None if kspace is None else self._source.scale_kspace(kspace),
            live=False,
        )

    def _developed(self, kept: Kept) -> Snapshot:
        return self._snapshot(kept.step) if isinstance(kept, Negative) else kept

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
        return ShownStep(
            index,
            total,
            image,
            kspace,
            self._scalars_of(index),
            self._source.title,
            self._source.learned,
            live,
            deviation,
            run=self.number,
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
