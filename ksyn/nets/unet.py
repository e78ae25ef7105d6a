"""A U-Net without attention: it runs at any size, so crops train it for whole slices."""

from __future__ import annotations

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from ksyn.options import Options, option


class UNetOptions(Options):
    """A U-Net of residual blocks, modulated by a few numbers such as log σ."""

    name: ClassVar[str] = "unet"

    in_channels: int = option(2, low=1, help="Channels in: real and imaginary part.")
    out_channels: int = option(2, low=1, help="Channels out.")
    conditions: int = option(3, low=0, help="Numbers that modulate every block.")
    widths: tuple[int, ...] = option((48, 96, 144), help="Channels at each level.")
    unshuffle: int = option(
        2, low=1, help="Fold this many pixels a side into channels first: cheaper full resolution."
    )
    blocks: int = option(2, low=1, help="Residual blocks at each level, going down and up.")

    def build(self) -> UNet:
        """Return the network with fresh weights."""
        return UNet(self)


class UNet(nn.Module):
    """Map an image and its conditions to an image of the same size.

    Source: Ronneberger et al., MICCAI 2015; blocks modulated as in Karras et al., NeurIPS 2022.
    """

    def __init__(self, options: UNetOptions) -> None:
        super().__init__()
        widths, embedding = options.widths, 4 * options.widths[0]
        self.unshuffle = options.unshuffle
        self.factor = options.unshuffle * 2 ** (len(widths) - 1)
        folded = options.unshuffle**2
        self.embed = nn.Sequential(
            nn.Linear(max(options.conditions, 1), embedding),
            nn.SiLU(),
            nn.Linear(embedding, embedding),
            nn.SiLU(),
        )
        self.first = nn.Conv2d(options.in_channels * folded, widths[0], 3, padding=1)
        self.down = nn.ModuleList()
        self.shrink = nn.ModuleList()
        self.grow = nn.ModuleList()
        self.up = nn.ModuleList()
        for level, width in enumerate(widths):
            self.down.append(_Level(width, width, options.blocks, embedding))
            if level + 1 < len(widths):
                self.shrink.append(nn.Conv2d(width, widths[level + 1], 2, stride=2))
                self.grow.append(nn.ConvTranspose2d(widths[level + 1], width, 2, stride=2))
                self.up.append(_Level(2 * width, width, options.blocks, embedding))
        self.last = nn.Conv2d(widths[0], options.out_channels * folded, 3, padding=1)
        for parameter in self.last.parameters():
            nn.init.zeros_(parameter)

    def forward(
        self, x: Float[Tensor, "batch channel y x"], conditions: Float[Tensor, "batch condition"]
    ) -> Float[Tensor, "batch out y x"]:
        """Return the output; any height and width will do."""
        height, width = x.shape[-2:]
        x = functional.pixel_unshuffle(_pad_to(x, self.factor), self.unshuffle)
        embedding = self.embed(conditions)
        x = self.first(x)
        skips = []
        for level, blocks in enumerate(self.down):
            x = blocks(x, embedding)
            if level < len(self.shrink):
                skips.append(x)
                x = self.shrink[level](x)
        for level in reversed(range(len(self.up))):
            x = torch.cat([self.grow[level](x), skips[level]], dim=1)
            x = self.up[level](x, embedding)
        y = functional.pixel_shuffle(self.last(functional.silu(x)), self.unshuffle)
        return y[..., :height, :width]


def added_blocks(model: nn.Module) -> dict[str, Tensor]:
    """Return by name the weights that a model has beyond one block at each level of its U-Nets.

    As long as they are fresh, the model does what it does without them: these blocks keep the
    width, and add nothing to what goes through.
    """
    added = tuple(
        f"{name}.{i}."
        for name, level in model.named_modules()
        if isinstance(level, _Level)
        for i in range(1, len(level))
    )
    return {name: weight for name, weight in model.state_dict().items() if name.startswith(added)}


class _Level(nn.ModuleList):
    """The blocks of one resolution, one after the other."""

    def __init__(self, width_in: int, width: int, count: int, embedding: int) -> None:
        widths_in = [width_in] + [width] * (count - 1)
        super().__init__(_Block(w, width, embedding) for w in widths_in)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        for block in self:
            x = block(x, embedding)
        return x


class _Block(nn.Module):
    """Normalise, modulate, convolve, twice; add to the input, at first nothing."""

    def __init__(self, width_in: int, width: int, embedding: int) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(_groups(width_in), width_in)
        self.conv1 = nn.Conv2d(width_in, width, 3, padding=1)
        self.modulate = nn.Linear(embedding, 2 * width)
        self.norm2 = nn.GroupNorm(_groups(width), width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.skip = nn.Conv2d(width_in, width, 1) if width_in != width else nn.Identity()
        for parameter in self.conv2.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        scale, shift = self.modulate(embedding)[..., None, None].chunk(2, dim=1)
        h = self.conv1(functional.silu(self.norm1(x)))
        h = self.conv2(functional.silu(self.norm2(h) * (1 + scale) + shift))
        y: Tensor = self.skip(x) + h
        return y


def _groups(width: int) -> int:
    return next(n for n in (8, 4, 2, 1) if width % n == 0)


def _pad_to(x: Tensor, factor: int) -> Tensor:
    """Zero-pad at the bottom and right to a multiple of the factor: MR images end in air."""
    height, width = x.shape[-2:]
    return functional.pad(x, (0, -width % factor, 0, -height % factor))
