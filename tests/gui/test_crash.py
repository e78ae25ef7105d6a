"""A crash becomes a report that can be sent: versions and a trace, no names of scans."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QApplication

from ksyn_gui.crash import CrashHandler, report
from ksyn_gui.dialogs.crash_dialog import CrashDialog


@pytest.mark.parametrize(
    "path",
    [
        "/home/ada/scans/Lovelace_Ada.h5",
        "/data/My Patients/Lovelace Ada.h5",
        r"C:\Users\ada\Lovelace.dat",
    ],
)
def test_a_report_names_no_scan(path):
    text = report(f"FileNotFoundError: '{path}' is gone")
    assert "ovelace" not in text
    assert "ada" not in text.lower().replace("data", "")


def test_a_report_names_the_place_in_our_source():
    text = report('  File "/opt/ksyn/ksyn/io/hdf5.py", line 12, in read\n')
    assert "hdf5.py" in text
    assert "line 12" in text


def test_a_report_has_the_versions():
    assert all(name in report("") for name in ("K-Syn", "Python", "Qt", "torch", "System"))


def test_an_exception_nobody_caught_is_told(qtbot):
    handler = CrashHandler()
    handler.install()
    try:
        with qtbot.waitSignal(handler.crashed) as blocker:
            sys.excepthook(ValueError, ValueError("odd"), None)
    finally:
        handler.remove()
    assert blocker.args[0] == "ValueError: odd"
    assert sys.excepthook is sys.__excepthook__


def test_the_report_can_be_copied(qtbot):
    dialog = CrashDialog("ValueError: odd", "the report")
    qtbot.addWidget(dialog)
    dialog.copy.click()
    assert QApplication.clipboard().text() == "the report"
