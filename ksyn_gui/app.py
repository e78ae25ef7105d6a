"""What the `ksyn-gui` command does: a window first, the engine after it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtWidgets import QApplication

from ksyn_gui import crash, runner
from ksyn_gui.facts import StoredResult, Trouble
from ksyn_gui.garbage import GarbageCollector
from ksyn_gui.main_window import MainWindow
from ksyn_gui.session import Session
from ksyn_gui.settings import Settings
from ksyn_gui.theme import Theme, icon

_SWITCH_INTERVAL = 0.0005
"""Time after which a thread gives way to another [s]: while the window draws, a reconstruction
waits that long to begin its next operation."""
_SMOKE_SECONDS = 180
"""After that long a smoke test has failed [s]."""
_NO_DISPLAY = """There is no display here, so no window can open.
Use the command line, for example `ksyn demo`, or set QT_QPA_PLATFORM=offscreen for a picture.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the window; return what the process shall exit with."""
    flags = _flags(arguments)
    if not _has_display():
        sys.stderr.write(_NO_DISPLAY)
        return 1
    crash.quiet_qt()
    application = make_application()
    collector = GarbageCollector(application)
    settings = Settings()
    theme = Theme(application, flags.theme or settings.theme)
    session = Session()
    window = make_window(session, theme, settings)
    handler = crash.CrashHandler()
    handler.crashed.connect(window.show_crash)
    handler.install()
    if flags.size is not None:
        window.resize(flags.size)
    window.show()
    QTimer.singleShot(0, session.load_engine)
    if flags.demo or flags.smoke:
        session.study.open("demo")
    elif flags.file is not None:
        window.open(flags.file)
    watcher = _watcher(flags, window)
    code = application.exec()
    collector.close()
    handler.remove()
    del watcher
    return _leave(code)


def make_application() -> QApplication:
    """Return the one application there is, made ready for the window."""
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("K-Syn")
    application.setOrganizationName("K-Syn")
    application.setDesktopFileName("ksyn")
    application.setWindowIcon(icon("aperture"))
    sys.setswitchinterval(_SWITCH_INTERVAL)
    return application


def make_window(session: Session, theme: Theme, settings: Settings) -> MainWindow:
    """Return the window, not shown yet."""
    with theme.undressed():
        return MainWindow(session, theme, settings)


def _has_display() -> bool:
    """Return whether Qt has somewhere to draw; it aborts the process where it has not."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(map(os.environ.get, names))


def _leave(code: int) -> int:
    """Return the code, or end at once when a thread would keep the process alive."""
    if not runner.all_finished():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _flags(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="ksyn-gui", description="Reconstruct MRI k-space, and watch it happen."
    )
    parser.add_argument("file", nargs="?", type=Path, help="scan to open")
    parser.add_argument("--demo", action="store_true", help="open the built-in scan")
    parser.add_argument(
        "--smoke",
        action="store_true",
        help="open the demo, reconstruct it once, save the picture, and quit with 0",
    )
    parser.add_argument(
        "--screenshot",
        type=Path,
        metavar="PNG",
        help="save a picture of the window when it has come to rest, and quit",
    )
    parser.add_argument("--theme", choices=("system", "light", "dark"))
    parser.add_argument("--size", type=_size, metavar="WxH", help="size of the window [pixels]")
    return parser.parse_args(arguments)


def _size(text: str) -> QSize:
    width, _, height = text.partition("x")
    return QSize(int(width), int(height))


def _watcher(flags: argparse.Namespace, window: MainWindow) -> QObject | None:
    if flags.smoke:
        return SmokeTest(window, flags.screenshot)
    if flags.screenshot is not None:
        return Photographer(window, flags.screenshot)
    return None


class SmokeTest(QObject):
    """Reconstructs the demo once, saves result and picture, and quits: 0 when all went well."""

    def __init__(self, window: MainWindow, picture: Path | None) -> None:
        super().__init__(window)
        self._window, self._picture = window, picture
        self._folder = TemporaryDirectory()
        session = window.session
        # Whichever comes last.
        session.engine_changed.connect(self._run)
        session.preview.zero_filled_changed.connect(self._run)
        session.results.changed.connect(self._save)
        session.news.saved.connect(self._finish)
        session.news.error_raised.connect(self._fail)
        QTimer.singleShot(_SMOKE_SECONDS * 1000, self, lambda: self._quit(1))

    def _run(self, _: object) -> None:
        session = self._window.session
        if session.ready and not session.results.all and not session.reconstruction.busy:
            session.reconstruction.start()

    def _save(self, results: list[StoredResult]) -> None:
        if results:
            path = Path(self._folder.name) / "result.png"
            self._window.session.results.save(results[-1].number, path)

    def _finish(self, path: Path) -> None:
        good = path.stat().st_size > 0
        if self._picture is not None:
            self._window.save_picture(self._picture)
        self._quit(0 if good else 1)

    def _fail(self, trouble: Trouble) -> None:
        sys.stderr.write(f"{trouble.message}\n{trouble.hint}\n{trouble.report}\n")
        self._quit(1)

    def _quit(self, code: int) -> None:
        self._folder.cleanup()
        self._window.leave()
        QApplication.exit(code)


class Photographer(QObject):
    """Waits until nothing changes any more, saves a picture of the window, and quits.

    It quits with 0 unless there was trouble, which it tells on stderr.
    """

    _REST = 1200
    """How long nothing may happen [ms]."""

    def __init__(self, window: MainWindow, picture: Path) -> None:
        super().__init__(window)
        self._window, self._picture, self._code = window, picture, 0
        self._timer = QTimer(self, singleShot=True, interval=self._REST)
        self._timer.timeout.connect(self._take)
        session = window.session
        shown, failed = session.preview.zero_filled_changed, session.news.error_raised
        for signal in (session.engine_changed, shown, failed):
            signal.connect(lambda _: self._timer.start())
        failed.connect(lambda trouble: self._note(f"{trouble.message}\n{trouble.hint}"))
        session.study.layout_needed.connect(lambda _path, needed: self._note(str(needed)))

    def _note(self, trouble: str) -> None:
        sys.stderr.write(f"{trouble}\n")
        self._code = 1

    def _take(self) -> None:
        self._window.save_picture(self._picture)
        self._window.leave()
        QApplication.exit(self._code)
