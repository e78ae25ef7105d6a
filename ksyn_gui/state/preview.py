"""What the mask leaves of the scan: the zero-filled image and the point spread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from ksyn_gui.engine import masks, scans
from ksyn_gui.facts import Complex, MaskChoice, PointSpread
from ksyn_gui.state.sampling import Sampling
from ksyn_gui.state.study import Study
from ksyn_gui.state.work import Work


class Preview(QObject):
    """Follows the mask and the place in the scan."""

    zero_filled_changed = Signal(object)
    """Root sum of squares of the measured samples alone, float32 ``y x``, or None."""
    point_spread_changed = Signal(object)
    """PointSpread or None."""
    mask_replaced = Signal()
    """The next preview belongs to another mask than what was shown until now."""

    def __init__(
        self, study: Study, sampling: Sampling, work: Work, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._study, self._sampling, self._work = study, sampling, work
        self._previewed: MaskChoice | None = None
        sampling.settled.connect(lambda _: self._ask())
        study.frame_changed.connect(lambda _: self._ask())
        study.kspace_changed.connect(self._follow)

    def _ask(self) -> None:
        measured, mask = self._study.measured, self._sampling.mask
        if measured is not None and mask is not None:
            compute = partial(masks.preview, measured, mask, self._study.frame)
            self._work.do(self._work.previews, compute, partial(self._receive, mask))

    def _follow(self, kspace: Complex | None) -> None:
        if kspace is None:
            self.zero_filled_changed.emit(None)
            self.point_spread_changed.emit(None)

    def _receive(self, mask: MaskChoice, preview: tuple[scans.Magnitude, PointSpread]) -> None:
        if self._study.measured is None:  # it could not be read; this is of the one before
            return
        if mask is not self._previewed:
            self._previewed = mask
            self.mask_replaced.emit()
        zero_filled, point_spread = preview
        self.zero_filled_changed.emit(zero_filled)
        self.point_spread_changed.emit(point_spread)
