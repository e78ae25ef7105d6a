"""Turn a checkpoint into a model that ships: half-precision weights, card, run file and log."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from ksyn.training.checkpoints import trained_model
from ksyn.training.families import family_of, load_run
from ksyn.weights import Card, Score, save_weights


def export(run_file: Path, checkpoint: Path, folder: Path, scores: list[Score]) -> Card:
    """Write the weights, the card and the run file into a model's folder; return the card."""
    run = load_run(run_file)
    family = family_of(run)
    folder.mkdir(parents=True, exist_ok=True)
    digest = save_weights(trained_model(run, checkpoint), folder / "weights.safetensors")
    card = Card(
        id=folder.name,
        family=family.makes or family.name,
        network=run.network,
        network_options=run.network_options,
        training_run="run.yaml",
        scores=scores,
        sha256=digest,
        **family.card(run),
        **run.card.model_dump(),
    )
    text = yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    (folder / "card.yaml").write_text(text, encoding="utf-8")
    shutil.copyfile(run_file, folder / "run.yaml")
    return card
