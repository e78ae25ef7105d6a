"""What one view does, the others of its group do too; each link can be switched."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, QPointF, Signal

from ksyn_gui.views.canvas import ArrayCanvas
from ksyn_gui.views.levels import Levels
from ksyn_gui.views.orientation import UPRIGHT, Orientation
from ksyn_gui.views.surface import Port

BODY = "image"
"""The plane that can be turned; k-space lies as it was measured."""


class Link(StrEnum):
    """What is shared."""

    ZOOM = "Zoom and position"
    CROSSHAIR = "Crosshair"
    LEVELS = "Window and level"
    SCROLL = "Slice"


@dataclass(frozen=True)
class _Member:
    canvas: ArrayCanvas
    plane: str
    quantity: str
    leads: bool


class Links(QObject):
    """Keeps canvases together: zoom and crosshair within a plane, levels within a quantity.

    Every canvas' wheel and arrow keys arrive as one signal while slices are linked; otherwise only
    the canvas that was scrolled says so (`scrolled_alone`).
    """

    switched = Signal(object, bool)
    """Link, on."""
    scrolled = Signal(int)
    """Pictures onwards, for all views."""
    scrolled_alone = Signal(object, int)
    """Canvas, pictures onwards, for that view only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._members: list[_Member] = []
        self._on = dict.fromkeys(Link, True)
        self._orientation = UPRIGHT

    def add(
        self, canvas: ArrayCanvas, *, plane: str = BODY, quantity: str = "", leads: bool = True
    ) -> None:
        """Let a canvas take part.

        Args:
            canvas: The canvas.
            plane: Canvases of one plane share zoom and crosshair.
            quantity: Canvases of one quantity share levels; empty shares with none.
            leads: Whether its new pictures may choose the levels of the others. One canvas of a
                quantity should, and the rest not.
        """
        member = _Member(canvas, plane, quantity, leads)
        self._members.append(member)
        canvas.port_chosen.connect(lambda port: self._share_port(member, port))
        canvas.pointer.pointed.connect(lambda place: self._share_place(member, place))
        canvas.levels_changed.connect(lambda levels: self._share_levels(member, levels))
        canvas.look_changed.connect(lambda: self._take_levels(member))
        canvas.scrolled.connect(lambda steps: self._share_scroll(member, steps))
        canvas.turned.connect(self.turn)
        canvas.grip_changed.connect(self._hold)
        self._let_lead(member)
        self._catch_up(member)

    @property
    def orientation(self) -> Orientation:
        """How all pictures of the body are turned."""
        return self._orientation

    def turn(self, orientation: Orientation) -> None:
        """Turn all pictures of the body, linked or not: no two may show another side as left."""
        self._orientation = orientation
        for member in self._members:
            if member.plane == BODY:
                member.canvas.turn(orientation)

    def is_on(self, link: Link) -> bool:
        """Return whether it is shared."""
        return self._on[link]

    def switch(self, link: Link, on: bool) -> None:
        """Share it, or let each view go its own way."""
        if on == self._on[link]:
            return
        self._on[link] = on
        for member in self._members:
            self._let_lead(member)
        if on and link is Link.LEVELS:
            self._join_levels()
        if on and link is Link.ZOOM:
            self._join_ports()
        self.switched.emit(link, on)

    def _others(self, member: _Member, trait: str) -> list[ArrayCanvas]:
        wanted = getattr(member, trait)
        others = (other for other in self._members if other is not member and wanted)
        return [other.canvas for other in others if getattr(other, trait) == wanted]

    def _hold(self, held: bool) -> None:
        for member in self._members:
            member.canvas.hold(held)

    def _share_port(self, member: _Member, port: Port | None) -> None:
        if self._on[Link.ZOOM]:
            for canvas in self._others(member, "plane"):
                canvas.set_port(port)

    def _share_place(self, member: _Member, place: QPointF | None) -> None:
        if not self._on[Link.CROSSHAIR]:
            return
        cross = member.canvas.pointer.draws_cross and place is not None
        for canvas in self._others(member, "plane"):
            canvas.pointer.show(place, cross=cross)

    def _share_levels(self, member: _Member, levels: Levels) -> None:
        if self._on[Link.LEVELS]:
            for canvas in self._alike(member):
                canvas.set_levels(levels, member.canvas.level_choice.preset)

    def _take_levels(self, member: _Member) -> None:
        """Let a canvas have the levels of those that show the same as it."""
        for other in self._alike(member):
            if self._on[Link.LEVELS] and not other.is_empty:
                member.canvas.set_levels(other.levels, other.level_choice.preset)

    def _alike(self, member: _Member) -> list[ArrayCanvas]:
        """Return the canvases of its quantity that draw it in the same colours."""
        others = self._others(member, "quantity")
        return [other for other in others if other.lut_name == member.canvas.lut_name]

    def _share_scroll(self, member: _Member, steps: int) -> None:
        if self._on[Link.SCROLL]:
            self.scrolled.emit(steps)
        else:
            self.scrolled_alone.emit(member.canvas, steps)

    def _let_lead(self, member: _Member) -> None:
        member.canvas.level_choice.leads = (
            member.leads or not member.quantity or not self._on[Link.LEVELS]
        )

    def _catch_up(self, member: _Member) -> None:
        """Let a canvas that comes late begin with what the others show."""
        if member.plane == BODY:
            member.canvas.turn(self._orientation)
        self._take_levels(member)
        for other in self._others(member, "plane"):
            if self._on[Link.ZOOM] and not other.surface.is_fitted:
                member.canvas.set_port(other.surface.port)

    def _join_levels(self) -> None:
        for member in self._members:
            if member.leads and member.quantity:
                self._share_levels(member, member.canvas.levels)

    def _join_ports(self) -> None:
        """Follow the first canvas of each plane."""
        planes: dict[str, _Member] = {}
        for member in self._members:
            first = planes.setdefault(member.plane, member)
            port = None if first.canvas.surface.is_fitted else first.canvas.surface.port
            member.canvas.set_port(port)
