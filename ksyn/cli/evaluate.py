"""`ksyn evaluate`: how far an image is from its reference."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.console import print_facts, print_json


def evaluate(
    pred: Annotated[Path, typer.Option(help="Image to measure.")],
    target: Annotated[Path, typer.Option(help="What it should be.")],
    key: flags.Key = None,
    axes: flags.Axes = None,
    slice_: Annotated[
        int | None,
        typer.Option(
            "--slice", min=0, help="Compare with this slice or frame (from 0) of the target."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure an image against its reference, as fastMRI does.

    Magnitudes are compared, no scale is fitted, and all frames or slices count as one volume:
    the peak is the largest value of the target.
    """
    from ksyn.cli.pictures import read_magnitude
    from ksyn.errors import OptionError
    from ksyn.io.layout import Layout
    from ksyn.metrics import METRICS, scores

    layout = Layout.parse(key, axes)
    image, reference = read_magnitude(pred, layout), read_magnitude(target, layout)
    if slice_ is not None and slice_ >= len(reference):
        raise OptionError(
            f"There is no slice {slice_}: {target.name} has {len(reference)}.",
            hint=f"Choose a slice from 0 to {len(reference) - 1}.",
        )
    found = scores(image, reference if slice_ is None else reference[slice_ : slice_ + 1])
    if json:
        print_json(found)
    else:
        print_facts((metric.title, metric.text_of(found)) for metric in METRICS)
