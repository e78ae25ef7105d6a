"""What is remembered comes back; what is broken is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from ksyn_gui.settings import Settings


@pytest.mark.parametrize("preference", ["light", "dark", "system"])
def test_the_theme_is_remembered(preference):
    Settings().theme = preference
    assert Settings().theme == preference


def test_a_theme_that_does_not_exist_is_that_of_the_system():
    QSettings("K-Syn", "K-Syn").setValue("theme", "pink")
    assert Settings().theme == "system"


def test_recent_scans_are_listed_newest_first_and_once(tmp_path: Path):
    paths = [tmp_path / f"{number}.h5" for number in range(10)]
    for path in [*paths, paths[3]]:
        path.touch()
        Settings().remember(path)
    assert Settings().recent[:2] == [paths[3], paths[9]]
    assert len(Settings().recent) == 8


def test_one_recent_scan_is_a_list_of_one(tmp_path: Path):
    Settings().remember(tmp_path)
    assert Settings().recent == [tmp_path]


def test_scans_that_are_gone_are_not_listed(tmp_path: Path):
    Settings().remember(tmp_path / "gone.h5")
    assert Settings().recent == []


def test_recent_scans_can_be_forgotten(tmp_path: Path):
    Settings().remember(tmp_path)
    Settings().forget_recent()
    assert Settings().recent == []


def test_a_layout_of_another_version_is_not_restored():
    Settings().layout = QByteArray(b"geometry"), QByteArray(b"state")
    assert Settings().layout == (QByteArray(b"geometry"), QByteArray(b"state"))
    QSettings("K-Syn", "K-Syn").setValue("layout/version", 999)
    assert Settings().layout is None
