"""Reconstruction networks at work: loaded by a model's name, run step by step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import torch
from torch import Tensor

from ksyn.completion import completed_step
from ksyn.data import Problem, Step
from ksyn.encoding import Encoding
from ksyn.errors import WeightsError
from ksyn.nets import RECONSTRUCTORS
from ksyn.nets.acquisition import Acquisition
from ksyn.nets.h_dslr import HDslr
from ksyn.nets.reconstructor import Reconstructor
from ksyn.weights import Precision, fill, fitting, load_card

FAMILY = "reconstruction"
"""Of the cards of networks that were trained to reconstruct."""


def load_reconstructor(model_id: str, network: str, device: torch.device) -> Reconstructor:
    """Return a model that was trained to reconstruct; kept in memory for the next call.

    Args:
        model_id: The model.
        network: Which of RECONSTRUCTORS it must be.
        device: Where it shall run.

    Raises:
        WeightsError: The model is missing, damaged, or of another network.
    """
    card = load_card(model_id)
    if (card.family, card.network) != (FAMILY, network):
        others = [other.id for other in fitting(f"{FAMILY}/{network}")]
        raise WeightsError(
            f"Model {card.id!r} is of family {card.family!r} and network {card.network!r}; this "
            f"method needs family {FAMILY!r} and network {network!r}.",
            hint=f"Models that fit: {', '.join(others) or 'none'}.",
        )
    return _load_reconstructor(model_id, card.sha256, device)


@lru_cache(maxsize=4)
def _load_reconstructor(model_id: str, _digest: str, device: torch.device) -> Reconstructor:
    """Load a model; another one of the same name has another digest."""
    card = load_card(model_id)
    model = RECONSTRUCTORS.get(card.network).of(card.network_options).build()
    fill(model, card)
    return model.to(device).eval().requires_grad_(False)


@torch.no_grad()
def reconstruction_steps(
    network: Reconstructor, problem: Problem, precision: Precision = "float32"
) -> Iterator[Step]:
    """Yield a network's estimates, each with its k-space."""
    acquisition = Acquisition.of(problem)
    if isinstance(network, HDslr):
        kspaces = _in_precision(network.kspaces(acquisition), problem.device, precision)
        for index, kspace in enumerate(kspaces):
            yield completed_step(problem, kspace.clone(), index, network.total)
        return
    encoding, measured = Encoding(problem), problem.kspace.samples
    images = _in_precision(network.iterates(acquisition), problem.device, precision)
    for index, image in enumerate(images):
        yield encoding.step(image, measured, index, network.total)


def _in_precision(
    estimates: Iterator[Tensor], device: torch.device, precision: Precision
) -> Iterator[Tensor]:
    """Yield the estimates, the networks' arithmetic between them in this precision."""
    dtype = getattr(torch, precision)
    while True:
        # Entered anew for each estimate: between two of them the caller's own setting holds.
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            estimate = next(estimates, None)
        if estimate is None:
            return
        yield estimate
