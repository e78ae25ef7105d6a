"""The flags that say which samples of a scan to use, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ksyn.errors import OptionError
from ksyn.options import parse_assignments

if TYPE_CHECKING:  # it imports torch, and `--help` shall not wait for it
    from ksyn.recipe import MaskChoice


@dataclass(frozen=True)
class AskedMask:
    """What the flags say of a mask; None where they say nothing."""

    kind: str | None = None
    acceleration: float | None = None
    acs: int | None = None
    settings: list[str] | None = None
    seed: int | None = None
    file: Path | None = None
    as_acquired: bool | None = None

    def choice(self, base: MaskChoice) -> MaskChoice | None:
        """Return the mask that is asked for, or None when none is.

        Options without a pattern change those of `base`, the recipe's own.

        Raises:
            OptionError: Two are asked for, or options without a pattern.
        """
        from ksyn.masks import MASKS
        from ksyn.recipe import AsAcquired, FileMask, PatternMask

        self._check_one()
        if self.kind is not None:
            return PatternMask.of(MASKS.get(self.kind).of(self.values), self.seed or 0)
        if self.values:
            return self._changed(base)
        if self.file is not None:
            return FileMask(path=str(self.file))
        return AsAcquired() if self.as_acquired else None

    @property
    def values(self) -> dict[str, object]:
        """Options of the pattern that were given."""
        short = {"acceleration": self.acceleration, "acs_lines": self.acs}
        given = {name: value for name, value in short.items() if value is not None}
        return {**parse_assignments(self.settings or []), **given}

    def _check_one(self) -> None:
        if sum((self.kind is not None, self.file is not None, bool(self.as_acquired))) > 1:
            raise OptionError(
                "--mask, --mask-file and --as-acquired exclude each other.",
                hint="Keep one of them.",
            )

    def _changed(self, base: MaskChoice) -> MaskChoice:
        """Return the recipe's pattern with other options."""
        from ksyn.masks import MASKS
        from ksyn.recipe import PatternMask

        if self.file or self.as_acquired or not isinstance(base, PatternMask):
            raise OptionError(
                f"{', '.join(self.values)}: options of a mask, but no mask was named.",
                hint="Add --mask KIND, for example --mask uniform.",
            )
        pattern = MASKS.get(base.name).of({**base.options, **self.values})
        return PatternMask.of(pattern, base.seed if self.seed is None else self.seed)
