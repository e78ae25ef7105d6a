"""H-DSLR: learned filters that annihilate k-space, and a learned prior of coil images."""

from __future__ import annotations

from typing import ClassVar

from ksyn.methods.with_model import LearnedMethod, model_option


class HDslrReconstruction(LearnedMethod):
    """Minimise ‖M z − y‖² + λ₁ ‖N_k z‖² + λ₂ ‖N_i Fᴴ z‖² over the k-space z of all coils.

    Structured low rank finds the filters that annihilate a scan's k-space in its calibration
    centre; here a CNN N_k that was trained on other scans stands for them, beside a CNN N_i of the
    coil images. Coil maps only combine the coils in the end, so none have to be right.

    Source: Pramanik, Aggarwal and Jacob, IEEE Trans. Med. Imaging 39(12), 4186-4197 (2020).
    """

    name: ClassVar[str] = "h-dslr"
    title: ClassVar[str] = "H-DSLR"
    when: ClassVar[str] = "Where coil maps cannot be trusted: it unfolds without them."

    model: str = model_option("reconstruction/h-dslr", "h-dslr-head")
