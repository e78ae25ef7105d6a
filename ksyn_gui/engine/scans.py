"""Scans as the window sees them: opened by their header, read slice by slice."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ksyn_gui.facts import Bits, Complex, OtherSlice
from ksyn_gui.problems import Problems

if TYPE_CHECKING:
    from ksyn.data import KSpace
    from ksyn.io.layout import Layout
    from ksyn.io.scan import Scan
    from ksyn.recipe import Input

DEMO = "demo"
"""Stands for the path of the built-in scan."""
COMBINED = -1
"""Stands for the index of a coil: the root sum of squares of all."""
Magnitude = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Opened:
    """A scan, and how a recipe names it."""

    scan: Scan
    source: Input
    problems: Problems = field(default_factory=Problems)
    """What its runs share."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One slice of a scan, read into memory."""

    opened: Opened
    slice: int
    kspace: KSpace
    acquired: Bits
    """``frame ky kx``: the samples the scanner acquired."""
    fully_sampled: bool
    reference: Magnitude | None
    """``frame y x``; None when the scan is undersampled."""

    @property
    def matrix(self) -> tuple[int, int]:
        """Samples along ky and kx."""
        return self.kspace.matrix

    @property
    def n_frames(self) -> int:
        """Frames of the series."""
        return self.kspace.n_frames

    def frame(self, index: int) -> Complex:
        """Return the k-space of one frame, ``coil ky kx``."""
        samples: Complex = self.kspace.samples[index].numpy()
        return samples

    def reference_of(self, frame: int) -> Magnitude | None:
        """Return the reference of one frame, ``y x``."""
        return None if self.reference is None else self.reference[frame]


def open_scan(path: Path | str, layout: Layout | None = None) -> Opened:
    """Open a scan; only its header is read."""
    from ksyn.io.layout import Layout
    from ksyn.pipeline import open_input
    from ksyn.recipe import DEMO as BUILT_IN
    from ksyn.recipe import Input

    said = layout or Layout()
    where = BUILT_IN if path == DEMO else str(Path(path).absolute())
    source = Input(path=where, key=said.key, axes=said.words or None, domain=said.domain)
    return Opened(open_input(source), source)


def is_layout_needed(error: Exception) -> bool:
    """Return whether a file could not be opened because nobody said which axis is which."""
    from ksyn.io.layout import LayoutNeeded

    return isinstance(error, LayoutNeeded)


def measure(opened: Opened, index: int) -> Measured:
    """Read one slice.

    Raises:
        SliceError: It is damaged; the message counts slices as the window does, from 1.
    """
    from ksyn.io.scan import SliceError

    try:
        return _measured(opened, index)
    except SliceError as error:
        raise error.counted_from(1) from None


def _measured(opened: Opened, index: int) -> Measured:
    scan = opened.scan
    reference = scan.reference(index)
    return Measured(
        opened=opened,
        slice=index,
        kspace=scan.kspace(index),
        acquired=scan.mask(index).samples[:, 0].numpy(),
        fully_sampled=scan.fully_sampled(index),
        reference=None if reference is None else reference.numpy(),
    )


def peek(opened: Opened, index: int, frame: int) -> OtherSlice:
    """Read one slice to look at."""
    measured = measure(opened, index)
    frame = min(frame, measured.n_frames - 1)
    return OtherSlice(index, measured.frame(frame), measured.reference_of(frame))
