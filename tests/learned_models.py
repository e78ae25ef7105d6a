"""Tiny models of the learned methods, trained and exported as real ones are."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import yaml

MODELS = {
    "unet-head": ("unet", {"widths": [8, 16], "blocks": 1}),
    "unrolled-head": ("unrolled", {"cascades": 2, "widths": [8, 16]}),
    "h-dslr-head": ("h-dslr", {"cascades": 2, "kspace_width": 8, "widths": [8, 16]}),
}
"""Id → network and its options; the ids are those the methods ask for by themselves."""
CARD = dict.fromkeys(("title", "training_data", "licence", "intended_use", "limits"), "–")


def make_models(folder: Path) -> Path:
    """Train each for a step and return the folder of models."""
    from ksyn.training.export import export
    from ksyn.training.train import train

    for name, (network, options) in MODELS.items():
        run_file = write_run(folder / name, network=network, network_options=options)
        with warnings.catch_warnings(action="ignore"):
            checkpoint = train(run_file, folder / name)
        export(run_file, checkpoint, folder / "models" / name, [])
    return folder / "models"


def write_run(folder: Path, **settings: object) -> Path:
    """Write squares of random brightness, and a run file that trains on them for a step."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    images = np.zeros((6, 40, 40), np.float32)
    for image in images:
        y, x = rng.integers(4, 16, 2)
        image[y : y + 18, x : x + 18] = rng.uniform(0.5, 1)
    np.savez(folder / "squares.npz", images=images)
    run = {
        "family": "reconstruction",
        "card": CARD,
        "packs": [{"path": "squares.npz"}],
        "validation": [{"path": "squares.npz"}],
        "scans": {"masks": [{"name": "uniform", "options": {"acceleration": 3, "acs_lines": 6}}]},
        "matrix": [24, 24],
        "batch": 1,
        "steps": 1,
        "steps_per_epoch": 1,
        "ema": 0.5,
        "precision": "32-true",
        "reconstruct_every": 0,
    }
    (folder / "run.yaml").write_text(yaml.safe_dump(run | settings))
    return folder / "run.yaml"
