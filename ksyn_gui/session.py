"""The only mutable state of the window: what is loaded, chosen, running and kept.

Panels call its methods and listen to its signals; signals are facts and carry the new value.
Arrays leave as numpy (see `ksyn_gui.facts`), in the scan's units. Whatever takes time runs in a
thread; a newer request replaces an older one that has not been answered. torch is imported only by
`ksyn_gui.engine`, after the window is up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot

from ksyn.errors import KsynError, OptionError, ShapeError
from ksyn_gui import engine
from ksyn_gui.background import Background
from ksyn_gui.command import command_of
from ksyn_gui.facts import (
    Bits,
    Complex,
    Engine,
    MaskChoice,
    MethodFacts,
    PointSpread,
    RunState,
    ShownStep,
    StoredResult,
)
from ksyn_gui.recorder import Recorder
from ksyn_gui.runner import Runner

if TYPE_CHECKING:
    from ksyn.io.layout import Layout
    from ksyn.io.scan import Scan

AS_ACQUIRED, PAINTED, FROM_FILE = engine.AS_ACQUIRED, engine.PAINTED, engine.FROM_FILE
COMBINED = engine.COMBINED


class Session(QObject):
    """What is loaded, chosen, running and kept."""

    engine_changed = Signal(object)
    """Engine: what can be chosen here. Arrives a moment after `load_engine`."""

    scan_changed = Signal(object)
    """ksyn.io.Scan (``path, n_slices, n_frames, n_coils, matrix, voxel_size, header()``) or None.
    slice_changed, frame_changed and coil_changed follow it."""
    layout_needed = Signal(object, object)
    """Path and LayoutNeeded: ask for the axes, then call `open` again with the layout."""
    slice_changed = Signal(int)
    frame_changed = Signal(int)
    coil_changed = Signal(int)
    """Coil, or `COMBINED` for all together."""
    kspace_changed = Signal(object)
    """Measured k-space of the slice and frame, complex64 ``coil ky kx``, or None."""
    reference_changed = Signal(object)
    """Magnitude of the fully sampled image, float32 ``y x``; None without one."""

    peeked = Signal(object)
    """OtherSlice, after `peek`."""

    mask_changed = Signal(object)
    """MaskChoice or None."""
    zero_filled_changed = Signal(object)
    """Root sum of squares of the measured samples alone, float32 ``y x``, or None."""
    point_spread_changed = Signal(object)
    """PointSpread or None."""

    method_changed = Signal(str)
    options_changed = Signal(object)
    """Values that differ from the defaults, by name."""
    preparation_changed = Signal(object)
    """Values of `ksyn.recipe.Preparation` that differ from the defaults, by name."""
    device_changed = Signal(str)
    seed_changed = Signal(int)
    samples_changed = Signal(int)
    """Seeds to average over."""

    run_state_changed = Signal(object)
    """RunState."""
    stepped = Signal(object)
    """Progress of the run; steps may be left out between two signals, their numbers never."""
    kept_changed = Signal(object)
    """Indices of the steps that can be shown again (list of int, ascending)."""
    step_shown = Signal(object)
    """ShownStep, live or called back; None when there is nothing to show any more."""
    following_changed = Signal(bool)
    """Whether new steps are shown as they come (True), or the scrubber holds an older one."""

    results_changed = Signal(object)
    """List of StoredResult, oldest first."""
    saved = Signal(object)
    """Path of the file that was written."""

    busy_changed = Signal(str)
    """What is being done in the background ("Reading knee.h5 …"); empty when nothing is."""
    notice = Signal(str)
    """A sentence for the status bar."""
    error_raised = Signal(object)
    """Trouble."""

    def __init__(self, parent: QObject | None = None, *, kept_bytes: int = 512 * 2**20) -> None:
        super().__init__(parent)
        self._kept_bytes = kept_bytes
        self._engine: Engine | None = None
        self._opened: engine.Opened | None = None
        self._slice, self._frame, self._coil = 0, 0, COMBINED
        self._measured: engine.Measured | None = None
        self._mask: MaskChoice | None = None
        self._method = "cg-sense"
        self._options: dict[str, dict[str, Any]] = {}
        self._preparation: dict[str, Any] = {}
        self._device = "auto"
        self._seed, self._samples = 0, 1
        self._run_state = RunState.IDLE
        self._recorder: Recorder | None = None
        self._run: engine.GuiRun | None = None
        self._shown: ShownStep | None = None
        self._following = True
        self._results: list[StoredResult] = []
        self._files = Background("files", self, newest_wins=False)
        self._slices = Background("slices", self)
        self._peeks = Background("peeks", self)
        self._patterns = Background("patterns", self)
        self._previews = Background("previews", self)
        self._runner = Runner(self)
        self._runner.stepped.connect(self._take_step)
        self._runner.rested.connect(self._rest)
        self._runner.ended.connect(self._end_run)

    # What there is now ---------------------------------------------------------------------

    @property
    def engine(self) -> Engine | None:
        """What can be chosen here; None until the engine is loaded."""
        return self._engine

    @property
    def scan(self) -> Scan | None:
        """The open ksyn.io.Scan, or None."""
        return None if self._opened is None else self._opened.scan

    @property
    def slice(self) -> int:
        """Index of the shown slice."""
        return self._slice

    @property
    def frame(self) -> int:
        """Index of the shown frame."""
        return self._frame

    @property
    def coil(self) -> int:
        """Index of the shown coil, or `COMBINED`."""
        return self._coil

    @property
    def kspace(self) -> Complex | None:
        """Measured k-space of the slice and frame, ``coil ky kx``."""
        return None if self._measured is None else self._measured.frame(self._frame)

    @property
    def reference(self) -> np.ndarray[Any, np.dtype[np.float32]] | None:
        """Magnitude of the fully sampled image, ``y x``."""
        return None if self._measured is None else self._measured.reference_of(self._frame)

    @property
    def mask(self) -> MaskChoice | None:
        """Which samples count as measured."""
        return self._mask

    @property
    def method(self) -> str:
        """Name of the chosen method."""
        return self._method

    @property
    def options(self) -> Mapping[str, Any]:
        """Options of the chosen method that differ from the defaults."""
        return self._options.get(self._method, {})

    @property
    def preparation(self) -> Mapping[str, Any]:
        """What of the scan preparation differs from the defaults."""
        return self._preparation

    @property
    def device(self) -> str:
        """``auto``, ``cpu`` or ``cuda``."""
        return self._device

    @property
    def seed(self) -> int:
        """Seed of the next run."""
        return self._seed

    @property
    def samples(self) -> int:
        """Seeds that the next run averages over."""
        return self._samples

    @property
    def run_state(self) -> RunState:
        """What the reconstruction is doing."""
        return self._run_state

    @property
    def shown(self) -> ShownStep | None:
        """The step on the screen."""
        return self._shown

    @property
    def following(self) -> bool:
        """Whether new steps are shown as they come."""
        return self._following

    @property
    def kept(self) -> list[int]:
        """Indices of the steps that can be shown again."""
        return [] if self._recorder is None else self._recorder.kept

    @property
    def results(self) -> list[StoredResult]:
        """Finished runs, oldest first."""
        return list(self._results)

    # Opening -------------------------------------------------------------------------------

    def load_engine(self) -> None:
        """Import torch and list what can be chosen; `engine_changed` follows."""
        self._work(self._files, "Loading the engine …", engine.load, self._receive_engine)

    def open(self, path: Path | str, layout: Layout | None = None) -> None:
        """Open a scan (``"demo"`` is the built-in one); `scan_changed` or an error follows."""
        if self._refuse_while_running("open another scan"):
            return
        name = "the demo" if path == "demo" else Path(path).name
        self._work(
            self._files,
            f"Reading {name} …",
            lambda: engine.open_scan(path, layout),
            self._receive_scan,
            lambda error: self._ask_layout(path, error),
        )

    def set_slice(self, index: int) -> None:
        """Show another slice; limited to those there are."""
        index = _within(index, 0 if self.scan is None else self.scan.n_slices)
        if index == self._slice or self._refuse_while_running("change the slice"):
            return
        self._slice = index
        self.slice_changed.emit(index)
        self._forget_steps()
        self._read_slice()

    def peek(self, index: int) -> None:
        """Read another slice without going there; `peeked` or an error follows."""
        opened = self._opened
        if opened is not None:
            index, frame = _within(index, opened.scan.n_slices), self._frame
            self._work(self._peeks, "", lambda: engine.peek(opened, index, frame), self.peeked.emit)

    def set_frame(self, index: int) -> None:
        """Show another frame of the series; allowed while running."""
        index = _within(index, 0 if self.scan is None else self.scan.n_frames)
        if index == self._frame:
            return
        self._frame = index
        self.frame_changed.emit(index)
        self._emit_measured()
        self._preview()
        self._show_again()

    def set_coil(self, index: int) -> None:
        """Show another coil's k-space, or that of all with `COMBINED`; allowed while running."""
        index = COMBINED if index < 0 else _within(index, self.scan.n_coils if self.scan else 0)
        if index == self._coil:
            return
        self._coil = index
        self.coil_changed.emit(index)
        self._show_again()

    # Mask ----------------------------------------------------------------------------------

    def set_mask(self, samples: Bits) -> None:
        """Take a mask that was painted, bool ``ky kx`` or ``frame ky kx``."""
        frames = samples[None] if samples.ndim == 2 else samples
        self._set_mask(MaskChoice(np.ascontiguousarray(frames, dtype=bool), PAINTED))

    def restore_mask(self, mask: MaskChoice) -> None:
        """Take back a mask that was there before: this is how undo speaks."""
        self._set_mask(mask)

    def make_mask(self, name: str, options: Mapping[str, Any], seed: int = 0) -> None:
        """Draw a pattern of MASKS for the open scan; `mask_changed` or an error follows."""
        self._make_mask(name, options, seed, fail=self._raise)

    def _make_mask(
        self,
        name: str,
        options: Mapping[str, Any],
        seed: int,
        fail: Callable[[Exception], None],
    ) -> None:
        if self._measured is None:
            return
        matrix, options = self._measured.matrix, dict(options)
        self._work(
            self._patterns,
            "",
            lambda: engine.make_mask(name, options, seed, matrix),
            self._set_mask,
            fail,
        )

    def use_acquired_mask(self) -> None:
        """Count exactly those samples as measured that the scanner acquired."""
        if self._measured is not None:
            self._set_mask(MaskChoice(self._measured.acquired, AS_ACQUIRED))

    def load_mask(self, path: Path) -> None:
        """Read a mask (.npy, ``ky kx`` with 1 = measured); `mask_changed` or an error follows."""
        matrix = None if self._measured is None else self._measured.matrix
        self._work(
            self._files,
            f"Reading {path.name} …",
            lambda: engine.load_mask(path, matrix),
            self._set_mask,
        )

    def save_mask(self, path: Path) -> None:
        """Write the mask (.npy); `saved` or an error follows."""
        if self._mask is not None:
            mask = self._mask
            self._work(self._files, "", lambda: engine.save_mask(mask, path), self.saved.emit)

    # Method --------------------------------------------------------------------------------

    def set_method(self, name: str) -> None:
        """Choose the method of the next run."""
        if name == self._method:
            return
        self._method = name
        self.method_changed.emit(name)
        self.options_changed.emit(dict(self.options))

    def set_option(self, name: str, value: object) -> None:
        """Set one option of the chosen method."""
        self.set_options({**self.options, name: value})

    def set_options(self, values: Mapping[str, Any]) -> None:
        """Set all options of the chosen method; what is left out takes its default."""
        if dict(values) == dict(self.options):
            return
        self._options[self._method] = dict(values)
        self.options_changed.emit(dict(values))

    def set_preparation(self, values: Mapping[str, Any]) -> None:
        """Choose how coil maps are made; what is left out takes its default."""
        if dict(values) != self._preparation:
            self._preparation = dict(values)
            self.preparation_changed.emit(dict(values))

    def set_device(self, name: str) -> None:
        """Choose where the next run computes."""
        if name != self._device:
            self._device = name
            self.device_changed.emit(name)

    def set_seed(self, seed: int) -> None:
        """Choose the seed of the next run."""
        if seed != self._seed:
            self._seed = seed
            self.seed_changed.emit(seed)

    def set_samples(self, count: int) -> None:
        """Choose over how many seeds the next run averages."""
        if count != self._samples:
            self._samples = count
            self.samples_changed.emit(count)

    def method_facts(self) -> MethodFacts:
        """Return what is known of the chosen method.

        Raises:
            OptionError: The engine has none of that name (or is not loaded yet).
        """
        for facts in self._engine.methods if self._engine else ():
            if facts.name == self._method:
                return facts
        raise OptionError(f"There is no method called {self._method!r}.")

    # Run -----------------------------------------------------------------------------------

    def run(self, *, paused: bool = False) -> None:
        """Reconstruct what is on the screen; `paused` rests after the first step."""
        if self._run_state.active:
            return
        try:
            self._run = run = self.new_run()
        except KsynError as error:
            self._raise(error)
            return
        self._recorder = recorder = Recorder(run, self._kept_bytes)
        recorder.look_at(self._frame, self._coil)
        self._set_run_state(RunState.PREPARING)
        self._follow(at_newest=True)
        self.kept_changed.emit([])
        self._runner.start(lambda: recorder.watch(run.steps()), recorder.present, paused=paused)

    def new_run(self) -> engine.GuiRun:
        """Return the run of what is on the screen, not begun.

        Raises:
            OptionError: No scan is open, or an option is out of range.
        """
        if self._measured is None or self._mask is None or self._engine is None:
            raise OptionError("No scan is open yet.", hint="Open a scan, or the demo.")
        facts = self.method_facts()
        recipe = engine.recipe_of(
            self._measured,
            self._mask,
            self._method,
            self.options,
            self._preparation,
            self._seed,
            self._samples,
            self._device,
        )
        learned = facts.family != "classical"
        return engine.GuiRun(self._measured.opened, recipe, facts.title, learned=learned)

    def pause(self) -> None:
        """Rest after the step under way."""
        if self._run_state in (RunState.RUNNING, RunState.PREPARING):
            self._runner.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        if self._run_state is RunState.PAUSED:
            self._set_run_state(RunState.RUNNING)
            self._runner.resume()

    def pause_or_resume(self) -> None:
        """Do the one that makes sense."""
        if self._run_state is RunState.PAUSED:
            self.resume()
        else:
            self.pause()

    def step(self) -> None:
        """Make one step and rest; begins a run when there is none."""
        if self._run_state.active:
            self._runner.step()
        else:
            self.run(paused=True)

    def stop(self) -> None:
        """End the run after the step under way; what was reached is kept as a result."""
        if self._run_state.active:
            self._set_run_state(RunState.STOPPING)
            self._runner.stop()

    def show_step(self, index: int) -> None:
        """Show the kept step nearest to this index; allowed while running and after."""
        if self._recorder is not None:
            self._follow(at_newest=index >= max(self._recorder.kept, default=0))
            self._show(self._recorder.recall(index))

    def follow(self) -> None:
        """Go back from the scrubber to the newest step, and show new ones as they come."""
        self._follow(at_newest=True)
        if self._recorder is not None:
            self._show(self._recorder.newest())

    # Results -------------------------------------------------------------------------------

    def show_result(self, number: int) -> None:
        """Show a finished run."""
        result = self._result(number)
        image = result.image[min(self._frame, len(result.image) - 1)]
        self._show(
            ShownStep(0, 1, image, None, result.metrics, result.title, result.learned, live=False)
        )

    def remove_result(self, number: int) -> None:
        """Forget a finished run."""
        self._results = [result for result in self._results if result.number != number]
        self.results_changed.emit(self.results)

    def save_result(self, number: int, path: Path) -> None:
        """Write a result with its recipe beside it; `saved` or an error follows."""
        result = self._result(number)
        self._work(
            self._files,
            f"Writing {path.name} …",
            lambda: engine.save(result, path),
            self.saved.emit,
        )

    def command_of(self, number: int) -> str:
        """Return the ``ksyn recon`` command that repeats a run."""
        data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppDataLocation)
        return command_of(self._result(number).engine_result.recipe, Path(data) / "recipes")

    # End -----------------------------------------------------------------------------------

    def close(self, milliseconds: int = 3000) -> bool:
        """Stop every thread, and return whether all ended in time."""
        background = (self._files, self._slices, self._peeks, self._patterns, self._previews)
        threads = (self._runner, *background)
        ended = [thread.close(milliseconds) for thread in threads]
        return all(ended)

    # How it works --------------------------------------------------------------------------

    def _work(
        self,
        thread: Background,
        what: str,
        compute: Callable[[], Any],
        receive: Callable[[Any], None],
        fail: Callable[[Exception], None] | None = None,
    ) -> None:
        """Compute in a thread, and say so meanwhile."""

        def then(react: Callable[[Any], None]) -> Callable[[Any], None]:
            def finish(outcome: object) -> None:
                if what:
                    self.busy_changed.emit("")
                react(outcome)

            return finish

        if what:
            self.busy_changed.emit(what)
        thread.submit(compute, then(receive), then(fail or self._raise))

    def _receive_engine(self, found: Engine) -> None:
        self._engine = found
        self.engine_changed.emit(found)

    def _ask_layout(self, path: Path | str, error: Exception) -> None:
        if engine.is_layout_needed(error):
            self.layout_needed.emit(Path(path), error)
        else:
            self._raise(error)

    def _receive_scan(self, opened: engine.Opened) -> None:
        self._forget_steps()
        self._opened, self._measured, self._mask = opened, None, None
        scan = opened.scan
        self._slice, self._frame, self._coil = scan.n_slices // 2, 0, COMBINED
        self.scan_changed.emit(scan)
        self.slice_changed.emit(self._slice)
        self.frame_changed.emit(self._frame)
        self.coil_changed.emit(self._coil)
        self.mask_changed.emit(None)
        self._read_slice()

    def _read_slice(self) -> None:
        opened, index = self._opened, self._slice
        if opened is None:
            return
        self._work(
            self._slices,
            f"Reading slice {index + 1} …",
            lambda: engine.measure(opened, index),
            self._receive_measured,
        )

    def _receive_measured(self, measured: engine.Measured) -> None:
        self._measured = measured
        self._emit_measured()
        if self._mask is None or self._mask.kind == AS_ACQUIRED or not self._mask_fits():
            self._choose_first_mask(measured)
        else:
            self._preview()

    def _choose_first_mask(self, measured: engine.Measured) -> None:
        first = engine.first_mask(measured)
        if first is None:
            self.use_acquired_mask()
        else:  # a small scan may have no room for it
            self._make_mask(*first, fail=lambda _: self.use_acquired_mask())

    def _mask_fits(self) -> bool:
        return (
            self._mask is not None
            and self._measured is not None
            and self._mask.matrix == self._measured.matrix
            and len(self._mask.samples) in (1, self._measured.n_frames)
        )

    def _emit_measured(self) -> None:
        self.kspace_changed.emit(self.kspace)
        self.reference_changed.emit(self.reference)

    def _set_mask(self, mask: MaskChoice) -> None:
        mask = self._of_acquired(mask)
        old, self._mask = self._mask, mask
        if self._measured is not None and not self._mask_fits():
            self._mask = old
            self._raise(
                ShapeError(
                    f"The mask is {mask.matrix} (ky, kx) with {len(mask.samples)} frame(s); the "
                    f"scan is {self._measured.matrix} with {self._measured.n_frames}.",
                    hint="Draw the mask for this scan, or load one of the same matrix size.",
                )
            )
            return
        self.mask_changed.emit(mask)
        self._preview()

    def _of_acquired(self, mask: MaskChoice) -> MaskChoice:
        """Return the mask without samples that the scanner never acquired."""
        measured = self._measured
        if measured is None or mask.matrix != measured.matrix:
            return mask
        return replace(mask, samples=mask.samples & measured.acquired)

    def _preview(self) -> None:
        """Ask for the zero-filled image and the point spread of the mask."""
        if self._measured is None or self._mask is None:
            return
        measured, mask, frame = self._measured, self._mask, self._frame
        self._work(
            self._previews,
            "",
            lambda: engine.preview(measured, mask, frame),
            self._receive_preview,
        )

    def _receive_preview(self, preview: tuple[engine.Magnitude, PointSpread]) -> None:
        zero_filled, point_spread = preview
        if not self._run_state.active:
            self._show(None)  # what is on the screen was made with another mask
        self.zero_filled_changed.emit(zero_filled)
        self.point_spread_changed.emit(point_spread)

    @Slot()
    def _take_step(self) -> None:
        frame = self._runner.take()
        if not isinstance(frame, ShownStep) or self._recorder is None:
            return
        if self._run_state is RunState.PREPARING:
            self._set_run_state(RunState.RUNNING)
        self.stepped.emit(self._recorder.progress())
        self.kept_changed.emit(self._recorder.kept)
        if self._following:
            self._show(frame)

    @Slot()
    def _rest(self) -> None:
        if self._run_state in (RunState.RUNNING, RunState.PREPARING):
            self._set_run_state(RunState.PAUSED)
            recorder = self._recorder
            if recorder is not None:
                measure = recorder.measure_newest
                self._work(self._files, "", measure, lambda _: self._show_measured(recorder))

    def _show_measured(self, recorder: Recorder) -> None:
        """Show the step that the run rests at with its own metrics, not those of an earlier one."""
        if self._run_state is RunState.PAUSED and self._recorder is recorder:
            self.stepped.emit(recorder.progress())
            if self._following:
                self._show(recorder.newest())

    @Slot(object)
    def _end_run(self, error: Exception | None) -> None:
        run, recorder = self._run, self._recorder
        stopped = self._run_state is RunState.STOPPING
        self._set_run_state(RunState.IDLE)
        if error is not None:
            self._raise(error)
        if run is None or recorder is None or recorder.last is None:
            return
        self._work(
            self._files,
            "Measuring the result …",
            lambda: _finished(run, recorder),
            lambda result: self._store(
                replace(result, stopped=stopped or error is not None), recorder
            ),
        )

    def _store(self, result: StoredResult, recorder: Recorder) -> None:
        recorder.add_scalars(result.metrics)
        if recorder is self._recorder:
            self.stepped.emit(recorder.progress())
            if self._shown is not None and self._following:
                self._show(recorder.newest())
        number = 1 + max((result.number for result in self._results), default=0)
        self._results.append(replace(result, number=number))
        self.results_changed.emit(self.results)

    def _result(self, number: int) -> StoredResult:
        for result in self._results:
            if result.number == number:
                return result
        raise OptionError(f"There is no result {number}.")

    def _follow(self, *, at_newest: bool) -> None:
        if at_newest is not self._following:
            self._following = at_newest
            self.following_changed.emit(at_newest)

    def _show(self, step: ShownStep | None) -> None:
        self._shown = step
        self.step_shown.emit(step)

    def _show_again(self) -> None:
        """Show the same step of another frame or coil."""
        if self._recorder is None or self._shown is None:
            return
        self._recorder.look_at(self._frame, self._coil)
        self._show(self._recorder.recall(self._shown.index))

    def _forget_steps(self) -> None:
        self._recorder = self._run = None
        self._show(None)
        self.kept_changed.emit([])

    def _set_run_state(self, state: RunState) -> None:
        if state is not self._run_state:
            self._run_state = state
            self.run_state_changed.emit(state)

    def _refuse_while_running(self, what: str) -> bool:
        if self._run_state.active:
            self.notice.emit(f"Stop the run to {what}.")
        return self._run_state.active

    def _raise(self, error: Exception) -> None:
        self.error_raised.emit(engine.trouble_of(error))


def _within(index: int, count: int) -> int:
    return max(0, min(index, count - 1))


def _finished(run: engine.GuiRun, recorder: Recorder) -> StoredResult:
    """Return the result of a run, its curves completed; for a worker thread."""
    recorder.fill_in()
    return engine.finish(run)
