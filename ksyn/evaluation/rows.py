"""Rows: what was measured, one a line of a CSV file that grows as the work goes on."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ksyn.errors import ReadError


@dataclass(frozen=True)
class Row:
    """One method on one case with one mask."""

    group: str
    case: str
    mask: str
    acceleration: float
    """Achieved."""
    method: str
    samples: int
    """Averaged."""
    psnr: float
    ssim: float
    nmse: float
    seconds: float
    """Coil maps included [s]."""
    rank_correlation: float | None
    """Of the deviation with the error, in the body; None of few samples."""
    local_rank_correlation: float | None
    """The same of their root mean squares around each pixel."""
    chosen: str
    """Options that were the best of several."""
    weights: str
    """First digits of the hash of the model; empty without one."""
    refused: str = ""
    """Why the method will not have the mask; there are no numbers then. Empty when it will."""

    @property
    def key(self) -> tuple[str, ...]:
        """What says that two rows measure the same."""
        return (self.group, self.case, self.mask, self.method, self.weights)


_COLUMNS = [field.name for field in fields(Row)]


def append(path: Path, rows: Iterable[Row]) -> None:
    """Add rows to a file; one with other columns, of an earlier version, is written anew."""
    same = path.exists() and _columns(path) == _COLUMNS
    known = [] if same else read(path)
    with path.open("a" if same else "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        if not same:
            writer.writeheader()
        writer.writerows(_rounded(row) for row in (*known, *rows))


def read(path: Path) -> list[Row]:
    """Return the rows of a file; none of one that is not there.

    Raises:
        ReadError: It holds something else.
    """
    if not path.exists():
        return []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [_row(line) for line in csv.DictReader(file)]
    except (KeyError, ValueError, TypeError) as error:
        raise ReadError(
            f"{path} holds no rows of a benchmark: {error}.", hint="Choose another file."
        ) from error


def _columns(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file), [])


def _rounded(row: Row) -> dict[str, object]:
    return {
        name: f"{value:.6g}" if isinstance(value, float) else value
        for name, value in asdict(row).items()
    }


def _row(line: dict[str, str]) -> Row:
    return Row(
        group=line["group"],
        case=line["case"],
        mask=line["mask"],
        acceleration=float(line["acceleration"]),
        method=line["method"],
        samples=int(line["samples"]),
        psnr=float(line["psnr"]),
        ssim=float(line["ssim"]),
        nmse=float(line["nmse"]),
        seconds=float(line["seconds"]),
        rank_correlation=_optional(line.get("rank_correlation")),
        local_rank_correlation=_optional(line.get("local_rank_correlation")),
        chosen=line["chosen"],
        weights=line["weights"],
        refused=line.get("refused") or "",
    )


def _optional(text: str | None) -> float | None:
    return float(text) if text else None
