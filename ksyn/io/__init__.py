"""READERS and WRITERS: scans in, results out."""
