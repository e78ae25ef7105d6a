"""What a mask is worth, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from ksyn_gui.facts import MaskChoice


@dataclass(frozen=True)
class MaskFacts:
    """Two numbers that everybody asks for."""

    acceleration: float
    """Samples of the grid per sample measured."""
    centre: tuple[int, int] | None
    """Rows and columns of the fully sampled centre; None without one."""

    @property
    def centre_words(self) -> str:
        """The centre as the window writes it."""
        if self.centre is None:
            return "not measured"
        ky, kx = self.centre
        return f"{ky} × {kx} (ky × kx)"


def facts_of(mask: MaskChoice) -> MaskFacts:
    """Return the numbers of a mask."""
    import torch  # late: the window shows before torch is read

    from ksyn.calibration import calibration_region
    from ksyn.data import Mask
    from ksyn.errors import ShapeError

    try:
        ky, kx = calibration_region(Mask(torch.from_numpy(mask.samples[:, None])))
    except ShapeError:
        return MaskFacts(mask.acceleration, None)
    return MaskFacts(mask.acceleration, (ky.stop - ky.start, kx.stop - kx.start))
