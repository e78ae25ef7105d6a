"""The scripts behind `make` name what is missing, in the words of the system they run on."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SETUP = Path(__file__).parents[1] / "packaging" / "setup"


def script(name: str) -> ModuleType:
    """Load a script from the folder that must not be a package."""
    spec = importlib.util.spec_from_file_location(name, SETUP / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def system() -> ModuleType:
    return script("check_system")


@pytest.fixture
def environment() -> ModuleType:
    return script("make_environment")


@pytest.mark.parametrize(
    ("release", "family"),
    [
        ("ID=debian\n", "debian"),
        ("ID=ubuntu\nID_LIKE=debian\n", "debian"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "debian"),
        ("ID=fedora\n", "fedora"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "fedora"),
        ("ID=arch\n", "arch"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "suse"),
        ("ID=nixos\n", ""),
    ],
)
def test_relatives_belong_to_one_family(
    system: ModuleType, tmp_path: Path, release: str, family: str
) -> None:
    (tmp_path / "os-release").write_text(release)
    assert system.family(tmp_path / "os-release") == family


def test_a_system_that_says_nothing_has_no_family(system: ModuleType, tmp_path: Path) -> None:
    assert system.family(tmp_path / "os-release") == ""


def test_a_library_is_found_or_not(system: ModuleType) -> None:
    assert system.loads("libc.so.6") == sys.platform.startswith("linux")
    assert not system.loads("libnothing-of-that-name.so.1")


def test_missing_libraries_are_named_as_packages_once(
    system: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "loads", lambda library: "GL" not in library)
    monkeypatch.setattr(system, "family", lambda: "arch")
    monkeypatch.setattr(system, "has_font", lambda: False)
    monkeypatch.setattr(system, "can_make_environments", lambda: True)
    monkeypatch.setattr(system.platform, "system", lambda: "Linux")
    assert system.missing_packages() == ["libglvnd", "ttf-dejavu"]


def test_nothing_is_asked_of_windows_and_macos(
    system: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "loads", lambda library: False)
    monkeypatch.setattr(system.platform, "system", lambda: "Darwin")
    monkeypatch.setattr(system, "can_make_environments", lambda: True)
    assert system.missing_packages() == []


@pytest.mark.parametrize(
    ("family", "command"),
    [
        ("fedora", "sudo dnf install -y one two"),
        ("debian", "sudo apt-get install -y --no-install-recommends one two"),
        ("", "does not find: one two"),
    ],
)
def test_who_may_not_install_is_told_the_command(
    system: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    family: str,
    command: str,
) -> None:
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    assert system.install(family, ["one", "two"]) == 1
    assert command in capsys.readouterr().out


def test_apt_waits_for_another_apt(system: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(" ".join(command))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(system.subprocess, "run", run)
    assert system.apt_install(["one"]) == 0
    assert len(commands) == 2
    assert all("apt-get" in c and "-o DPkg::Lock::Timeout=120" in c for c in commands)


def test_an_old_python_is_refused(
    system: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "OLDEST_PYTHON", (9, 0))
    assert system.main() == 1
    assert "needs Python" in capsys.readouterr().out


def test_an_environment_that_is_not_there_or_broken_does_not_work(
    environment: ModuleType, tmp_path: Path
) -> None:
    assert not environment.works(tmp_path / "none")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bin" / "python").chmod(0o755)
    assert not environment.works(tmp_path)


@pytest.mark.slow
def test_an_environment_is_made_kept_and_made_anew_once_it_was_moved(
    environment: ModuleType, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    environment.prepare(first)
    (first / "mark").touch()
    environment.prepare(first)
    assert (first / "mark").exists()
    moved = first.rename(tmp_path / "moved")
    environment.prepare(moved)
    assert environment.works(moved)
    assert not (moved / "mark").exists()


def test_torch_is_pinned(environment: ModuleType) -> None:
    assert environment.pinned("torch").startswith("torch==")


def test_a_failed_installation_says_that_nothing_is_broken(
    environment: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def fail(*_: object) -> None:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(environment, "prepare", lambda _: None)
    monkeypatch.setattr(environment, "install", fail)
    assert environment.main(tmp_path, []) == 1
    assert "run the same command again" in capsys.readouterr().out


def test_without_a_display_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert script("has_display").main() == 1


def test_a_display_that_qt_can_open_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert script("has_display").main() == 0


def test_a_display_that_is_gone_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9999")
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    assert script("has_display").main() == 1
