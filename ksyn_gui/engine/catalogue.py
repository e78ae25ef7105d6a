"""What can be chosen on this machine: methods, models, patterns, devices, formats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ksyn_gui.facts import Engine, MethodFacts, ModelFacts, PatternFacts

if TYPE_CHECKING:
    from ksyn.weights import Card


def load() -> Engine:
    """Import the engine and list what can be chosen."""
    from ksyn.masks import MASKS
    from ksyn.metrics import METRICS
    from ksyn.options import options_of
    from ksyn.recipe import Preparation

    methods = _methods()
    return Engine(
        methods=methods,
        patterns=[PatternFacts(m.name, m.title, m.when, options_of(m)) for m in MASKS],
        preparation=options_of(Preparation),
        devices=_devices(),
        read_filter=_read_filter(),
        write_filter=_write_filter(),
        models=_models(methods),
        smallest_sides={metric.name: metric.smallest for metric in METRICS},
    )


def look_again(engine: Engine) -> Engine:
    """Return what can be chosen by now: models come and go, and methods need them."""
    methods = _methods()
    return replace(engine, methods=methods, models=_models(methods))


def _methods() -> list[MethodFacts]:
    from ksyn.methods import METHODS
    from ksyn.options import options_of

    return [
        MethodFacts(m.name, m.title, m.family, m.when, m.unavailable(), options_of(m), m.presets)
        for m in METHODS
    ]


def _models(methods: list[MethodFacts]) -> dict[str, list[ModelFacts]]:
    from ksyn.weights import fitting

    named = {info.model_of for facts in methods for info in facts.options if info.model_of}
    return {model_of: [_model(card) for card in fitting(model_of)] for model_of in sorted(named)}


def _model(card: Card) -> ModelFacts:
    about = f"{card.intended_use}\n{card.limits}"
    return ModelFacts(card.id, card.title, about, card.unavailable())


def _devices() -> list[tuple[str, str]]:
    import torch

    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_name()
        return [("auto", f"Automatic ({gpu})"), ("cpu", "CPU"), ("cuda", gpu)]
    return [("auto", "Automatic (CPU)"), ("cpu", "CPU")]


def _read_filter() -> str:
    from ksyn.io import READERS

    endings = [suffix for reader in READERS for suffix in reader.suffixes]
    every = " ".join(f"*{suffix}" for suffix in dict.fromkeys(endings))
    single = [
        f"{reader.title} ({' '.join(f'*{suffix}' for suffix in reader.suffixes)})"
        for reader in READERS
        if reader.suffixes
    ]
    return ";;".join([f"Scans ({every})", *single, "All files (*)"])


def _write_filter() -> str:
    from ksyn.io import WRITERS

    return ";;".join(f"{writer.title} (*{writer.suffixes[0]})" for writer in WRITERS)
