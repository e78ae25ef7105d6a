"""`ksyn info`: what is in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.console import print_facts, print_table

if TYPE_CHECKING:
    from ksyn.data import Mask
    from ksyn.io.layout import LayoutNeeded
    from ksyn.io.scan import Scan


def info(
    file: Annotated[Path, typer.Argument(help='Scan; "demo" is the built-in one.')],
    slice_: flags.Slice = None,
    key: flags.Key = None,
    axes: flags.Axes = None,
    domain: flags.DomainFlag = None,
) -> None:
    """Show what is in a scan: axes, coils, slices, header, sampling.

    Of a container whose arrays do not explain themselves, the arrays are listed.
    """
    from ksyn.io import open_scan
    from ksyn.io.layout import Layout, LayoutNeeded

    layout = Layout.parse(key, axes, domain.value if domain else None)
    try:
        scan = open_scan(file, layout)
    except LayoutNeeded as needed:
        _print_arrays(needed)
        return
    with scan:
        print_facts([("File", scan.title), ("Format", scan.format), *scan.header()])
        print_facts(_sampling(scan, scan.n_slices // 2 if slice_ is None else slice_))


def _sampling(scan: Scan, index: int) -> list[tuple[str, str]]:
    """Return how one slice was sampled."""
    mask = scan.mask(index)
    facts = [
        ("Slice looked at", str(index)),
        ("Fully sampled", "yes" if scan.fully_sampled(index) else "no"),
        ("Acceleration", f"{mask.acceleration:.2f}" if mask.samples.any() else "nothing measured"),
        ("Calibration centre", _calibration(mask)),
        ("Reference", "yes" if scan.reference(index) is not None else "no"),
    ]
    return [*facts, ("Noise readouts", "yes" if scan.noise_covariance() is not None else "no")]


def _calibration(mask: Mask) -> str:
    """Return the size of the fully sampled centre."""
    from ksyn.calibration import calibration_region
    from ksyn.errors import ShapeError

    try:
        ky, kx = calibration_region(mask)
    except ShapeError:
        return "none: the zero frequency is not measured"
    return f"{ky.stop - ky.start} × {kx.stop - kx.start} (ky × kx)"


def _print_arrays(needed: LayoutNeeded) -> None:
    rows = [
        (c.key, " × ".join(map(str, c.shape)), c.dtype, c.suggestion.flags if c.suggestion else "")
        for c in needed.candidates
    ]
    print_table(f"Arrays in {needed.path.name}", ("key", "shape", "type", "likely flags"), rows)
    typer.echo(needed.hint)
