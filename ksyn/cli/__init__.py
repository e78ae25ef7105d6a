"""The `ksyn` command; torch is imported inside the commands, so that help answers at once."""

from ksyn.cli.app import main

__all__ = ["main"]
