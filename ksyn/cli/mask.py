"""`ksyn mask`: draw a sampling mask into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.asked_mask import AskedMask


def _checked(shape: tuple[str, str]) -> tuple[str, str]:
    """Refuse what is not two sizes; with one forgotten, the second is the next word."""
    if not all(word.isdecimal() and int(word) for word in shape):
        raise typer.BadParameter(
            f"{' '.join(shape)!r} is no matrix: give two numbers, such as --shape 256 256."
        )
    return shape


def mask(
    kind: Annotated[str, typer.Argument(help="Pattern (see `ksyn masks`).")],
    shape: Annotated[
        tuple[str, str],
        typer.Option(metavar="NY NX", callback=_checked, help="Matrix: ky and kx, two numbers."),
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

    asked = AskedMask(acceleration=acceleration, acs=acs, settings=mask_set)
    pattern = MASKS.get(kind).of(asked.values)
    ky, kx = map(int, shape)
    drawn = pattern.draw((ky, kx), torch.Generator().manual_seed(seed))
    save_mask(drawn, out)
    measured = int(drawn.samples.sum())
    typer.echo(
        f"{out}: {measured} of {drawn.samples.numel()} samples, "
        f"acceleration {drawn.acceleration:.2f}"
    )
