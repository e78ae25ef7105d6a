"""MASKS: sampling patterns."""
