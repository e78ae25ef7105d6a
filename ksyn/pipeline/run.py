"""A recipe, run: open its scan, draw its mask, prepare, stream, finish."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ksyn.data import KSpace, Mask, Step
from ksyn.device import device_of
from ksyn.errors import OptionError, ShapeError
from ksyn.io import open_scan
from ksyn.io.layout import Layout
from ksyn.io.scan import Scan
from ksyn.masks.files import load_mask
from ksyn.pipeline.prepare import Prepared, prepare
from ksyn.pipeline.result import Result, finish
from ksyn.pipeline.samples import Sample
from ksyn.pipeline.stamp import check_stamp
from ksyn.pipeline.stream import stream
from ksyn.recipe import DrawnMask, FileMask, Input, MaskChoice, PatternMask, Recipe


class Run:
    """The steps of one reconstruction: iterate once, then ask for the result.

    Args:
        prepared: The problem.
        recipe: Its method, seed and number of samples are used; the rest is for the result.
    """

    def __init__(self, prepared: Prepared, recipe: Recipe) -> None:
        self.prepared = prepared
        self.recipe = recipe
        self.last: Step | None = None
        """The newest step."""
        self._seconds = self._seconds_first = prepared.seconds

    def __iter__(self) -> Iterator[Step]:
        """Yield the steps; the time the consumer takes between them is not counted."""
        recipe = self.recipe
        steps = stream(self.prepared, recipe.method.method(), recipe.seed, recipe.samples)
        while self.last is None or self.last.index + 1 != recipe.stop_after:
            started = time.perf_counter()
            step = next(steps, None)
            self._seconds += time.perf_counter() - started
            if step is None:
                return
            if self.last is None:
                self._seconds_first = self._seconds
            self.last = step
            yield step

    def result(self) -> Result:
        """Return what has been reached, also before the last step; its recipe says after which.

        Of a `Sample` it is the result of that seed alone, and so is its recipe.

        Raises:
            ShapeError: There is no step yet.
        """
        if self.last is None:
            raise ShapeError("There is no result yet.", hint="Let the first step finish.")
        done = self.last.index + 1
        recipe = self.recipe.with_(stop_after=done if done < self.last.total else None)
        if isinstance(self.last, Sample):
            recipe = recipe.with_(seed=self.last.seed, samples=1, stop_after=None)
        seconds, first = self._seconds, self._seconds_first
        return finish(self.prepared, self.last, recipe, seconds=seconds, seconds_first_step=first)


def run(
    recipe: Recipe,
    scan: Scan | None = None,
    make: Callable[[Scan, Recipe], Prepared] | None = None,
) -> Run:
    """Return the steps of a recipe; the scan is read and the maps are estimated at once.

    Args:
        recipe: What to do. Files and weights whose hash it holds are checked.
        scan: The recipe's scan, where it is open already.
        make: Another way to come by the problem that `prepare_slice` would make.
    """
    make = make or prepare_slice
    check_stamp(recipe)
    recipe.method.method()  # a wrong option is told before the maps are estimated
    if scan is not None:
        return Run(make(scan, recipe), recipe)
    with open_input(recipe.input) as opened:
        return Run(make(opened, recipe), recipe)


def open_input(source: Input) -> Scan:
    """Open the scan of a recipe."""
    return open_scan(source.path, Layout.parse(source.key, source.axes, source.domain))


def prepare_slice(scan: Scan, recipe: Recipe) -> Prepared:
    """Return the problem of the recipe's slice, frame and mask.

    Raises:
        OptionError: There is no such slice or frame.
    """
    kspace = scan.kspace(recipe.slice)
    frames = _frames(kspace, recipe.frame)
    reference = scan.reference(recipe.slice)
    mask = draw_mask(recipe.mask, scan, recipe.slice)
    return prepare(
        kspace.with_samples(kspace.samples[frames]),
        Mask(mask.samples[frames]) if mask.samples.shape[0] > 1 else mask,
        recipe.preparation,
        device_of(recipe.device),
        reference=None if reference is None else reference[frames],
        noise_covariance=scan.noise_covariance(),
    )


def draw_mask(choice: MaskChoice, scan: Scan, slice: int = 0) -> Mask:  # noqa: A002 - users' word
    """Return the samples of a slice that a mask chooses, of those that were measured.

    Raises:
        ShapeError: The mask is of another matrix.
    """
    acquired = scan.mask(slice)
    chosen = _chosen(choice, acquired)
    frames = {chosen.samples.shape[0], acquired.samples.shape[0]} - {1}
    if chosen.matrix != acquired.matrix or len(frames) > 1:
        raise ShapeError(
            f"The mask is {_size(chosen)} (frame, ky, kx), the scan {_size(acquired)}.",
            hint="Draw the mask for this scan, or load one of the same matrix size.",
        )
    return Mask(chosen.samples & acquired.samples)


def _chosen(choice: MaskChoice, acquired: Mask) -> Mask:
    if isinstance(choice, PatternMask):
        return choice.draw(acquired.matrix)
    if isinstance(choice, FileMask):
        return load_mask(Path(choice.path), acquired.matrix)
    return choice.mask() if isinstance(choice, DrawnMask) else acquired


def _size(mask: Mask) -> tuple[int, int, int]:
    return (mask.samples.shape[0], *mask.matrix)


def _frames(kspace: KSpace, frame: int | None) -> slice:
    if frame is None:
        return slice(None)
    if frame >= kspace.n_frames:
        raise OptionError(
            f"There is no frame {frame}: the scan has {kspace.n_frames}.",
            hint=f"Choose a frame from 0 to {kspace.n_frames - 1}.",
        )
    return slice(frame, frame + 1)
