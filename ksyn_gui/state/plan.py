"""How the next run will reconstruct: method, options, preparation, device and seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QObject, Signal

from ksyn.errors import OptionError
from ksyn_gui.engine import runs, scans
from ksyn_gui.facts import Engine, MaskChoice, MethodFacts


class Plan(QObject):
    """What is chosen for the next run; each method keeps its own options."""

    method_changed = Signal(str)
    options_changed = Signal(object)
    """Values that differ from the defaults, by name."""
    preparation_changed = Signal(object)
    """Values of `ksyn.recipe.Preparation` that differ from the defaults, by name."""
    device_changed = Signal(str)
    seed_changed = Signal(int)
    samples_changed = Signal(int)
    """Seeds to average over."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._methods: list[MethodFacts] = []
        self._method = "cg-sense"
        self._options: dict[str, dict[str, Any]] = {}
        self._preparation: dict[str, Any] = {}
        self._device = "auto"
        self._seed, self._samples = 0, 1

    @property
    def method(self) -> str:
        """Name of the chosen method."""
        return self._method

    @property
    def options(self) -> Mapping[str, Any]:
        """Options of the chosen method that differ from the defaults."""
        return self.options_of(self._method)

    @property
    def preparation(self) -> Mapping[str, Any]:
        """What of the scan preparation differs from the defaults."""
        return self._preparation

    @property
    def device(self) -> str:
        """``auto``, ``cpu`` or ``cuda``."""
        return self._device

    @property
    def seed(self) -> int:
        """Seed of the next run."""
        return self._seed

    @property
    def samples(self) -> int:
        """Seeds that the next run averages over."""
        return self._samples

    def options_of(self, method: str) -> Mapping[str, Any]:
        """Return the options of any method that differ from the defaults."""
        return self._options.get(method, {})

    def facts_of(self, method: str) -> MethodFacts:
        """Return what is known of a method.

        Raises:
            OptionError: The engine has none of that name (or is not loaded yet).
        """
        for facts in self._methods:
            if facts.name == method:
                return facts
        raise OptionError(f"There is no method called {method!r}.")

    def run_of(
        self, measured: scans.Measured, mask: MaskChoice, method: str | None = None
    ) -> runs.GuiRun:
        """Return the run of a slice by the chosen method (or another one), not begun.

        Raises:
            OptionError: There is no such method, or an option is out of range.
        """
        facts = self.facts_of(method or self._method)
        recipe = runs.recipe_of(
            measured,
            mask,
            facts.name,
            self.options_of(facts.name),
            self._preparation,
            self._seed,
            self._samples,
            self._device,
        )
        learned = facts.family != "classical"
        return runs.GuiRun(measured.opened, recipe, facts.title, learned=learned)

    def offer(self, found: Engine) -> None:
        """Choose among these methods from now on."""
        self._methods = found.methods

    def set_method(self, name: str) -> None:
        """Choose the method of the next run."""
        if name == self._method:
            return
        self._method = name
        self.method_changed.emit(name)
        self.options_changed.emit(dict(self.options))

    def set_option(self, name: str, value: object) -> None:
        """Set one option of the chosen method."""
        self.set_options({**self.options, name: value})

    def set_options(self, values: Mapping[str, Any]) -> None:
        """Set all options of the chosen method; what is left out takes its default."""
        if dict(values) == dict(self.options):
            return
        self._options[self._method] = dict(values)
        self.options_changed.emit(dict(values))

    def set_preparation(self, values: Mapping[str, Any]) -> None:
        """Choose how coil maps are made; what is left out takes its default."""
        if dict(values) != self._preparation:
            self._preparation = dict(values)
            self.preparation_changed.emit(dict(values))

    def set_device(self, name: str) -> None:
        """Choose where the next run computes."""
        if name != self._device:
            self._device = name
            self.device_changed.emit(name)

    def set_seed(self, seed: int) -> None:
        """Choose the seed of the next run."""
        if seed != self._seed:
            self._seed = seed
            self.seed_changed.emit(seed)

    def set_samples(self, count: int) -> None:
        """Choose over how many seeds the next run averages."""
        if count != self._samples:
            self._samples = count
            self.samples_changed.emit(count)
