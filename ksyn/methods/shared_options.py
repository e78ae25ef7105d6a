"""Options that several methods have, declared once, since methods do not import each other."""

from __future__ import annotations

from typing import Any

from ksyn.options import option


def spirit_kernel() -> Any:  # noqa: ANN401
    """Declare the option `kernel` of what follows SPIRiT's rule; None stands for `kernel_for`."""
    return option(
        None,
        low=2,
        high=15,
        unit="samples",
        help="Side of the surroundings that predict a sample; automatic: the fewer coils, the "
        "larger, as the centre allows.",
    )


def spirit_ridge() -> Any:  # noqa: ANN401
    """Declare the option `regularisation` of what follows SPIRiT's rule."""
    return option(
        0.03, low=1e-8, high=10.0, help="Weight of the squared kernel; more for a noisy centre."
    )


def wavelet_name() -> Any:  # noqa: ANN401
    """Declare the option `wavelet`."""
    return option("db2", help="Daubechies wavelet.")


def wavelet_levels() -> Any:  # noqa: ANN401
    """Declare the option `levels` of a wavelet transform."""
    return option(4, low=1, high=8, advanced=True, help="Levels of the transform at most.")


def wavelet_shifts() -> Any:  # noqa: ANN401
    """Declare the option `shifts` of a wavelet transform in a loop."""
    return option(True, advanced=True, help="Shift the wavelet's grid at random in each iteration.")


def sparsity_weight(most: float, what: str) -> Any:  # noqa: ANN401
    """Declare the weight λ of a sparse prior.

    Args:
        most: Its upper limit; images have maximum 1.
        what: What of the image it weighs.
    """
    return option(
        None,
        low=0.0,
        high=most,
        help=f"Weight λ of {what} (image maximum 1); automatic follows the noise.",
    )


def splitting_penalty(default: float) -> Any:  # noqa: ANN401
    """Declare the option `penalty` of an alternating direction method of multipliers."""
    return option(
        default,
        low=1e-4,
        high=100.0,
        advanced=True,
        help="Weight ρ that ties the splitting together; changes the speed, not the end.",
    )


def splitting_solves() -> Any:  # noqa: ANN401
    """Declare the option `inner_iterations` of an alternating direction method of multipliers."""
    return option(
        5, low=1, high=100, advanced=True, help="Conjugate-gradient iterations in each iteration."
    )
