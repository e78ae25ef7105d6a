"""The U-Net: sizes, conditions, start."""

import pytest
import torch

from ksyn.nets import NETWORKS, RECONSTRUCTORS
from ksyn.nets.unet import added_blocks


def _network(**options):
    torch.manual_seed(0)
    network = NETWORKS.get("unet").of({"widths": (8, 16), "blocks": 1} | options).build()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return network


@pytest.mark.parametrize("size", [(32, 32), (31, 45), (5, 64)])
@pytest.mark.parametrize("unshuffle", [1, 2])
def test_any_size_goes_in_and_comes_out(size, unshuffle):
    images = torch.randn(2, 2, *size)
    assert _network(unshuffle=unshuffle)(images, torch.randn(2, 3)).shape == images.shape


def test_a_fresh_network_says_zero():
    network = NETWORKS.get("unet").of({"widths": (8, 16)}).build()
    assert torch.count_nonzero(network(torch.randn(1, 2, 16, 16), torch.zeros(1, 3))) == 0


def test_images_of_a_batch_do_not_mix():
    network, images, conditions = _network(), torch.randn(3, 2, 16, 16), torch.randn(3, 3)
    together = network(images, conditions)
    alone = network(images[1:2], conditions[1:2])
    torch.testing.assert_close(together[1:2], alone)


def test_conditions_matter():
    network, images = _network(), torch.randn(1, 2, 16, 16)
    first, second = network(images, torch.zeros(1, 3)), network(images, torch.ones(1, 3))
    assert (first - second).abs().max() > 1e-3


@pytest.mark.parametrize("network", [*NETWORKS, *RECONSTRUCTORS], ids=lambda kind: kind.__name__)
def test_added_blocks_are_what_a_network_of_one_block_lacks(network):
    one, three = (network.of({"blocks": n}).build() for n in (1, 3))
    assert set(added_blocks(three)) == three.state_dict().keys() - one.state_dict().keys()
    assert added_blocks(one) == {}


def test_a_network_does_the_same_without_its_fresh_added_blocks():
    network, grown = _network(), NETWORKS.get("unet").of({"widths": (8, 16), "blocks": 3}).build()
    grown.load_state_dict(added_blocks(grown) | network.state_dict())
    given = torch.randn(1, 2, 20, 24), torch.randn(1, 3)
    assert torch.equal(grown(*given), network(*given))
