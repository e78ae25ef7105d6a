"""What every reconstructed picture says of itself: in the window, burned in, and in headers."""

NOT_DIAGNOSTIC = "not for diagnostic use"
"""As part of a sentence."""
NOT_FOR_DIAGNOSIS = "Not for diagnostic use"
"""By itself."""
RECONSTRUCTED = f"{NOT_FOR_DIAGNOSIS} – reconstructed"
"""What a file says that a classical method made."""
AI_RECONSTRUCTED = f"{NOT_FOR_DIAGNOSIS} – AI-reconstructed"
"""What a file says that a trained network had a part in, and every view of reconstructions: the
strip there is permanent, whichever method's image is shown just now."""
