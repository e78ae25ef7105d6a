"""An unrolled network: learned mending of the image and data consistency, in turn."""

from __future__ import annotations

from typing import ClassVar

from ksyn.methods.with_model import LearnedMethod, model_option


class UnrolledReconstruction(LearnedMethod):
    """Alternate z = x + U(x) and x = argmin ‖M F S x − y‖² + λ ‖x − z‖², a few times.

    The networks U and the weights λ are trained together, end to end; λ follows the scan's noise.

    Source: Aggarwal et al., IEEE Trans. Med. Imaging 38(2), 394-405 (2019) (MoDL); Schlemper et
    al., IEEE Trans. Med. Imaging 37(2), 491-503 (2018) (D5C5).
    """

    name: ClassVar[str] = "unrolled"
    title: ClassVar[str] = "Unrolled network"
    when: ClassVar[str] = "In seconds, when the scan resembles what the network was trained on."

    model: str = model_option("reconstruction/unrolled", "unrolled-head")
