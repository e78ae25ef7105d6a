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
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure an image against its reference, as fastMRI does.

    Magnitudes are compared, no scale is fitted, and all frames or slices count as one volume:
    the peak is the largest value of the target.
    """
    from ksyn.cli.pictures import read_magnitude
    from ksyn.io.layout import Layout
    from ksyn.metrics import METRICS, scores

    layout = Layout.parse(key, axes)
    found = scores(read_magnitude(pred, layout), read_magnitude(target, layout))
    if json:
        print_json(found)
    else:
        print_facts((metric.title, metric.text_of(found)) for metric in METRICS)
