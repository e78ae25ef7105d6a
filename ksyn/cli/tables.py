"""`ksyn methods | masks | models | formats | card`: what there is to choose from."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ksyn.cli.console import busy, print_facts, print_table
from ksyn.errors import OptionError

if TYPE_CHECKING:
    from ksyn.methods.protocol import Method
    from ksyn.options import OptionInfo, Options
    from ksyn.weights import Nearest, Score


class ModelAction(StrEnum):
    """What can be done with models."""

    fetch = "fetch"
    add = "add"


_EXAMPLES = {"fetch": "https://…/card.yaml", "add": "runs/tiny/model/tiny"}
Name = Annotated[str | None, typer.Argument(help="Show the options of this one.")]


def methods(name: Name = None) -> None:
    """List the methods, or the options of one."""
    from ksyn.methods import METHODS

    if name is not None:
        _print_options(METHODS.get(name).title, METHODS.get(name))
        _print_presets(METHODS.get(name))
        return
    reasons = [method.unavailable() for method in METHODS]
    rows = [
        (
            method.name,
            method.title,
            method.family,
            ", ".join(method.presets),
            f"not here: {reason}" if reason else method.when,
        )
        for method, reason in zip(METHODS, reasons, strict=True)
    ]
    faint = [number for number, reason in enumerate(reasons) if reason]
    columns = ("name", "title", "family", "presets", "when to use it")
    print_table("Methods", columns, rows, faint=faint)


def masks(name: Name = None) -> None:
    """List the sampling patterns, or the options of one."""
    from ksyn.masks import MASKS

    if name is not None:
        _print_options(MASKS.get(name).title, MASKS.get(name))
        return
    rows = [(mask.name, mask.title, mask.when) for mask in MASKS]
    print_table("Masks", ("name", "title", "when to use it"), rows)


def models(
    action: Annotated[
        ModelAction | None,
        typer.Argument(metavar="[fetch|add]", help="Fetch a model, or add one of your own."),
    ] = None,
    what: Annotated[
        str | None,
        typer.Argument(metavar="[ID|URL|FOLDER]", help="An id, a card's address, or a folder."),
    ] = None,
) -> None:
    """List the trained models, fetch one, or add one of your own."""
    from ksyn import fetching
    from ksyn.weights import cards

    if action is not None:
        if what is None:
            raise OptionError(
                f"{action} what?", hint=f"Name it: ksyn models {action} {_EXAMPLES[action]}"
            )
        with busy("Fetching"):
            found = fetching.fetch(what) if action == "fetch" else fetching.add(Path(what))
        typer.echo(f"Installed: {found.id} ({found.weights_path.parent})")
        return
    known = cards()
    if not known:
        typer.echo("No models are installed.")
        return
    columns = ("id", "title", "family", "network", "licence", "here")
    rows = [
        (c.id, c.title, c.family, c.network, c.licence, c.unavailable() or "yes") for c in known
    ]
    faint = [number for number, c in enumerate(known) if c.unavailable()]
    print_table("Models", columns, rows, faint=faint)


def card(model: Annotated[str, typer.Argument(help="Id of the model.")]) -> None:
    """Show a model's card: what it is, what it was made from, what it is worth."""
    from ksyn.weights import load_card

    found = load_card(model)
    hidden = {"schema_version", "scores", "network_options", "nearest", "url"}
    shown = found.model_dump(exclude=hidden, exclude_none=True)
    facts = [(name.replace("_", " ").capitalize(), str(value)) for name, value in shown.items()]
    options = ", ".join(f"{name} {value}" for name, value in found.network_options.items())
    facts += [("Network options", options), ("Here", found.unavailable() or "yes")]
    if found.nearest is not None:
        facts.append(("Likeness to training images", _likeness(found.nearest)))
    print_facts(facts)
    rows = [
        (s.test_set, s.mask, f"{s.acceleration:g}", method, *_scores(s, method))
        for s in found.scores
        for method in s.psnr
    ]
    if rows:
        columns = ("test set", "mask", "R", "method", "PSNR [dB]", "SSIM", "NMSE", "seconds")
        print_table("Scores", columns, rows)


def _scores(score: Score, method: str) -> list[str]:
    return [part.get(method, "–") for part in (score.psnr, score.ssim, score.nmse, score.seconds)]


def _likeness(nearest: Nearest) -> str:
    return (
        f"drawn samples {max(nearest.samples):.3f} at most, held-out images "
        f"{max(nearest.held_out):.3f} (1 = a copy; {nearest.training_images} training images)"
    )


def formats() -> None:
    """List the file formats that are read and written."""
    from ksyn.io import READERS, WRITERS

    reasons = [reader.unavailable() for reader in READERS]
    rows = [
        (reader.name, reader.title, " ".join(reader.suffixes), reason)
        for reader, reason in zip(READERS, reasons, strict=True)
    ]
    faint = [number for number, reason in enumerate(reasons) if reason]
    columns = ("name", "title", "suffixes", "not here because")
    print_table("Read", columns, rows, faint=faint)
    typer.echo()
    rows = [(writer.name, writer.title, " ".join(writer.suffixes), "") for writer in WRITERS]
    print_table("Written", columns, rows)


def _print_options(title: str, options: type[Options]) -> None:
    from ksyn.options import options_of

    rows = [
        (info.name, _text(info.default), _range(info), info.unit, info.help)
        for info in options_of(options)
    ]
    if not rows:
        typer.echo(f"{title} has no options.")
        return
    print_table(title, ("option", "default", "values", "unit", "help"), rows)


def _print_presets(method: type[Method]) -> None:
    if not method.presets:
        return
    rows = [
        (name, ", ".join(f"{option} {value}" for option, value in values.items()))
        for name, values in method.presets.items()
    ]
    typer.echo()
    print_table("Presets", ("name", "what they change"), rows)


def _range(info: OptionInfo) -> str:
    if info.choices:
        return " | ".join(info.choices)
    if info.kind is bool:
        return "true | false"
    low, high = ("" if limit is None else f"{limit:g}" for limit in (info.low, info.high))
    limits = f"{low} … {high}" if low or high else ""
    return f"{limits} or none" if info.optional else limits


def _text(value: object) -> str:
    return "automatic" if value is None else str(value)
