from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from fastmri_file import random_complex

from ksyn import file_process
from ksyn.errors import ReadError
from ksyn.io.file_process import FileProcess
from ksyn.io.hdf5 import Hdf5File

BECOME = "from ksyn.file_process import become_if_asked; become_if_asked(); print('went on')"


def run(*arguments: str) -> bytes:
    command = [sys.executable, "-c", BECOME, *arguments]
    request = json.dumps({"kind": "limit", "memory": 1 << 40}).encode() + b"\n"
    return subprocess.run(command, input=request, capture_output=True, check=True).stdout


def test_a_frozen_app_becomes_the_program_when_asked() -> None:
    assert run(file_process.FLAG) == b'{"arrays": 0}\n'


def test_it_goes_on_when_not_asked() -> None:
    assert run() == b"went on\n"


def test_it_starts_without_torch() -> None:
    code = "import ksyn.file_process, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_arrays_come_through_as_they_are(tmp_path: Path) -> None:
    stored = {
        "complex": random_complex(3, 4),
        "record": np.zeros(2, [("a", "f4"), ("b", [("c", "u2", (3,))])]),
        "logical": np.array([True, False]),
        "big": np.arange(5, dtype=">i4"),
    }
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, values in stored.items():
            file[name] = values
    with Hdf5File(tmp_path / "a.h5") as file:
        for name, values in stored.items():
            assert file.datasets[name].dtype == values.dtype
            assert np.array_equal(file.datasets[name].whole(), values)


def test_parts_are_read_as_slices_and_numbers_say(tmp_path: Path) -> None:
    values = random_complex(3, 4, 5)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = values
    with Hdf5File(tmp_path / "a.h5") as file:
        assert np.array_equal(file.datasets["x"][1, slice(None), slice(1, 3)], values[1, :, 1:3])


def test_a_question_that_cannot_be_answered_is_a_read_error(tmp_path: Path) -> None:
    (tmp_path / "a.h5").write_bytes(b"not HDF5")
    with pytest.raises(ReadError, match="cannot be read as HDF5") as caught:
        Hdf5File(tmp_path / "a.h5")
    assert caught.value.hint


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound memory so")
def test_a_parser_that_asks_for_too_much_memory_is_stopped(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", (1 << 40,), "f4", chunks=(1024,))
    process = FileProcess(tmp_path / "a.h5", "HDF5")
    process.ask("open", path=str(tmp_path / "a.h5"), attributes=[])
    with pytest.raises(ReadError):
        process.ask("read", name="x", index=None, field=None)
    process.close()
