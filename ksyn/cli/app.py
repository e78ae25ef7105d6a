"""The table of commands."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import ksyn
from ksyn.cli.benchmark import benchmark
from ksyn.cli.compare import compare
from ksyn.cli.demo import demo
from ksyn.cli.edge import INTERRUPTED, guarded
from ksyn.cli.evaluate import evaluate
from ksyn.cli.info import info
from ksyn.cli.likeness import likeness
from ksyn.cli.mask import mask
from ksyn.cli.pack import pack
from ksyn.cli.recon import recon
from ksyn.cli.tables import card, formats, masks, methods, models
from ksyn.cli.train import train

_EPILOG = (
    "Exit status: 0 done, 1 something you can mend (the message says what), 2 wrong usage, "
    "3 a bug, 130 interrupted. KSYN_TRACEBACK=1 shows where an error came from."
)

app = typer.Typer(
    name="ksyn",
    help="Reconstruct MRI k-space.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    info,
    recon,
    compare,
    benchmark,
    demo,
    evaluate,
    mask,
    methods,
    masks,
    models,
    card,
    formats,
    pack,
    train,
    likeness,
):
    app.command()(guarded(command))


def main() -> None:
    """Run the command line."""
    if getattr(sys, "frozen", False):
        from ksyn.file_process import become_if_asked  # late: imports NumPy

        become_if_asked()
    try:
        app()
    except KeyboardInterrupt:  # while a module was being imported
        sys.exit(INTERRUPTED)


def _show_version(wanted: bool) -> bool:
    if wanted:
        typer.echo(f"ksyn {ksyn.__version__}")
        raise typer.Exit
    return wanted


_Version = Annotated[
    bool, typer.Option("--version", help="Show it.", callback=_show_version, is_eager=True)
]


@app.callback()
def _options(version: _Version = False) -> None:
    """Reconstruct MRI k-space."""
