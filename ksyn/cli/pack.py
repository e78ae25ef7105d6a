"""`ksyn pack`: scans, combined once, as images to train on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.console import busy

Source = Annotated[Path, typer.Argument(help="A scan, a volume, or a folder of those.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="An .npz file.")]
Stride = Annotated[int, typer.Option(min=1, help="Take each so many-th slice.")]


def pack(
    source: Source,
    out: Out,
    stride: Stride = 1,
    key: flags.Key = None,
    axes: flags.Axes = None,
    domain: flags.DomainFlag = None,
) -> None:
    """Combine the coils of scans, slice by slice, and write the complex images as a pack.

    A run file may name the scans themselves as well; their coils are combined at every start then.
    """
    from ksyn.errors import WriteError
    from ksyn.training.packs import load_pack, save_pack
    from ksyn.training.run import Pack

    if out.suffix != ".npz":
        raise WriteError(f"{out} is no .npz file.", hint="Packs are .npz files.")
    with busy("Combining"):
        images = load_pack(
            Pack(
                path=source,
                stride=stride,
                key=key,
                axes=axes,
                domain=domain.value if domain else None,
            )
        )
    save_pack(images, out)
    typer.echo(f"Written: {out}, {len(images)} images")
