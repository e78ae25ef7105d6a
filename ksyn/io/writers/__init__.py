"""One result format a file."""
