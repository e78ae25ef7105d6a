"""Noise schedules, denoisers and samplers of the diffusion methods."""
