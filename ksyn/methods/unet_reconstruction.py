"""A supervised U-Net: the network's answer to the zero-filled image, in one pass."""

from __future__ import annotations

from typing import ClassVar

from ksyn.methods.with_model import LearnedMethod, model_option


class UNetReconstruction(LearnedMethod):
    """Let a U-Net take the aliasing out of the zero-filled image, x = x₀ + U(x₀).

    Nothing holds its answer to the measurement: see the data residual.

    Source: Zbontar et al., arXiv 1811.08839, section 5.2 (the fastMRI baseline), here of complex
    coil-combined images.
    """

    name: ClassVar[str] = "unet"
    title: ClassVar[str] = "U-Net"
    when: ClassVar[str] = "In a fraction of a second, where what was measured need not be kept."

    model: str = model_option("reconstruction/unet", "unet-head")
