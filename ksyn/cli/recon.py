"""`ksyn recon`: one scan, one method, one result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ksyn.cli import flags
from ksyn.cli.asked import Asked, with_shared_flags
from ksyn.cli.console import busy, note, print_facts, print_json, tell_hints, watched
from ksyn.errors import OptionError, WriteError

if TYPE_CHECKING:
    from ksyn.pipeline import Result
    from ksyn.recipe import Recipe


@with_shared_flags
def recon(
    out: Annotated[
        Path,
        typer.Option("-o", "--out", help="Result: .npy .nii.gz .dcm .png .h5 .cfl"),
    ],
    file: Annotated[Path | None, typer.Argument(help='Scan; "demo" is the built-in one.')] = None,
    method: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Method (see `ksyn methods`).", rich_help_panel="Method"),
    ] = None,
    preset: flags.Preset = None,
    set_: flags.Set = None,
    samples: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Average this many seeds; their deviation is written too.",
            rich_help_panel="Running",
        ),
    ] = None,
    each: Annotated[
        bool,
        typer.Option(
            "--each",
            help="Write each of the samples too, as OUT-seed-N, once it is done.",
            rich_help_panel="Running",
        ),
    ] = False,
    recipe: Annotated[
        Path | None,
        typer.Option(help="Repeat a recipe; other flags change it.", rich_help_panel="Running"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
    *,
    asked: Asked,
) -> None:
    """Reconstruct one slice of a scan.

    The recipe is written beside the result as OUT.recipe.yaml, and as recipe.yaml, which always
    holds the newest of the folder (one that K-Syn did not write is left alone).
    """
    _check_output(out)
    base = _base(file, recipe, method)
    chosen = flags.changed_method(base.method, method, preset, set_)
    wanted = _whole(base, asked.changed(base, file, method=chosen, samples=samples))
    if chosen is not None:
        wanted = wanted.with_(model=None)
    if each and wanted.samples == 1:
        raise OptionError(
            "--each writes each of several samples, but there is one.", hint="Add --samples N."
        )
    middle = recipe is None and asked.slice_ is None
    result = _reconstructed(wanted, middle=middle, each=out if each else None)
    written = result.save(out)
    if json:
        print_json(summary_of(result))
    else:
        print_facts([*_facts(result), ("Written", ", ".join(map(str, written)))])


def summary_of(result: Result) -> dict[str, object]:
    """Return what scripts read: the object of ``--json``."""
    return {
        "method": result.recipe.method.name,
        "seconds": result.seconds,
        "seconds_first_step": result.seconds_first_step,
        "steps": result.steps,
        "device": result.device,
        "acceleration": result.acceleration,
        "data_residual": result.data_residual,
        "metrics": result.scores,
    }


def _base(file: Path | None, recipe: Path | None, method: str | None) -> Recipe:
    """Return the recipe to start from."""
    from ksyn.recipe import Input, MethodChoice, Recipe

    if recipe is not None:
        return Recipe.load(recipe)
    if file is None or method is None:
        missing = "FILE" if file is None else "--method NAME"
        raise OptionError(
            f"{missing} is missing.",
            hint="Name a scan and a method (see `ksyn methods`), or repeat a result with --recipe.",
        )
    return Recipe(input=Input(path=str(file)), method=MethodChoice(name=method))


def _whole(base: Recipe, wanted: Recipe) -> Recipe:
    """Return what is wanted without the stop of a run that was another one, and say so.

    On another device it is the same run.
    """
    if base.stop_after is None or wanted.with_(device=base.device) == base:
        return wanted
    note(
        f"The run of this recipe was stopped after step {base.stop_after}; "
        "with other settings it goes to its end."
    )
    return wanted.with_(stop_after=None)


def _reconstructed(recipe: Recipe, *, middle: bool, each: Path | None) -> Result:
    from ksyn.pipeline import Sample, beside, open_input, run

    with busy("Preparing"), open_input(recipe.input) as scan:
        if middle and scan.n_slices > 1:
            recipe = recipe.with_(slice=scan.n_slices // 2)
            note(
                f"Slice {recipe.slice} of {scan.n_slices}, counted from 0; "
                "choose another with --slice."
            )
        steps = run(recipe, scan)
    method = recipe.method.method()
    tell_hints(steps.prepared, method)
    for step in watched(steps, method.title):
        if each is not None and isinstance(step, Sample):
            image, *_ = steps.result().save(beside(each, f"-seed-{step.seed}"))
            note(f"Sample of seed {step.seed}: {image}")
    return steps.result()


def _facts(result: Result) -> list[tuple[str, str]]:
    from ksyn.metrics import METRICS

    facts = [
        ("Method", result.recipe.method.method().title),
        ("Steps", str(result.steps)),
        ("Time", f"{result.seconds:.2f} s on {result.device.upper()}"),
        ("Acceleration", f"{result.acceleration:.2f}"),
        ("Data residual", f"{result.data_residual:.4g}"),
        *_samples(result),
    ]
    if result.scores is None:
        return [*facts, ("Metrics", "none: the scan is not fully sampled")]
    return facts + [(m.title, m.text_of(result.scores)) for m in METRICS]


def _samples(result: Result) -> list[tuple[str, str]]:
    """Return how much samples differ, as a part of the image."""
    if result.deviation is None:
        return []
    spread, size = result.deviation.square().mean(), result.image.abs().square().mean()
    part = float((spread / size).sqrt())
    return [("Samples", f"{result.recipe.samples}, which differ by {100 * part:.2g} %")]


def _check_output(path: Path) -> None:
    """Refuse an output before the work is done, not after."""
    from ksyn.io.result import writer_of

    writer_of(path)
    if not path.absolute().parent.is_dir():
        raise WriteError(
            f"There is no folder {path.parent}.", hint="Make it first, or choose another."
        )
