"""What can be said of the next run before it begins, from the scan's own samples."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from ksyn.errors import KsynError
from ksyn_gui.engine import runs
from ksyn_gui.facts import Forecast
from ksyn_gui.state.plan import Plan
from ksyn_gui.state.sampling import Sampling
from ksyn_gui.state.study import Study
from ksyn_gui.state.work import Work

_PATIENCE = 1000
"""How long mask and options must rest before the scan is prepared to look at it [ms]."""


class Outlook(QObject):
    """Asks the chosen method what it makes of the scan, once mask and options have come to rest."""

    changed = Signal(object)
    """Forecast; an empty one while nothing is known."""

    def __init__(
        self,
        study: Study,
        sampling: Sampling,
        plan: Plan,
        work: Work,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._study, self._sampling, self._plan, self._work = study, sampling, plan, work
        self._forecast = Forecast()
        self._held = self._missed = self._closed = False
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._timer.timeout.connect(self._ask)
        for signal in (plan.method_changed, study.scan_changed, study.slice_changed):
            signal.connect(lambda _: self._forget())
        for signal in (sampling.settled, plan.options_changed, plan.preparation_changed):
            signal.connect(lambda _: self.ask_again())

    @property
    def forecast(self) -> Forecast:
        """What is known of the next run; empty while nothing is."""
        return self._forecast

    def hold(self, held: bool) -> None:
        """Wait while something else needs the processor, and ask when it does not."""
        self._held = held
        if self._missed and not held:
            self._missed = False
            self.ask_again()

    def ask_again(self) -> None:
        """Ask when everything has come to rest: something else than before may be said."""
        if not self._closed:
            self._timer.start()

    def close(self) -> None:
        """Ask nothing any more."""
        self._closed = True
        self._timer.stop()

    def _forget(self) -> None:
        self._tell(Forecast())
        self.ask_again()

    def _ask(self) -> None:
        measured, mask = self._study.measured, self._sampling.mask
        self._missed = self._held
        if self._held or measured is None or mask is None:
            return
        try:
            run = self._plan.run_of(measured, mask)
        except KsynError:
            return  # the run will say so
        compute = partial(runs.forecast_of, run)
        receive = partial(self._receive, self._plan.method)
        self._work.do(self._work.estimates, compute, receive, fail=lambda _: self._tell(Forecast()))

    def _receive(self, method: str, forecast: Forecast) -> None:
        if method == self._plan.method:
            self._tell(forecast)

    def _tell(self, forecast: Forecast) -> None:
        if forecast != self._forecast:
            self._forecast = forecast
            self.changed.emit(forecast)
