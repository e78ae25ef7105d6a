"""`ksyn benchmark`: methods × masks over cases that no training saw."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.console import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

    from ksyn.evaluation.benchmark import Benchmark, MaskChoice, MethodChoice
    from ksyn.evaluation.cases import Case
    from ksyn.evaluation.rows import Row

File = Annotated[Path, typer.Argument(metavar="BENCHMARK.yaml", help="Cases, masks and methods.")]
Out = Annotated[
    Path,
    typer.Option("--out", "-o", help="CSV; what it holds already is not measured again."),
]
Some = Annotated[
    str | None, typer.Option(metavar="A,B,C", help="Titles of the methods to measure; else all.")
]
Cases = Annotated[int | None, typer.Option(min=1, help="So many cases of each source only.")]
Table = Annotated[Path | None, typer.Option(help="Write the tables as Markdown.")]
Chart = Annotated[Path | None, typer.Option(help="Draw PSNR against acceleration (SVG).")]
Than = Annotated[
    str | None, typer.Option(metavar="METHOD", help="Tell how far ahead of this one others are.")
]
CardFile = Annotated[
    Path | None, typer.Option("--card", help="Write the scores into this card.yaml.")
]


def benchmark(
    file: File,
    out: Out,
    methods: Some = None,
    cases: Cases = None,
    table: Table = None,
    chart: Chart = None,
    ahead_of: Than = None,
    card: CardFile = None,
    device: flags.DeviceFlag = None,
) -> None:
    """Measure methods on cases and masks, and write tables; stop and go on as you like."""
    from ksyn.device import device_of
    from ksyn.evaluation.benchmark import Benchmark
    from ksyn.evaluation.chart import save_sweep
    from ksyn.evaluation.rows import read
    from ksyn.evaluation.table import margins, markdown, scores_of, spreads
    from ksyn.textfile import write_whole
    from ksyn.weights import write_card

    chosen = Benchmark.load(file)
    wanted = _available(chosen, methods)
    for row in _measured(chosen, wanted, out, cases, device_of(device.value if device else "auto")):
        found = f"refused: {row.refused}" if row.refused else f"{row.psnr:.2f} dB"
        note(f"{row.case}, {row.mask}, {row.method} × {row.samples}: {found}")
    rows = _of(read(out), wanted)
    text = f"## {chosen.title}\n\n{markdown(rows)}\n{spreads(rows)}"
    text += f"\n{margins(rows, ahead_of)}" if ahead_of else ""
    typer.echo(text)
    if table is not None:
        write_whole(table, text)
    if chart is not None:
        save_sweep(rows, chosen.title, chart)
    if card is not None:
        write_card(card, scores=scores_of(rows))


def _available(chosen: Benchmark, names: str | None) -> list[MethodChoice]:
    """Return the methods to measure; those that cannot run here are told and left out.

    Raises:
        OptionError: A method is not in the file, or none can run.
    """
    from ksyn.errors import OptionError
    from ksyn.evaluation.measure import unavailable

    titles = [method.title for method in chosen.methods]
    asked = [name.strip() for name in names.split(",")] if names else titles
    unknown = [name for name in asked if name not in titles]
    if unknown:
        raise OptionError(
            f"The benchmark has no method {unknown[0]!r}.", hint=f"It has: {', '.join(titles)}."
        )
    reasons = {m.title: unavailable(m) for m in chosen.methods if m.title in asked}
    for title, reason in reasons.items():
        if reason:
            note(f"{title} is left out: {reason}.")
    return [m for m in chosen.methods if m.title in asked and not reasons[m.title]]


def _measured(
    chosen: Benchmark,
    methods: list[MethodChoice],
    out: Path,
    most: int | None,
    device: torch.device,
) -> Iterator[Row]:
    """Measure what the file does not hold yet, write it at once, and yield it."""
    from ksyn.evaluation.cases import cases_of
    from ksyn.evaluation.rows import append, read

    known = {(*row.key, row.samples) for row in read(out)}
    choices = [c.model_copy(update={"slices": c.slices[:most]}) for c in chosen.cases]
    for case in cases_of(choices):
        for mask in chosen.masks:
            for rows in _of_case(case, mask, methods, known, device):
                append(out, rows)
                yield from rows


def _of_case(
    case: Case,
    mask: MaskChoice,
    methods: list[MethodChoice],
    known: set[tuple[object, ...]],
    device: torch.device,
) -> Iterator[list[Row]]:
    from ksyn.evaluation.measure import measured, undersampled, weights_of

    missing = [
        m
        for m in methods
        if (case.group, case.title, mask.title, m.title, weights_of(m), m.samples) not in known
    ]
    if missing:
        problem = undersampled(case, mask, device)
        yield from (measured(problem, method) for method in missing)


def _of(rows: list[Row], methods: list[MethodChoice]) -> list[Row]:
    """Return the rows of these methods with the weights they have now."""
    from ksyn.evaluation.measure import weights_of

    now = {method.title: weights_of(method) for method in methods}
    return [row for row in rows if now.get(row.method) == row.weights]
