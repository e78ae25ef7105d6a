"""The built-in scan: made up, so that nothing needs a download and nobody's head is shown."""

from __future__ import annotations

from pathlib import Path

from ksyn.io.layout import Layout
from ksyn.io.probe import Probe
from ksyn.io.reader import Reader
from ksyn.io.sampling import measured_mask
from ksyn.io.scan import Acquired, Scan


class DemoScan(Scan):
    """The made-up head of `ksyn.phantoms`, as if it had been read from a file."""

    def __init__(self) -> None:
        from ksyn.phantoms import demo_kspace  # late: takes a moment to make

        super().__init__(Path("demo"), READER.name)
        self._kspace = demo_kspace()
        self.n_slices = 1
        self.n_frames = self._kspace.n_frames
        self.n_coils = self._kspace.n_coils
        self.matrix = self._kspace.matrix
        self.measured_size = self._kspace.voxel_size

    @property
    def title(self) -> str:
        """What the window's title bar calls it."""
        return "Built-in demo"

    def read_slice(self, index: int) -> Acquired:  # noqa: ARG002 - there is only one
        """Return the slice."""
        return Acquired(self._kspace, measured_mask(self._kspace.samples))

    def facts(self) -> list[tuple[str, str]]:
        """Say that it is made up."""
        return [("Origin", "made up: a head phantom, simulated coils and noise")]


def _open(probe: Probe, layout: Layout | None = None) -> DemoScan:  # noqa: ARG001
    return DemoScan()


def _never(probe: Probe) -> bool:  # noqa: ARG001 - opened by its name only
    return False


READER = Reader("demo", "Built-in demo", (), _never, _open, takes_layout=False)
