"""Probe: a file of unknown format, and what can be learned of it without reading the scan."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from ksyn.io.guard import first_bytes, regular_file
from ksyn.io.hdf5 import Hdf5File, is_hdf5


class Probe:
    """A file that is there, is regular and is not empty.

    Args:
        path: The file.

    Raises:
        ReadError: It is not.
    """

    def __init__(self, path: Path) -> None:
        self.path = regular_file(path)
        self.head = first_bytes(path)

    @cached_property
    def hdf5(self) -> Hdf5File | None:
        """The file opened as HDF5, once for all readers that look; None if it is something else.

        The scan that is made of it closes it.
        """
        return Hdf5File(self.path) if is_hdf5(self.head) else None

    def close(self) -> None:
        """Close what was opened to look."""
        opened = self.__dict__.get("hdf5")
        if opened is not None:
            opened.close()
