"""The problem that several runs share: same slice, same samples, same coil maps."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ksyn.io.scan import Scan
    from ksyn.pipeline import Prepared
    from ksyn.recipe import Recipe

_MAKES_IT = {"slice", "frame", "mask", "preparation", "device"}
"""Fields of a recipe that a problem depends on."""


class Problems:
    """Keeps the newest problem of a scan; whoever asks for it while it is made waits for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._key = ""
        self._newest: Prepared | None = None

    def of(self, scan: Scan, recipe: Recipe) -> Prepared:
        """Return the problem of a recipe, prepared anew only where the newest is another one."""
        from ksyn.pipeline import prepare_slice  # late: the window shows before torch is read
        from ksyn.recipe import FileMask

        if isinstance(recipe.mask, FileMask):  # the file may be another one by now
            return prepare_slice(scan, recipe)
        key = recipe.model_dump_json(include=_MAKES_IT)
        with self._lock:
            if self._newest is None or key != self._key:
                self._newest = None  # two would need twice the memory
                self._newest, self._key = prepare_slice(scan, recipe), key
            return self._newest
