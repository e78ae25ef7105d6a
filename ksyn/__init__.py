"""K-Syn's engine: read k-space, mask it, reconstruct it, measure the result."""

__version__ = "0.1.0"
