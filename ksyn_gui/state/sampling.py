"""Which samples count as measured: drawn by a pattern, painted, read, or as acquired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from ksyn.errors import ShapeError
from ksyn_gui.engine import masks, scans
from ksyn_gui.facts import Bits, MaskChoice
from ksyn_gui.state.news import News
from ksyn_gui.state.study import Study
from ksyn_gui.state.work import Work


class Sampling(QObject):
    """The mask; it always fits the open scan."""

    mask_changed = Signal(object)
    """MaskChoice or None."""
    refused = Signal(object)
    """MaskChoice or None: it stays, as what was asked for cannot be drawn."""
    settled = Signal(object)
    """MaskChoice: it is the one for the slice in memory, whether it changed or was kept."""

    def __init__(self, study: Study, work: Work, news: News, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._study, self._work, self._news = study, work, news
        self._mask: MaskChoice | None = None
        study.scan_changed.connect(lambda _: self._forget())
        study.measured_changed.connect(self._keep_or_choose)

    @property
    def mask(self) -> MaskChoice | None:
        """Which samples count as measured."""
        return self._mask

    def set_mask(self, samples: Bits) -> None:
        """Take a mask that was painted, bool ``ky kx`` or ``frame ky kx``."""
        frames = samples[None] if samples.ndim == 2 else samples
        self._set(MaskChoice(np.ascontiguousarray(frames, dtype=bool), masks.PAINTED))

    def restore(self, mask: MaskChoice) -> None:
        """Take back a mask that was there before: this is how undo speaks."""
        self._set(mask)

    def draw(self, name: str, options: Mapping[str, Any], seed: int = 0) -> None:
        """Draw a pattern of MASKS for the open scan; `mask_changed`, or an error and `refused`."""
        self._draw(name, options, seed, fail=self._refuse)

    def use_acquired(self) -> None:
        """Count exactly those samples as measured that the scanner acquired."""
        if self._study.measured is not None:
            self._set(MaskChoice(self._study.measured.acquired, masks.AS_ACQUIRED))

    def load(self, path: Path) -> None:
        """Read a mask (.npy, ``ky kx`` with 1 = measured); `mask_changed` or an error follows."""
        measured = self._study.measured
        matrix = None if measured is None else measured.matrix
        self._work.do(
            self._work.files,
            lambda: masks.load_mask(path, matrix),
            self._set,
            what=f"Reading {path.name} …",
        )

    def save(self, path: Path) -> None:
        """Write the mask (.npy); `News.saved` or an error follows."""
        mask = self._mask
        if mask is not None:
            write = partial(masks.save_mask, mask, path)
            self._work.do(self._work.files, write, self._news.saved.emit)

    def _draw(
        self,
        name: str,
        options: Mapping[str, Any],
        seed: int,
        fail: Callable[[Exception], None],
    ) -> None:
        measured = self._study.measured
        if measured is not None:
            draw = partial(masks.make_mask, name, dict(options), seed, measured.matrix)
            self._work.do(self._work.patterns, draw, self._set, fail=fail)

    def _refuse(self, error: Exception) -> None:
        """Keep the mask there is, and say why."""
        self._news.raise_error(error)
        self.refused.emit(self._mask)

    def _forget(self) -> None:
        self._mask = None
        self.mask_changed.emit(None)

    def _keep_or_choose(self, measured: scans.Measured) -> None:
        """Keep the mask from slice to slice; begin with one that suits the scan."""
        mask = self._mask
        if mask is None or mask.kind == masks.AS_ACQUIRED or not _fits(mask, measured):
            self._choose_first(measured)
        else:
            self.settled.emit(mask)

    def _choose_first(self, measured: scans.Measured) -> None:
        first = masks.first_mask(measured)
        if first is None:
            self.use_acquired()
        else:  # a small scan may have no room for it
            self._draw(*first, fail=lambda _: self.use_acquired())

    def _set(self, mask: MaskChoice) -> None:
        measured = self._study.measured
        if measured is not None:
            mask = _of_acquired(mask, measured)
            if not _fits(mask, measured):
                self._news.raise_error(_misfit(mask, measured))
                return
        self._mask = mask
        self.mask_changed.emit(mask)
        self.settled.emit(mask)


def _of_acquired(mask: MaskChoice, measured: scans.Measured) -> MaskChoice:
    """Return the mask without samples that the scanner never acquired."""
    if mask.matrix != measured.matrix:
        return mask
    return replace(mask, samples=mask.samples & measured.acquired)


def _fits(mask: MaskChoice, measured: scans.Measured) -> bool:
    return mask.matrix == measured.matrix and len(mask.samples) in (1, measured.n_frames)


def _misfit(mask: MaskChoice, measured: scans.Measured) -> ShapeError:
    return ShapeError(
        f"The mask is {mask.matrix} (ky, kx) with {len(mask.samples)} frame(s); the "
        f"scan is {measured.matrix} with {measured.n_frames}.",
        hint="Draw the mask for this scan, or load one of the same matrix size.",
    )
