"""What a mask is worth, in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from ksyn_gui.facts import MaskChoice


@dataclass(frozen=True)
class MaskFacts:
    """Numbers that everybody asks for."""

    matrix: tuple[int, int]
    """Rows and columns of the grid."""
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

    def remark(self, acs_lines: int | None) -> str:
        """Return why the centre is not as wide as was asked for; empty where it is."""
        sides = zip(self.centre or (), self.matrix, strict=False)
        width = min((side for side, whole in sides if side < whole), default=0)
        if not width or not acs_lines:
            return ""
        if width > acs_lines:
            more = width - acs_lines
            return f"{acs_lines} ACS lines asked for; {more} more beside them."
        if width < acs_lines:
            return f"{acs_lines} ACS lines asked for; only {width} were acquired."
        return ""


def facts_of(mask: MaskChoice) -> MaskFacts:
    """Return the numbers of a mask."""
    import torch  # late: the window shows before torch is read

    from ksyn.calibration import calibration_region
    from ksyn.data import Mask
    from ksyn.errors import ShapeError

    try:
        ky, kx = calibration_region(Mask(torch.from_numpy(mask.samples[:, None])))
    except ShapeError:
        return MaskFacts(mask.matrix, mask.acceleration, None)
    return MaskFacts(mask.matrix, mask.acceleration, (ky.stop - ky.start, kx.stop - kx.start))
