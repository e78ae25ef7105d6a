"""The line at the foot of the window: what is being done, where we are, what it is not for."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QStatusBar

from ksyn.labels import NOT_FOR_DIAGNOSIS
from ksyn_gui.engine.scans import COMBINED
from ksyn_gui.session import Session

NOTICE_MILLISECONDS = 5000


class StatusLine(QStatusBar):
    """Follows the session."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._study = session.study
        self.setSizeGripEnabled(False)
        self.busy = QLabel("Starting …")
        self.place = QLabel()
        warning = QLabel(NOT_FOR_DIAGNOSIS)
        warning.setObjectName("notice")
        self.addWidget(self.busy)
        self.addPermanentWidget(self.place)
        self.addPermanentWidget(warning)
        self._connect(session)

    def _connect(self, session: Session) -> None:
        study, news = session.study, session.news
        session.engine_changed.connect(lambda _: self._show_busy(""))
        session.work.busy_changed.connect(self._show_busy)
        news.notice.connect(self._show_notice)
        news.saved.connect(lambda path: self._show_notice(f"Saved {path.name}."))
        study.scan_changed.connect(lambda _: self._show_place())
        for moved in (study.slice_changed, study.frame_changed, study.coil_changed):
            moved.connect(lambda _: self._show_place())

    def _show_busy(self, what: str) -> None:
        self.busy.setText(what or "Ready")

    def _show_notice(self, text: str) -> None:
        self.showMessage(text, NOTICE_MILLISECONDS)

    def _show_place(self) -> None:
        scan = self._study.scan
        if scan is None:
            return
        places = (
            ("Slice", self._study.slice, scan.n_slices),
            ("Frame", self._study.frame, scan.n_frames),
            ("Coil", self._study.coil, scan.n_coils),
        )
        words = [_place_words(*place) for place in places if place[-1] > 1]
        self.place.setText("   ".join(words))


def _place_words(name: str, index: int, count: int) -> str:
    return f"{name}s 1–{count}" if index == COMBINED else f"{name} {index + 1}/{count}"
