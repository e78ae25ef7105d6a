"""Start a network from a trained one that has fewer blocks."""

from __future__ import annotations

from torch import nn

from ksyn.nets.unet import added_blocks
from ksyn.weights import Card, put, read_weights


def start_from(model: nn.Module, card: Card) -> None:
    """Load a card's weights into a fresh model, which then does just what the card's model does.

    Blocks beyond those of the card stay as they are: a fresh block of a U-Net adds nothing to
    what goes through it, and learns from there on.

    Source: the identity of added layers is that of Net2Net (Chen et al., ICLR 2016).

    Raises:
        WeightsError: The weights are missing, damaged, or differ in more than the number of blocks.
    """
    put(added_blocks(model) | read_weights(card), model, card)
