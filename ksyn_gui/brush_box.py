"""The brush for painting masks: what it paints, how wide, and the way back."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ksyn_gui.number_boxes import WholeBox
from ksyn_gui.parts import GAP, heading, push_button, tool_button
from ksyn_gui.views.kspace_brush import BIGGEST_BRUSH, Brush

_PAINT_TIP = "Add samples; once more to put the brush away (B: take it, put it away)"
_ERASE_TIP = "Take samples away; once more to put the brush away (X: paint or erase)"


class BrushBox(QWidget):
    """Buttons for the brush, undo and files; Paint or Erase is lit while the brush is in hand."""

    painting_switched = Signal(bool)
    brush_chosen = Signal(object, int, bool)
    """Brush, its size in samples, and whether it erases."""

    def __init__(self, stack: QUndoStack) -> None:
        super().__init__()
        self._painting, self._erasing = False, False
        self.paint = _switch("paint-brush", "Paint", _PAINT_TIP)
        self.erase = _switch("eraser", "Erase", _ERASE_TIP)
        self.lines = _switch("columns", "Lines", "Whole lines along ky (T)")
        self.points = _switch("dots-nine", "Points", "Single samples (T)")
        self.width_ = WholeBox()
        self.undo = tool_button("arrow-counter-clockwise", "Undo", "Undo (Ctrl+Z)")
        self.redo = tool_button("arrow-clockwise", "Redo", "Redo (Ctrl+Shift+Z)")
        self.load = tool_button("download-simple", "Load mask", "Read a mask (.npy)")
        self.save = tool_button("upload-simple", "Save mask", "Write this mask (.npy)")
        self._prepare()
        self._lay_out()
        self._connect(stack)

    @property
    def brush(self) -> Brush:
        """Whole lines or points."""
        return Brush.COLUMN if self.lines.isChecked() else Brush.POINT

    def show_painting(self, on: bool) -> None:
        """Show whether the view holds the brush."""
        self._painting = on
        self._light()

    def show_brush(self, brush: Brush, size: int, erase: bool) -> None:
        """Show what brush the view holds."""
        self._erasing = erase
        self._light()
        for button, kind in ((self.lines, Brush.COLUMN), (self.points, Brush.POINT)):
            with QSignalBlocker(button):
                button.setChecked(brush is kind)
        with QSignalBlocker(self.width_):
            self.width_.setValue(size)

    def allow(self, there_is_a_mask: bool) -> None:
        """Enable what makes sense."""
        for widget in (self.paint, self.erase, self.save, self.load):
            widget.setEnabled(there_is_a_mask)

    def _prepare(self) -> None:
        self.width_.setAccessibleName("Width of the brush")
        self.width_.setToolTip("Width of the brush in samples ([ narrower, ] wider)")
        self.width_.setRange(1, BIGGEST_BRUSH)
        self.width_.setSuffix(" wide")
        group = QButtonGroup(self)
        group.addButton(self.lines)
        group.addButton(self.points)
        self.lines.setChecked(True)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GAP)
        layout.addLayout(self._heading())
        layout.addLayout(_row(self.paint, self.erase))
        layout.addLayout(_row(self.lines, self.points, self.width_))

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(heading("By hand"), 1)
        for button in (self.undo, self.redo, self.load, self.save):
            row.addWidget(button)
        return row

    def _connect(self, stack: QUndoStack) -> None:
        self.paint.clicked.connect(lambda _: self._switch(erasing=False))
        self.erase.clicked.connect(lambda _: self._switch(erasing=True))
        self.lines.toggled.connect(lambda _: self._tell())
        self.width_.valueChanged.connect(lambda _: self._tell())
        stack.canUndoChanged.connect(self.undo.setEnabled)
        stack.canRedoChanged.connect(self.redo.setEnabled)
        stack.undoTextChanged.connect(lambda text: _say(self.undo, "Undo", text, "Ctrl+Z"))
        stack.redoTextChanged.connect(lambda text: _say(self.redo, "Redo", text, "Ctrl+Shift+Z"))
        self.undo.setEnabled(stack.canUndo())
        self.redo.setEnabled(stack.canRedo())

    def _switch(self, *, erasing: bool) -> None:
        """Take the brush for one of its two uses, or put it away where that was its use."""
        on = not (self._painting and self._erasing is erasing)
        self._painting, self._erasing = on, erasing
        self._light()
        self._tell()
        self.painting_switched.emit(on)

    def _light(self) -> None:
        """Light what a stroke does, while the brush is in hand."""
        self.paint.setChecked(self._painting and not self._erasing)
        self.erase.setChecked(self._painting and self._erasing)

    def _tell(self) -> None:
        self.brush_chosen.emit(self.brush, self.width_.value(), self._erasing)


def _say(button: QToolButton, verb: str, text: str, keys: str) -> None:
    button.setToolTip(f"{verb} {text}".rstrip() + f" ({keys})")


def _switch(icon_name: str, text: str, tip: str) -> QPushButton:
    button = push_button(text, icon_name, tip)
    button.setCheckable(True)
    return button


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(GAP)
    for widget in widgets:
        row.addWidget(widget, 1)
    return row
