"""The matrix A of windows, which the engine only knows as AᴴA."""

import torch


def windows_of(calibration, kernel):
    """Return one window a row in double precision: coil by coil, tap by tap."""
    windows = calibration.unfold(1, kernel[0], 1).unfold(2, kernel[1], 1)
    return windows.permute(1, 2, 0, 3, 4).flatten(0, 1).flatten(1).to(torch.complex128)
