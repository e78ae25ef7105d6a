"""BART as a subprocess, on one thread: https://mrirecon.github.io/bart."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from peers_scan import ACS_LINES, Array, Case, scan


class Bart:
    """A folder of BART's files, and what it spends on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seconds = 0.0

    @staticmethod
    def missing() -> bool:
        """Return whether the command is not installed here."""
        return shutil.which("bart") is None

    def run(self, *words: object) -> None:
        """Run one command and add up its processor time."""
        before = _children()
        command = ["bart", *(str(word) for word in words)]
        one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
        subprocess.run(command, cwd=self.folder, env=one_thread, check=True, capture_output=True)
        self.seconds += _children() - before

    def write(self, name: str, coils: Array) -> None:
        """Write k-space ``coil ky kx`` in BART's order of axes."""
        array = coils.transpose(1, 2, 0)[:, :, None]
        header = "# Dimensions\n" + " ".join(map(str, array.shape)) + "\n"
        (self.folder / f"{name}.hdr").write_text(header)
        array.astype(np.complex64).ravel("F").tofile(self.folder / f"{name}.cfl")

    def read(self, name: str) -> Array:
        """Read an image ``y x`` or maps ``coil y x``."""
        words = (self.folder / f"{name}.hdr").read_text().split("\n")[1].split()
        flat = np.fromfile(self.folder / f"{name}.cfl", np.complex64)
        array = flat.reshape([int(word) for word in words], order="F").squeeze()
        return array if array.ndim == 2 else array.transpose(2, 0, 1)


def _children() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


@cache
def bart_maps(case: Case) -> tuple[Array, float]:
    """Return the maps of `bart ecalib`, and its seconds."""
    with TemporaryDirectory() as folder:
        bart = Bart(Path(folder))
        bart.write("kspace", scan(case).measured)
        bart.run("ecalib", "-m1", f"-r{ACS_LINES}", "kspace", "maps")
        return bart.read("maps"), bart.seconds


def bart_pics(case: Case, *options: object) -> tuple[Array, float]:
    """Return the image of `bart pics` with the maps of `bart ecalib`, and its seconds."""
    with TemporaryDirectory() as folder:
        bart = Bart(Path(folder))
        bart.write("kspace", scan(case).measured)
        bart.write("maps", bart_maps(case)[0])
        bart.run("pics", "-S", *options, "kspace", "maps", "image")
        return bart.read("image"), bart.seconds
