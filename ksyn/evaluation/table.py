"""Rows as tables: mean ± spread of each method on each mask, and how far it is ahead of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from statistics import mean, stdev
from typing import TypeVar

from ksyn.evaluation.rows import Row
from ksyn.weights import Score

_COLUMNS = ("method", "PSNR [dB]", "SSIM", "NMSE", "seconds")
Cell = Callable[[Row], float]
K = TypeVar("K", bound=Hashable)


def markdown(rows: Sequence[Row]) -> str:
    """Return one table for each group of cases and each mask."""
    parts = []
    for (group, mask), found in _by(rows, lambda row: (row.group, row.mask)).items():
        count = len({row.case for row in found})
        cases = "1 case" if count == 1 else f"{count} cases"
        achieved = mean(row.acceleration for row in found)
        head = f"### {group}, {mask}\n\n{cases}, acceleration achieved {achieved:.2f}.\n"
        lines = [*_lines(_measured(found)), *_refusals(found)]
        parts.append(f"{head}\n{_table(_COLUMNS, lines)}")
    return "\n\n".join(parts) + "\n"


def margins(rows: Sequence[Row], than: str) -> str:
    """Return how far ahead of one method each other is, case by case: mean, worst, share ahead."""
    columns = ("group", "method", "PSNR ahead [dB]", "worst case [dB]", "SSIM ahead", "cases ahead")
    rows, lines = _measured(rows), []
    for (group, name), found in _by(rows, lambda row: (row.group, _name(row))).items():
        pairs = [(row, other) for row in found for other in rows if _same(row, other, than)]
        if pairs and name != than:
            psnr = [row.psnr - other.psnr for row, other in pairs]
            ssim = [row.ssim - other.ssim for row, other in pairs]
            ahead = f"{sum(value > 0 for value in psnr)} of {len(pairs)}"
            lines.append(
                (group, name, _signed(psnr, 2), f"{min(psnr):+.2f}", _signed(ssim, 4), ahead)
            )
    return f"### Ahead of {than}\n\n{_table(columns, lines)}\n" if lines else ""


def scores_of(rows: Sequence[Row]) -> list[Score]:
    """Return the rows as a card tells them."""
    return [
        Score(
            test_set=f"{group}, {len({row.case for row in found})} cases",
            mask=mask,
            acceleration=round(mean(row.acceleration for row in found), 2),
            psnr=_cells(found, lambda row: row.psnr, 2),
            ssim=_cells(found, lambda row: row.ssim, 4),
            nmse=_cells(found, lambda row: row.nmse, 5),
            seconds=_cells(found, lambda row: row.seconds, 1),
        )
        for (group, mask), found in _by(_measured(rows), lambda row: (row.group, row.mask)).items()
    ]


def spreads(rows: Sequence[Row]) -> str:
    """Return what averaging gains, and how well the deviation tells where the error is."""
    columns = ("group", "mask", "method", "gain over one sample [dB]", "ranks", "ranks around")
    rows, lines = _measured(rows), []
    for row in _by(
        [r for r in rows if r.samples > 1], lambda r: (r.group, r.mask, _name(r))
    ).items():
        (group, mask, name), found = row
        here = [r for r in rows if (r.group, r.mask, r.samples) == (group, mask, 1)]
        single = {(r.case, r.method): r.psnr for r in here}
        gain = [r.psnr - single[r.case, r.method] for r in found if (r.case, r.method) in single]
        point = _known(r.rank_correlation for r in found)
        around = _known(r.local_rank_correlation for r in found)
        lines.append((group, mask, name, _signed(gain, 2), point, around))
    return f"### Averages of samples\n\n{_table(columns, lines)}\n" if lines else ""


def _known(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    return _text(known, 2) if known else "–"


def _measured(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not row.refused]


def _refusals(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    """Return one line for each method that refuses some of the cases."""
    cases = len({row.case for row in rows})
    return [
        (name, f"refuses {len(found)} of {cases}: {found[0].refused}", "", "", "")
        for name, found in _by([r for r in rows if r.refused], lambda row: row.method).items()
    ]


def _lines(rows: Sequence[Row]) -> list[tuple[str, ...]]:
    digits: dict[str, tuple[Cell, int]] = {
        "psnr": (lambda row: row.psnr, 2),
        "ssim": (lambda row: row.ssim, 4),
        "nmse": (lambda row: row.nmse, 5),
        "seconds": (lambda row: row.seconds, 1),
    }
    cells = [_cells(rows, *how) for how in digits.values()]
    return [(name, *(cell[name] for cell in cells)) for name in cells[0]]


def _cells(rows: Sequence[Row], value: Cell, digits: int) -> dict[str, str]:
    return {
        name: _text([value(row) for row in found], digits)
        for name, found in _by(rows, _name).items()
    }


def _name(row: Row) -> str:
    return row.method if row.samples == 1 else f"{row.method}, mean of {row.samples}"


def _same(row: Row, other: Row, than: str) -> bool:
    return (row.group, row.case, row.mask) == (other.group, other.case, other.mask) and (
        _name(other) == than
    )


def _by(rows: Iterable[Row], key: Callable[[Row], K]) -> dict[K, list[Row]]:
    found: dict[K, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _text(values: Sequence[float], digits: int) -> str:
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{mean(values):.{digits}f} ± {stdev(values):.{digits}f}"


def _signed(values: Sequence[float], digits: int) -> str:
    return f"{mean(values):+.{digits}f}" if values else "–"


def _table(columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [columns, ["---"] * len(columns), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
