"""The window's door to `ksyn`: plain functions for worker threads, numpy out.

The engine (and with it torch) is imported inside the functions, so that the window can show
before torch is read from the disk.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import DeviceError, KsynError
from ksyn_gui.facts import (
    Bits,
    Complex,
    Engine,
    MaskChoice,
    MethodFacts,
    PatternFacts,
    Trouble,
)

if TYPE_CHECKING:
    from ksyn.data import KSpace
    from ksyn.io import Layout, Scan


@dataclass(frozen=True, eq=False)
class Measured:
    """One slice of a scan, read into memory."""

    scan: Any
    slice: int
    kspace: KSpace
    acquired: Bits
    """``frame ky kx``: the samples the scanner acquired."""
    fully_sampled: bool
    reference: NDArray[np.float32] | None
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

    def reference_of(self, frame: int) -> NDArray[np.float32] | None:
        """Return the reference of one frame, ``y x``."""
        return None if self.reference is None else self.reference[frame]


def load() -> Engine:
    """Import the engine and list what can be chosen."""
    import torch

    from ksyn.masks import MASKS
    from ksyn.methods import METHODS
    from ksyn.options import options_of

    devices = [("auto", "Automatic"), ("cpu", "CPU")]
    if torch.cuda.is_available():
        devices.append(("cuda", torch.cuda.get_device_name()))
    return Engine(
        methods=[
            MethodFacts(m.name, m.title, m.family, m.when, m.unavailable(), options_of(m))
            for m in METHODS
        ],
        patterns=[PatternFacts(m.name, m.title, m.when, options_of(m)) for m in MASKS],
        devices=devices,
        read_filter="",
        write_filter="",
    )


def open_scan(path: Path | str, layout: Layout | None = None) -> Scan:
    """Open a scan; only its header is read."""
    from ksyn import io

    return io.open_scan(path, layout)


def is_layout_needed(error: Exception) -> bool:
    """Return whether a file could not be opened because nobody said which axis is which."""
    return type(error).__name__ == "LayoutNeeded"


def measure(scan: Scan, index: int) -> Measured:
    """Read one slice."""
    full = scan.fully_sampled(index)
    return Measured(
        scan=scan,
        slice=index,
        kspace=scan.kspace(index),
        acquired=scan.mask(index).samples[:, 0].numpy(),
        fully_sampled=full,
        reference=scan.reference(index).numpy() if full else None,
    )


def make_mask(
    name: str, options: Mapping[str, Any], seed: int, matrix: tuple[int, int], n_frames: int
) -> MaskChoice:
    """Draw a sampling pattern."""
    import torch

    from ksyn.masks import MASKS

    rng = torch.Generator().manual_seed(seed)
    mask = MASKS.get(name).of(options).draw((n_frames, *matrix), rng)
    return MaskChoice(mask.samples[:, 0].numpy(), name, dict(options), seed)


def trouble_of(error: Exception) -> Trouble:
    """Return what to tell the user of an exception; a report where it is a bug."""
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        error = DeviceError(
            f"There is not enough memory: {error}".strip(),
            hint="Choose a smaller network or scan, another device, or close other programs.",
        ).with_traceback(error.__traceback__)
    if isinstance(error, KsynError):
        return Trouble(error.message, error.hint)
    return Trouble(
        f"{type(error).__name__}: {error}",
        "This should not have happened. Your scan and results are still here.",
        "".join(traceback.format_exception(error)),
    )
