"""Which measured samples lie around each missing one: the same few patterns, over and over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import torch
from jaxtyping import Bool, Complex, Int
from torch import Tensor

from ksyn.calibration import calibration_region, outer_acceleration
from ksyn.data import Mask
from ksyn.errors import ShapeError

Window = tuple[int, int]
"""Height and width of a neighbourhood [samples], both odd."""
Piece = tuple[int, Tensor]
"""A pattern's number, and missing samples that have it around them."""

_ELEMENTS = 2**22
"""Numbers in the largest array that a group is filled with."""
_MOST_PATTERNS = 2**16
_BEYOND = 4
"""Spacing that counts where nothing is measured outside the centre: how far to go beyond it."""
_LEAST = 2
"""Samples each way that a centre has to hold, where the spacing asks for so many."""


@dataclass(frozen=True, eq=False)
class Group:
    """Missing samples with what is measured around them, as many as are filled at once."""

    window: Window
    patterns: Bool[Tensor, "pattern tap"]
    """Which samples of the window are measured, row by row."""
    members: Int[Tensor, "pattern member"]
    """Flat positions ``frame ky kx``; a row that is shorter repeats its first."""

    def sources(self) -> tuple[Int[Tensor, "pattern source"], Bool[Tensor, "pattern source"]]:
        """Return the measured taps of each pattern, padded with some that are not, and which."""
        n_sources = int(self.patterns.sum(dim=1).max())
        order = self.patterns.byte().argsort(dim=1, descending=True, stable=True)
        taps = order[:, :n_sources]
        return taps, self.patterns.gather(1, taps)

    def around(
        self, kspace: Complex[Tensor, "frame coil ky kx"], taps: Int[Tensor, "pattern source"]
    ) -> Complex[Tensor, "pattern member source coil"]:
        """Return the samples at these taps of each member's window; edges wrap."""
        _, _, n_ky, n_kx = kspace.shape
        frame, ky, kx = torch.unravel_index(self.members, (len(kspace), n_ky, n_kx))
        height, width = self.window
        y = ky[..., None] + (taps // width - height // 2)[:, None]
        x = kx[..., None] + (taps % width - width // 2)[:, None]
        return kspace.movedim(1, -1)[frame[..., None], y % n_ky, x % n_kx]


def window_for(mask: Mask, lines: int, readout: int) -> Window:
    """Return the window that spans so many measured lines.

    An axis along which nothing is left out takes `readout` samples. The others share the
    acceleration outside the calibration centre and take `lines` times their spacing; two thirds
    of the centre at most, so that it holds enough windows to learn from. Where nothing is measured
    out there, windows reach three samples beyond the centre with two lines, and seven with four.
    """
    centre = calibration_region(mask)
    incomplete = [bool((mask.samples != mask.samples.narrow(a, 0, 1)).any()) for a in (-2, -1)]
    outer = outer_acceleration(mask)
    spacing = round(outer ** (1 / max(sum(incomplete), 1))) if isfinite(outer) else _BEYOND
    sides = []
    for axis, undersampled in zip(centre, incomplete, strict=True):
        room = axis.stop - axis.start
        wanted = (lines * spacing - 1) // 2 if undersampled else readout // 2
        most = (room * 2 // 3 - 1) // 2 if undersampled else (room - 1) // 2
        # Below half of the spacing there are samples that see no measured one; a small centre has
        # to leave them empty.
        least = min(max(spacing // 2, 1), max(most, _LEAST)) if undersampled else 0
        sides.append(2 * max(min(wanted, most), least) + 1)
    return sides[0], sides[1]


def groups(mask: Mask, window: Window, n_coils: int) -> list[Group]:
    """Return the missing samples that have measured ones around them, by pattern.

    The patterns that are met most often come first.

    Raises:
        ShapeError: There are too many patterns to make kernels for each.
    """
    missing = (~mask.samples).flatten().nonzero()[:, 0]
    patterns, which, counts = torch.unique(
        _surroundings(mask, window, missing), dim=0, return_inverse=True, return_counts=True
    )
    if len(patterns) > _MOST_PATTERNS:
        raise ShapeError(
            f"The mask has {len(patterns)} different neighbourhoods of {window[0]} × {window[1]} "
            f"samples; kernels are made for {_MOST_PATTERNS} at most.",
            hint="Choose fewer lines, a more regular mask, or SPIRiT, which takes any mask.",
        )
    members = torch.split(missing[which.argsort(stable=True)], counts.tolist())
    unknowns = (patterns.sum(dim=1) * n_coils).tolist()
    order = sorted(range(len(members)), key=lambda p: (-len(members[p]), -unknowns[p]))
    pieces = [
        (pattern, piece)
        for pattern in order
        if unknowns[pattern] > 0
        for piece in torch.split(members[pattern], max(_ELEMENTS // unknowns[pattern], 1))
    ]
    return [
        Group(window, patterns[[pattern for pattern, _ in some]], _padded(some))
        for some in _together(pieces, unknowns)
    ]


def _surroundings(
    mask: Mask, window: Window, points: Int[Tensor, " point"]
) -> Bool[Tensor, "point tap"]:
    """Return which samples of the window around each point are measured; edges wrap."""
    below, beside = (range(side // 2, -(side // 2) - 1, -1) for side in window)
    moved = (torch.roll(mask.samples, (y, x), (-2, -1)) for y in below for x in beside)
    return torch.stack([samples.flatten()[points] for samples in moved], dim=1)


def _together(pieces: list[Piece], unknowns: list[int]) -> Iterator[list[Piece]]:
    """Yield as many pieces at once as fit, both their normal matrices and their samples."""
    some: list[Piece] = []
    most = longest = 0
    for pattern, members in pieces:
        most, longest = max(most, unknowns[pattern]), max(longest, len(members))
        if some and (len(some) + 1) * most * max(most, longest) > _ELEMENTS:
            yield some
            some, most, longest = [], unknowns[pattern], len(members)
        some.append((pattern, members))
    if some:
        yield some


def _padded(pieces: list[Piece]) -> Int[Tensor, "pattern member"]:
    """Return the members one pattern a row, short rows filled with their first."""
    longest = max(len(members) for _, members in pieces)
    rows = [torch.cat([m, m[:1].expand(longest - len(m))]) for _, m in pieces]
    return torch.stack(rows)
