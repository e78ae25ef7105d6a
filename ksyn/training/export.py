"""Turn a checkpoint into a model that ships: half-precision weights and a card."""

from __future__ import annotations

from pathlib import Path

import yaml

from ksyn.training.run import Run
from ksyn.training.train import trained_model
from ksyn.weights import Card, Score, save_weights


def export(run_file: Path, checkpoint: Path, folder: Path, scores: list[Score]) -> Card:
    """Write the weights and the card into a model's folder, and return the card."""
    run = Run.load(run_file)
    folder.mkdir(parents=True, exist_ok=True)
    digest = save_weights(trained_model(run, checkpoint), folder / "weights.safetensors")
    card = Card(
        id=folder.name,
        network=run.network,
        network_options=run.network_options,
        domain="complex image, coil-combined or of one coil; attenuated and noisy in, clean out",
        normalisation="99.5 % quantile of the magnitude = 1",
        sigma_data=run.sigma_data,
        training_run=run_file.name,
        scores=scores,
        sha256=digest,
        **run.card.model_dump(),
    )
    text = yaml.safe_dump(card.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    (folder / "card.yaml").write_text(text, encoding="utf-8")
    return card
