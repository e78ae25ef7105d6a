"""What every reconstructed picture says of itself: in the window, burned in, and in headers."""

NOT_DIAGNOSTIC = "not for diagnostic use"
"""As part of a sentence."""
NOT_FOR_DIAGNOSIS = "Not for diagnostic use"
"""By itself."""
RECONSTRUCTED = f"{NOT_FOR_DIAGNOSIS} – reconstructed"
"""Of an image that a classical method made, the zero-filled one included."""
AI_RECONSTRUCTED = f"{NOT_FOR_DIAGNOSIS} – AI-reconstructed"
"""Of an image that a trained network had a part in."""


def label_of(*, learned: bool) -> str:
    """Return what a reconstruction says of itself; `learned`: a trained network took part."""
    return AI_RECONSTRUCTED if learned else RECONSTRUCTED
