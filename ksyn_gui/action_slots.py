"""What is done when an action is chosen in a menu, in the toolbar or by its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ksyn_gui.dialogs.about_dialog import AboutDialog
from ksyn_gui.dialogs.command_dialog import CommandDialog
from ksyn_gui.dialogs.shortcuts_dialog import ShortcutsDialog

if TYPE_CHECKING:
    from ksyn_gui.main_window import MainWindow

Slots = dict[str, Callable[[], object]]


def slots_of(window: MainWindow) -> Slots:
    """Return what each action does, by the action's name; those with a state of their own aside."""
    return _file_slots(window) | _run_slots(window) | _view_slots(window)


def _file_slots(window: MainWindow) -> Slots:
    mask = window.mask_panel
    return {
        "open": window.study_panel.ask,
        "open_demo": window.study_panel.open_demo,
        "save": window.results_panel.ask_save,
        "copy_command": window.results_panel.copy_command,
        "screenshot": window.questions.ask_picture,
        "quit": window.close,
        "undo": window.undo,
        "redo": window.redo,
        "load_mask": mask.load,
        "save_mask": mask.save,
        "acquired": window.session.sampling.use_acquired,
    }


def _run_slots(window: MainWindow) -> Slots:
    reconstruction, steps = window.session.reconstruction, window.steps_panel
    return {
        "run": reconstruction.start,
        "compare": window.method_panel.compare_ticked,
        "pause": reconstruction.pause_or_resume,
        "step": reconstruction.step,
        "stop": window.session.stop,
        "step_back": lambda: steps.go(-1),
        "step_on": lambda: steps.go(1),
        "step_first": lambda: steps.go_to_end(-1),
        "step_last": lambda: steps.go_to_end(1),
        "replay": steps.play_or_rest,
    }


def _turn_slots(window: MainWindow) -> Slots:
    links = window.pictures.links
    return {
        "turn_right": lambda: links.turn(links.orientation.turned(1)),
        "turn_left": lambda: links.turn(links.orientation.turned(-1)),
        "flip_across": lambda: links.turn(links.orientation.flipped()),
        "flip_down": lambda: links.turn(links.orientation.flipped(upside_down=True)),
        "reset_view": lambda: window.middle.canvas_in_use.reset_view(),
    }


def _view_slots(window: MainWindow) -> Slots:
    study, results = window.session.study, window.results_panel
    return {
        **_turn_slots(window),
        "slice_next": lambda: study.set_slice(study.slice + 1),
        "slice_previous": lambda: study.set_slice(study.slice - 1),
        "frame_next": lambda: study.set_frame(study.frame + 1),
        "frame_previous": lambda: study.set_frame(study.frame - 1),
        "coil_next": lambda: study.set_coil(study.coil + 1),
        "coil_previous": lambda: study.set_coil(study.coil - 1),
        "result_next": lambda: results.go(1),
        "result_previous": lambda: results.go(-1),
        "arrange": lambda: window.comparison.arrange(),
        "swap": window.session.comparison.swap,
        "maximise": window.middle.toggle_maximised,
        "full_screen": window.toggle_full_screen,
        "reset_layout": window.docks.reset,
        "system": lambda: window.prefer("system"),
        "light": lambda: window.prefer("light"),
        "dark": lambda: window.prefer("dark"),
        "commands": lambda: CommandDialog(list(window.actions_), window).exec(),
        "shortcuts": lambda: ShortcutsDialog(window).exec(),
        "about": lambda: AboutDialog(window).exec(),
    }
