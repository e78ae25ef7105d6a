"""`ksyn mask`: draw a sampling mask into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ksyn.cli import flags


def mask(
    kind: Annotated[str, typer.Argument(help="Pattern (see `ksyn masks`).")],
    shape: Annotated[
        tuple[int, int],
        typer.Option(metavar="NY NX", min=1, help="Matrix: ky and kx, two numbers."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Where to write it (.npy).")],
    acceleration: flags.Acceleration = None,
    acs: flags.Acs = None,
    mask_set: flags.MaskSet = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed.")] = 0,
) -> None:
    """Draw a sampling mask: ky kx, 1 = measured."""
    import torch

    from ksyn.masks import MASKS
    from ksyn.masks.files import save_mask

    options = flags.pattern_options(kind, acceleration, acs, mask_set)
    pattern = MASKS.get(kind).of(options)
    drawn = pattern.draw(shape, torch.Generator().manual_seed(seed))
    save_mask(drawn, out)
    measured = int(drawn.samples.sum())
    typer.echo(
        f"{out}: {measured} of {drawn.samples.numel()} samples, "
        f"acceleration {drawn.acceleration:.2f}"
    )
