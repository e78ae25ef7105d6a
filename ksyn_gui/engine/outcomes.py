"""What a run has come to: a result with its numbers, and files of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ksyn_gui.engine.runs import GuiRun
from ksyn_gui.facts import StoredResult

if TYPE_CHECKING:
    from ksyn.io.writers.writer import Window
    from ksyn.recipe import Recipe


_DEVICES = {"cpu": "CPU", "cuda": "GPU"}


def finish(run: GuiRun) -> StoredResult:
    """Return what a run has reached."""
    result = run.run.result()
    recipe = result.recipe
    summary = {
        "Slice": str(recipe.slice + 1),
        "Mask": _mask_words(recipe),
        "Acceleration": f"{result.acceleration:.2f}",
        "Seed": str(recipe.seed),
        "Steps": str(result.steps),
        "Time": f"{result.seconds:.1f} s on {_DEVICES.get(result.device, result.device)}",
        "Data residual": f"{result.data_residual:.2e}",
    }
    return StoredResult(
        number=0,
        title=run.title,
        image=result.image.numpy(),
        learned=run.learned,
        metrics=result.scores or {},
        summary=summary,
        stopped=False,
        engine_result=result,
        deviation=None if result.deviation is None else result.deviation.numpy(),
    )


def kspace_bytes(result: StoredResult) -> int:
    """Return the memory of a result's k-space [bytes]."""
    kspace = result.engine_result.kspace
    return 0 if kspace is None else int(kspace.nbytes)


def without_kspace(result: StoredResult) -> StoredResult:
    """Return a result with its image and recipe only."""
    return replace(result, engine_result=replace(result.engine_result, kspace=None))


def save(result: StoredResult, path: Path, window: Window | None) -> Path:
    """Write a result with its recipe beside it, and return where."""
    result.engine_result.save(path, window)
    return path


def _mask_words(recipe: Recipe) -> str:
    from ksyn.masks import MASKS
    from ksyn.recipe import DrawnMask, FileMask, PatternMask

    mask = recipe.mask
    if isinstance(mask, PatternMask):
        return MASKS.get(mask.name).title
    if isinstance(mask, FileMask):
        return Path(mask.path).name
    return "Painted" if isinstance(mask, DrawnMask) else "As acquired"
