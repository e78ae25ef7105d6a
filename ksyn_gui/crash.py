"""When something fails that should not: say so, offer a report to copy, and go on."""

from __future__ import annotations

import platform
import re
import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QtMsgType, Signal, qInstallMessageHandler, qVersion

import ksyn

_QUOTED = re.compile(r"""(['"])(?:[A-Za-z]:)?[\\/][^'"\n]*\1""")
_PATH = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?[\\/][^\s'\",;:)]+")


class CrashHandler(QObject):
    """Catches what nothing else caught, in any thread, and hands it to the window's thread."""

    crashed = Signal(str, str)
    """One line, and the report."""

    def install(self) -> None:
        """Take over from Python's own way of dying."""
        sys.excepthook = self._hook

    def remove(self) -> None:
        """Give back to Python what is Python's."""
        sys.excepthook = sys.__excepthook__

    def _hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text)
        self.crashed.emit(f"{kind.__name__}: {error}", report(text))


def report(trace: str) -> str:
    """Return what a developer needs to know: versions and the trace, without paths of scans."""
    torch = sys.modules.get("torch")
    versions = {
        "K-Syn": ksyn.__version__,
        "Python": platform.python_version(),
        "Qt": qVersion(),
        "torch": getattr(torch, "__version__", "not loaded"),
        "System": platform.platform(),
    }
    lines = [f"{name}: {version}" for name, version in versions.items()]
    return "\n".join([*lines, "", _without_paths(trace.strip())])


def _without_paths(text: str) -> str:
    """Return the text with every path cut down to a source file's name; scans can name people."""

    def cut(match: re.Match[str]) -> str:
        quote = match.group(0)[0] if match.group(0)[0] in "'\"" else ""
        name = re.split(r"[\\/]", match.group(0).strip("'\""))[-1]
        return f"{quote}…/{name}{quote}" if Path(name).suffix == ".py" else f"{quote}<path>{quote}"

    return _PATH.sub(cut, _QUOTED.sub(cut, text))


def quiet_qt() -> None:
    """Send Qt's warnings to stderr in one line each, and its chatter nowhere."""

    def write(kind: QtMsgType, _context: object, message: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg):
            sys.stderr.write(f"Qt: {message}\n")

    qInstallMessageHandler(write)
