"""The command `ksyn-gui`: quick to start, and able to test itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ksyn_gui.app import _flags


def python(*arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=timeout, check=False
    )


def test_nothing_imported_at_start_up_imports_torch():
    heavy = "{'torch', 'pydantic', 'scipy', 'h5py', 'skimage'}"
    code = f"import ksyn_gui.app, sys; print(sorted({heavy} & set(sys.modules)))"
    assert python("-c", code).stdout.strip() == "[]"


def test_the_smoke_test_reconstructs_the_demo_and_quits_with_0(tmp_path: Path):
    picture = tmp_path / "window.png"
    done = python("-m", "ksyn_gui", "--smoke", "--screenshot", str(picture))
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "QThread" not in done.stderr


@pytest.mark.parametrize("kept", [False, True], ids=["missing", "without axes"])
def test_a_picture_of_what_cannot_be_opened_quits_with_1_and_says_why(tmp_path: Path, kept: bool):
    scan = tmp_path / "scan.npz"
    if kept:
        np.savez(scan, data=np.ones((4, 5, 6), np.complex64))
    shot = ("--screenshot", str(tmp_path / "window.png"))
    done = python("-m", "ksyn_gui", str(scan), *shot)
    assert done.returncode == 1
    assert ("axes" if kept else "scan.npz") in done.stderr
    assert (tmp_path / "window.png").is_file()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere there is a display")
def test_without_a_display_it_names_the_command_line(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    done = python("-m", "ksyn_gui", "--demo")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ksyn demo" in done.stderr


def test_help_answers():
    assert "--smoke" in python("-m", "ksyn_gui", "--help").stdout


def test_flags_are_understood():
    flags = _flags(["scan.h5", "--theme", "dark", "--size", "1440x900"])
    assert (flags.file, flags.theme) == (Path("scan.h5"), "dark")
    assert (flags.size.width(), flags.size.height()) == (1440, 900)


@pytest.mark.parametrize("wrong", [["--size", "wide"], ["--theme", "pink"]])
def test_wrong_flags_are_refused(wrong, capsys):
    with pytest.raises(SystemExit):
        _flags(wrong)
    assert "error" in capsys.readouterr().err
