"""Measure methods on scans that no training saw: cases, masks, methods, tables."""
