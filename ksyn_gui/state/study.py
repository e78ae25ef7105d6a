"""Which scan is open, and which of its slices, frames and coils is looked at."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from ksyn_gui.engine import scans
from ksyn_gui.engine.scans import COMBINED
from ksyn_gui.facts import Complex
from ksyn_gui.state.news import News
from ksyn_gui.state.work import Work

if TYPE_CHECKING:
    from ksyn.io.layout import Layout
    from ksyn.io.scan import Scan


class Study(QObject):
    """The open scan and the place in it."""

    scan_changed = Signal(object)
    """ksyn.io.Scan (``path, n_slices, n_frames, n_coils, matrix, voxel_size, header()``).
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
    measured_changed = Signal(object)
    """`scans.Measured`: another slice is in memory; k-space and reference were sent before."""
    moved = Signal()
    """Another frame or coil of the same slice is looked at; its k-space was sent before."""
    peeked = Signal(object)
    """OtherSlice, after `peek`."""

    def __init__(self, work: Work, news: News, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work, self._news = work, news
        self._opened: scans.Opened | None = None
        self._measured: scans.Measured | None = None
        self._slice, self._frame, self._coil = 0, 0, COMBINED
        self._locked = False

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
    def measured(self) -> scans.Measured | None:
        """The shown slice, all frames; None until it is read."""
        return self._measured

    @property
    def kspace(self) -> Complex | None:
        """Measured k-space of the slice and frame, ``coil ky kx``."""
        return None if self._measured is None else self._measured.frame(self._frame)

    @property
    def reference(self) -> np.ndarray[Any, np.dtype[np.float32]] | None:
        """Magnitude of the fully sampled image, ``y x``."""
        return None if self._measured is None else self._measured.reference_of(self._frame)

    @property
    def locked(self) -> bool:
        """Whether this scan and slice are being reconstructed, and stay."""
        return self._locked

    def lock(self, locked: bool) -> None:
        """Stay at this scan and slice, while they are being reconstructed."""
        self._locked = locked

    def open(self, path: Path | str, layout: Layout | None = None) -> None:
        """Open a scan (``"demo"`` is the built-in one); `scan_changed` or an error follows."""
        if self._refuse("open another scan"):
            return
        name = "the demo" if path == scans.DEMO else Path(path).name
        self._work.do(
            self._work.files,
            lambda: scans.open_scan(path, layout),
            self._receive_scan,
            fail=lambda error: self._ask_layout(path, error),
            what=f"Reading {name} …",
        )

    def set_slice(self, index: int) -> None:
        """Show another slice; limited to those there are."""
        index = _within(index, 0 if self.scan is None else self.scan.n_slices)
        if index == self._slice or self._refuse("change the slice"):
            return
        self._slice = index
        self.slice_changed.emit(index)
        self._read_slice()

    def set_frame(self, index: int) -> None:
        """Show another frame of the series; allowed while running."""
        index = _within(index, 0 if self.scan is None else self.scan.n_frames)
        if index == self._frame:
            return
        self._frame = index
        self.frame_changed.emit(index)
        self._emit_measured()
        self.moved.emit()

    def set_coil(self, index: int) -> None:
        """Show another coil's k-space, or that of all with `COMBINED`; allowed while running."""
        index = COMBINED if index < 0 else _within(index, self.scan.n_coils if self.scan else 0)
        if index == self._coil:
            return
        self._coil = index
        self.coil_changed.emit(index)
        self.moved.emit()

    def peek(self, index: int) -> None:
        """Read another slice without going there; `peeked` or an error follows."""
        opened, frame = self._opened, self._frame
        if opened is not None:
            index = _within(index, opened.scan.n_slices)
            read = partial(scans.peek, opened, index, frame)
            self._work.do(self._work.peeks, read, self.peeked.emit)

    def _refuse(self, what: str) -> bool:
        if self._locked:
            self._news.notice.emit(f"Stop the run to {what}.")
        return self._locked

    def _ask_layout(self, path: Path | str, error: Exception) -> None:
        if scans.is_layout_needed(error):
            self.layout_needed.emit(Path(path), error)
        else:
            self._news.raise_error(error)

    def _receive_scan(self, opened: scans.Opened) -> None:
        if self._refuse("open another scan"):  # it was begun while the file was being read
            opened.scan.close()
            return
        self._opened, self._measured = opened, None
        self._slice, self._frame, self._coil = opened.scan.n_slices // 2, 0, COMBINED
        self.scan_changed.emit(opened.scan)
        self.slice_changed.emit(self._slice)
        self.frame_changed.emit(self._frame)
        self.coil_changed.emit(self._coil)
        self._read_slice()

    def _read_slice(self) -> None:
        opened, index = self._opened, self._slice
        if opened is None:
            return
        self._work.do(
            self._work.slices,
            lambda: scans.measure(opened, index),
            self._receive_measured,
            fail=self._lose_slice,
            what=f"Reading slice {index + 1} …",
        )

    def _receive_measured(self, measured: scans.Measured) -> None:
        self._measured = measured
        self._emit_measured()
        self.measured_changed.emit(measured)

    def _lose_slice(self, error: Exception) -> None:
        """Show nothing: what was read before is another slice, or another scan."""
        self._news.raise_error(error)
        self._measured = None
        self._emit_measured()

    def _emit_measured(self) -> None:
        self.kspace_changed.emit(self.kspace)
        self.reference_changed.emit(self.reference)


def _within(index: int, count: int) -> int:
    return max(0, min(index, count - 1))
