"""`ksyn train`: make weights from images, with exact resume."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

from ksyn.cli.edge import INTERRUPTED
from ksyn.errors import MissingError

RUN = "run.yaml"
"""What the run file of a model is called: the model's name is that of its folder."""
RunFile = Annotated[
    Path, typer.Argument(metavar="RUN.yaml", help='What to train on, and how; or "tiny".')
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="For checkpoints and logs; runs/NAME when not given, by the run file.",
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the last checkpoint.")]
Processes = Annotated[
    int,
    typer.Option(min=1, help="Share each batch among so many GPUs, or processes on the CPU."),
]
Workers = Annotated[
    int, typer.Option(min=0, help="Draw examples ahead in so many further processes, each.")
]


def train(
    run_file: RunFile,
    output: Folder = None,
    resume: Resume = False,
    processes: Processes = 1,
    workers: Workers = 0,
) -> None:
    """Train a network; the model, ready to use, is written at the end.

    Ctrl-C finishes the step and writes a checkpoint; --resume goes on from there to the same
    weights, bit for bit, as without the interruption.
    """
    try:
        from ksyn.cli.training_bar import TrainingBar
        from ksyn.training.checkpoints import Stopped
        from ksyn.training.export import export
        from ksyn.training.families import run_file_of
        from ksyn.training.train import is_first_process
        from ksyn.training.train import train as fit
    except ModuleNotFoundError as error:
        raise MissingError(
            f"Training needs the package {error.name!r}, which is not installed.",
            hint="Install it with: pip install 'ksyn[train]'",
        ) from None
    source, name = run_file_of(run_file), name_of(run_file)
    folder = output or Path("runs") / name
    try:
        checkpoint = fit(
            source, folder, resume=resume, processes=processes, workers=workers,
            callbacks=[TrainingBar()],
        )  # fmt: skip
    except Stopped as stopped:
        words = ["ksyn", "train", str(run_file), "--output", str(folder), "--resume"]
        words += ["--processes", str(processes)] if processes > 1 else []
        if is_first_process():
            typer.echo(f"{stopped}. Go on with: {shlex.join(words)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if is_first_process():
        model = folder / "model" / name
        card = export(source, checkpoint, model, [])
        typer.echo(
            f"{card.title}: {model}\nUse it: {shlex.join(['ksyn', 'models', 'add', str(model)])}"
        )


def name_of(run_file: Path) -> str:
    """Return the name of what is trained: the run file's, or its folder's where it is run.yaml."""
    own = run_file.stem if run_file.name != RUN else run_file.resolve().parent.name
    return re.sub(r"[^a-z0-9._-]+", "-", own.lower()).strip("-._") or "model"
