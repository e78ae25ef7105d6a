"""`ksyn likeness`: whether a prior draws its training images again."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from ksyn.cli.console import busy, print_facts

Model = Annotated[str, typer.Argument(help="Id of the model.")]
RunFile = Annotated[Path, typer.Argument(metavar="RUN.yaml", help="What it was trained with.")]
Count = Annotated[int, typer.Option(min=1, max=1000, help="Images to draw, and to hold against.")]
CardFile = Annotated[
    Path | None, typer.Option("--card", help="Write the result into this card.yaml.")
]
Seed = Annotated[int, typer.Option(min=0, help="Of the drawing.")]


def likeness(
    model: Model, run_file: RunFile, samples: Count = 8, seed: Seed = 0, card: CardFile = None
) -> None:
    """Draw images from a prior alone and find the training images most like them.

    Held-out images are compared in the same way: a prior that only ever draws what is likelier
    its training data than new people are has memorised it.
    """
    import torch

    from ksyn.evaluation.memorisation import free_samples, nearest
    from ksyn.training.families import load_run, run_file_of
    from ksyn.training.images import Images
    from ksyn.weights import load_denoiser, write_card

    run = load_run(run_file_of(run_file))
    with busy("Drawing"):
        denoiser = load_denoiser(model, torch.device("cpu"))
        drawn = free_samples(denoiser, run.matrix, samples, torch.Generator().manual_seed(seed))
    with busy("Comparing"):
        others = list(Images(run.validation, validation=True))
        held_out = islice(others, 0, None, max(len(others) // samples, 1))
        found = nearest(drawn, held_out, list(Images(run.packs)), run.matrix)
    print_facts(
        [
            ("Training images", str(found.training_images)),
            ("Drawn samples", " ".join(f"{value:.3f}" for value in sorted(found.samples))),
            ("Held-out images", " ".join(f"{value:.3f}" for value in sorted(found.held_out))),
        ]
    )
    if card is not None:
        write_card(card, nearest=found)
