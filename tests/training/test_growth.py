"""Growing: a network with more blocks than its start does what the start does, and can learn."""

import pytest
import torch

from ksyn.errors import WeightsError
from ksyn.training.growth import start_from
from ksyn.weights import Preconditioned, build_network, load_card, load_denoiser

HEAD = load_card("ak-head")
BLOCKS = HEAD.network_options["blocks"]


def prior(**changes):
    """Return the network of the shipped prior, changed, with fresh weights."""
    card = HEAD.model_copy(update={"network_options": HEAD.network_options | changes})
    return Preconditioned(build_network(card), 0.25)


@pytest.mark.parametrize("more", [0, 1, 2])
def test_a_grown_network_does_what_its_start_does(more, rng):
    grown = prior(blocks=BLOCKS + more)
    start_from(grown, HEAD)
    start = load_denoiser("ak-head", torch.device("cpu")).model
    noisy = torch.randn(2, 2, 40, 48, generator=rng)
    conditions = torch.tensor([0.05, 0.3]), torch.tensor([[0.0, 0.0], [2.0, 0.0]])
    with torch.no_grad():
        assert torch.equal(grown(noisy, *conditions), start(noisy, *conditions))


def test_every_new_block_learns(rng):
    grown = prior(blocks=BLOCKS + 1)
    start_from(grown, HEAD)
    noisy = torch.randn(1, 2, 32, 32, generator=rng)
    grown(noisy, torch.tensor([0.1]), torch.zeros(1, 2)).square().sum().backward()
    new = [p for name, p in grown.named_parameters() if f".{BLOCKS}.conv2.weight" in name]
    assert len(new) == 5  # three levels down, two up
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in new)


@pytest.mark.parametrize("changes", [{"blocks": BLOCKS - 1}, {"widths": (48, 96)}])
def test_a_start_that_has_more_or_other_parts_is_refused_with_its_name(changes):
    with pytest.raises(WeightsError, match="ak-head"):
        start_from(prior(**changes), HEAD)
