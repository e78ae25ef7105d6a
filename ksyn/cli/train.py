"""`ksyn train`: make weights from images, with exact resume."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ksyn.errors import MissingError

RunFile = Annotated[Path, typer.Argument(metavar="RUN.yaml", help="What to train on, and how.")]
Folder = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="For checkpoints and logs; runs/NAME when not given."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")]


def train(run_file: RunFile, output: Folder = None, resume: Resume = False) -> None:
    """Train a prior; the model, ready to use, is written at the end."""
    try:
        from ksyn.training.export import export
        from ksyn.training.train import train as fit
    except ModuleNotFoundError as error:
        raise MissingError(
            f"Training needs the package {error.name!r}, which is not installed.",
            hint="Install it with: pip install 'ksyn[train]'",
        ) from None
    folder = output or Path("runs") / run_file.stem
    checkpoint = fit(run_file, folder, resume=resume)
    card = export(run_file, checkpoint, folder / "model" / run_file.stem, [])
    typer.echo(f"{card.title}: {folder / 'model' / run_file.stem}")
