"""Made-up scans whose truth is known: the demo, the tests' input, extra training data."""

from ksyn.phantoms.coils import FIELD_OF_VIEW, coil_maps
from ksyn.phantoms.heart import beating_heart
from ksyn.phantoms.scans import demo_kspace, head_image, head_kspace, scan_of
from ksyn.phantoms.shepp_logan import shepp_logan
from ksyn.phantoms.tissues import Contrast

__all__ = [
    "FIELD_OF_VIEW",
    "Contrast",
    "beating_heart",
    "coil_maps",
    "demo_kspace",
    "head_image",
    "head_kspace",
    "scan_of",
    "shepp_logan",
]
