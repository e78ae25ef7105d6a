"""What a family of networks brings to training: its run file, module, examples and card."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.utils.data import Dataset

from ksyn.data import Problem, Step
from ksyn.training.images import Images
from ksyn.training.run import Run
from ksyn.training.trainee import Trainee

Reconstruct = Callable[[nn.Module, Problem, torch.Generator], Iterator[Step]]
"""``reconstruct(model, problem, rng)``: a reconstruction short enough to validate with."""


@dataclass(frozen=True)
class Family:
    """Networks that are trained alike; one row of `FAMILIES`."""

    name: str
    """What run files and cards call it."""
    title: str
    run: type[Run]
    """Its run file."""
    module: Callable[[Any], Trainee[Any]]
    """The module of a run, with fresh weights."""
    examples: Callable[[Any, Images, int, bool], Dataset[Any]]
    """The examples of (run, images, epoch, whether those of validation). Example i is a pure
    function of the run's seed, the epoch and i: resuming and sharing out rely on it."""
    card: Callable[[Any], Mapping[str, Any]]
    """What a card says beside the run's words, the network and the hash: ``domain``,
    ``normalisation`` and what the network is used with."""
    reconstruct: Reconstruct
    """Used in validation, with the averaged weights."""
    makes: str = ""
    """What cards call the networks it trains, if another family's name."""
