"""Where a picture is pointed at, by mouse, arrows or a linked picture, and the crosshair there."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal

from ksyn_gui.views.surface import Surface

ORIGIN = QPointF(0, 0)


class Pointer(QObject):
    """A place in the plane, and whether a crosshair marks it."""

    pointed = Signal(object)
    """QPointF in the plane, or None when the pointer has left; by the user."""
    moved = Signal()
    """The place is another one, whoever moved it."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._surface = surface
        self._place: QPointF | None = None
        self._shown = self._held = False

    @property
    def place(self) -> QPointF | None:
        """Where the pointer or the crosshair is."""
        return self._place

    @property
    def cross_shown(self) -> bool:
        """Whether the crosshair follows the pointer."""
        return self._shown

    @property
    def draws_cross(self) -> bool:
        """Whether the crosshair is drawn now: switched on, or held with Shift."""
        return self._shown or self._held

    def set_cross_shown(self, shown: bool) -> None:
        """Show or hide the crosshair; it begins in the middle of the picture."""
        self._shown = shown
        if shown and self._place is None:
            self.point_at(ORIGIN)
        self._draw()

    def hold_cross(self, held: bool) -> None:
        """Draw the crosshair at the next place pointed at, though it is not switched on."""
        self._held = held

    def show(self, place: QPointF | None, *, cross: bool = False) -> None:
        """Show crosshair and read-out for a place without telling anybody."""
        self._place, self._held = place, cross
        self._draw()
        self.moved.emit()

    def point_at(self, place: QPointF | None) -> None:
        """Point at a place as the mouse does."""
        self.show(place, cross=self._held)
        self.pointed.emit(place)

    def _draw(self) -> None:
        self._surface.show_cross(self._place if self.draws_cross else None)
