"""What the coil maps of a scan let every method expect."""

from __future__ import annotations

from ksyn.coils.espirit import OVERFLOW_SHARE
from ksyn.data import SensMaps


def hints_of_maps(sens_maps: SensMaps, wanted: str, made: str) -> tuple[str, ...]:
    """Return what the coil maps let expect.

    Args:
        sens_maps: The maps.
        wanted: How they were to be made.
        made: How they were made.
    """
    hints = []
    if made != wanted:
        hints.append(
            f"The calibration centre is too small for {wanted} maps; used: {made}. Measure more "
            "autocalibration (ACS) lines if you can."
        )
    if sens_maps.overflow > OVERFLOW_SHARE:
        hints.append(
            f"The object is larger than the field of view: in {100 * sens_maps.overflow:.0f} % of "
            "it one set of coil maps does not explain the data. Choose two sets (map_sets = 2)."
        )
    return tuple(hints)
