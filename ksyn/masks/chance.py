"""Drawing from a generator, on whatever device it lives; masks are made on the CPU."""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor


def uniform(n: int, rng: torch.Generator) -> Float[Tensor, " n"]:
    """Return numbers between 0 and 1."""
    return torch.rand(n, generator=rng, device=rng.device).cpu()


def whole_number(below: int, rng: torch.Generator) -> int:
    """Return one of 0 … below − 1."""
    return int(torch.randint(max(below, 1), (1,), generator=rng, device=rng.device))


def draw_without_replacement(
    weights: Float[Tensor, " n"], count: int, rng: torch.Generator
) -> Int[Tensor, " count"]:
    """Return different indices, each next one drawn in proportion to the weights left.

    Source: the exponential race; Efraimidis and Spirakis, Inf. Process. Lett. 97(5), 181-185
    (2006).
    """
    arrival = -torch.log(uniform(len(weights), rng).double().clamp_min(1e-12)) / weights.double()
    return arrival.topk(count, largest=False).indices
