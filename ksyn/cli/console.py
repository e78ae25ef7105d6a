"""What the commands print: tables to stdout, progress to stderr."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from ksyn.data import Step
    from ksyn.methods.protocol import Method
    from ksyn.pipeline import Prepared, Run

_WIDE = 160
"""Width of tables that go to a file or a pipe [characters]."""


def stdout() -> Console:
    """Return where results go."""
    return Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False)


def stderr() -> Console:
    """Return where everything else goes."""
    return Console(stderr=True, highlight=False)


def print_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], *, faint: Iterable[int] = ()
) -> None:
    """Print a table; rows whose number is in `faint` stand back."""
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    faint = set(faint)
    for number, row in enumerate(rows):
        table.add_row(*map(Text, row), style="dim" if number in faint else "")
    stdout().print(table)


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values in two columns."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text(name), Text(value))
    stdout().print(table)


def print_json(fields: Mapping[str, object]) -> None:
    """Print one object on one line; numbers that JSON does not know become null."""
    print(json.dumps(_finite(fields), allow_nan=False))


def note(message: str) -> None:
    """Tell something by the way, on stderr."""
    stderr().print(Text(message, style="yellow"))


def tell_hints(prepared: Prepared, *methods: Method) -> None:
    """Tell why results may be poor, each reason once."""
    from ksyn.pipeline import hints_of

    hints = [hint for method in methods for hint in hints_of(prepared, method)]
    for hint in dict.fromkeys(hints):
        note(hint)


def busy(what: str) -> AbstractContextManager[object]:
    """Return a context that says what is being done, on stderr where that is a terminal."""
    console = stderr()
    return console.status(f"{what} …") if console.is_terminal else nullcontext()


def watched(run: Run, title: str) -> Iterator[Step]:
    """Yield the steps of a run, with a bar on stderr where that is a terminal."""
    console = stderr()
    if not console.is_terminal:
        yield from run
        return
    with _bar(console) as bar:
        task = bar.add_task(title, total=None, residual="")
        for step in run:
            residual = f"residual {step.scalars['data_residual']:.4f}"
            bar.update(task, completed=step.index + 1, total=step.total, residual=residual)
            yield step


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[residual]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
