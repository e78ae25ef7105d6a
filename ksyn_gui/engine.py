"""The window's door to `ksyn`: plain functions for worker threads, numpy out.

The engine (and with it torch) is imported inside the functions, so that the window can show
before torch is read from the disk.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ksyn.errors import DeviceError, KsynError
from ksyn_gui.facts import (
    Bits,
    Complex,
    Engine,
    MaskChoice,
    MethodFacts,
    ModelFacts,
    OtherSlice,
    PatternFacts,
    PointSpread,
    StoredResult,
    Trouble,
)
from ksyn_gui.problems import Problems

if TYPE_CHECKING:
    import torch

    from ksyn.data import KSpace, Mask, Step
    from ksyn.io.layout import Layout
    from ksyn.io.scan import Scan
    from ksyn.pipeline import Prepared, Run
    from ksyn.recipe import Input, Recipe
    from ksyn.weights import Card

DEMO = "demo"
"""Stands for the path of the built-in scan."""
AS_ACQUIRED = "as-acquired"
PAINTED = "painted"
FROM_FILE = "file"
COMBINED = -1
"""Stands for the index of a coil: the root sum of squares of all."""
_FIRST_MASK = ("uniform", {"acceleration": 4.0})
"""What a fully sampled scan is undersampled with until something else is chosen."""

Magnitude = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Opened:
    """A scan, and how a recipe names it."""

    scan: Scan
    source: Input
    problems: Problems = field(default_factory=Problems)
    """What its runs share."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One slice of a scan, read into memory."""

    opened: Opened
    slice: int
    kspace: KSpace
    acquired: Bits
    """``frame ky kx``: the samples the scanner acquired."""
    fully_sampled: bool
    reference: Magnitude | None
    """``frame y x``; None when the scan is undersampled."""

    @property
    def matrix(self) -> tuple[int, int]:
        """Samples along ky and kx."""
        return self.kspace.matrix

    @property
    def n_frames(self) -> int:
        """Frames of the series."""
        return self.kspace.n_frames

    def frame(self, index: int) -> Complex:
        """Return the k-space of one frame, ``coil ky kx``."""
        samples: Complex = self.kspace.samples[index].numpy()
        return samples

    def reference_of(self, frame: int) -> Magnitude | None:
        """Return the reference of one frame, ``y x``."""
        return None if self.reference is None else self.reference[frame]


# --- what can be chosen --------------------------------------------------------------------


def load() -> Engine:
    """Import the engine and list what can be chosen."""
    from ksyn.masks import MASKS
    from ksyn.methods import METHODS
    from ksyn.metrics import METRICS
    from ksyn.options import options_of
    from ksyn.recipe import Preparation

    methods = [
        MethodFacts(m.name, m.title, m.family, m.when, m.unavailable(), options_of(m), m.presets)
        for m in METHODS
    ]
    return Engine(
        methods=methods,
        patterns=[PatternFacts(m.name, m.title, m.when, options_of(m)) for m in MASKS],
        preparation=options_of(Preparation),
        devices=_devices(),
        read_filter=_read_filter(),
        write_filter=_write_filter(),
        models=_models(methods),
        smallest_sides={metric.name: metric.smallest for metric in METRICS},
    )


def _models(methods: list[MethodFacts]) -> dict[str, list[ModelFacts]]:
    from ksyn.weights import fitting

    named = {info.model_of for facts in methods for info in facts.options if info.model_of}
    return {model_of: [_model(card) for card in fitting(model_of)] for model_of in sorted(named)}


def _model(card: Card) -> ModelFacts:
    about = f"{card.intended_use}\n{card.limits}"
    return ModelFacts(card.id, card.title, about, card.unavailable())


def _devices() -> list[tuple[str, str]]:
    import torch

    if torch.cuda.is_available():
        gpu = torch.cuda.get_device_name()
        return [("auto", f"Automatic ({gpu})"), ("cpu", "CPU"), ("cuda", gpu)]
    return [("auto", "Automatic (CPU)"), ("cpu", "CPU")]


def _read_filter() -> str:
    from ksyn.io import READERS

    endings = [suffix for reader in READERS for suffix in reader.suffixes]
    every = " ".join(f"*{suffix}" for suffix in dict.fromkeys(endings))
    single = [
        f"{reader.title} ({' '.join(f'*{suffix}' for suffix in reader.suffixes)})"
        for reader in READERS
        if reader.suffixes
    ]
    return ";;".join([f"Scans ({every})", *single, "All files (*)"])


def _write_filter() -> str:
    from ksyn.io import WRITERS

    return ";;".join(f"{writer.title} (*{writer.suffixes[0]})" for writer in WRITERS)


# --- scans and masks -----------------------------------------------------------------------


def open_scan(path: Path | str, layout: Layout | None = None) -> Opened:
    """Open a scan; only its header is read."""
    from ksyn.io.layout import Layout
    from ksyn.pipeline import open_input
    from ksyn.recipe import DEMO as BUILT_IN
    from ksyn.recipe import Input

    said = layout or Layout()
    where = BUILT_IN if path == DEMO else str(Path(path).absolute())
    source = Input(path=where, key=said.key, axes=said.words or None, domain=said.domain)
    return Opened(open_input(source), source)


def is_layout_needed(error: Exception) -> bool:
    """Return whether a file could not be opened because nobody said which axis is which."""
    from ksyn.io.layout import LayoutNeeded

    return isinstance(error, LayoutNeeded)


def measure(opened: Opened, index: int) -> Measured:
    """Read one slice."""
    scan = opened.scan
    reference = scan.reference(index)
    return Measured(
        opened=opened,
        slice=index,
        kspace=scan.kspace(index),
        acquired=scan.mask(index).samples[:, 0].numpy(),
        fully_sampled=scan.fully_sampled(index),
        reference=None if reference is None else reference.numpy(),
    )


def peek(opened: Opened, index: int, frame: int) -> OtherSlice:
    """Read one slice to look at."""
    measured = measure(opened, index)
    frame = min(frame, measured.n_frames - 1)
    return OtherSlice(index, measured.frame(frame), measured.reference_of(frame))


def first_mask(measured: Measured) -> tuple[str, Mapping[str, Any], int] | None:
    """Return name, options and seed of the first mask of a scan; None for as acquired."""
    from ksyn.masks import MASKS

    name, options = _FIRST_MASK
    return (name, options, 0) if measured.fully_sampled and name in MASKS.names() else None


def make_mask(
    name: str, options: Mapping[str, Any], seed: int, matrix: tuple[int, int]
) -> MaskChoice:
    """Draw a sampling pattern."""
    import torch

    from ksyn.masks import MASKS

    rng = torch.Generator().manual_seed(seed)
    mask = MASKS.get(name).of(options).draw(matrix, rng)
    return MaskChoice(mask.samples[:, 0].numpy(), name, dict(options), seed)


def load_mask(path: Path, matrix: tuple[int, int] | None) -> MaskChoice:
    """Read a mask."""
    from ksyn.masks import files

    return MaskChoice(files.load_mask(path, matrix).samples[:, 0].numpy(), FROM_FILE, path=path)


def save_mask(mask: MaskChoice, path: Path) -> Path:
    """Write a mask, and return where."""
    from ksyn.masks import files

    files.save_mask(mask_of(mask.samples), path)
    return path


def mask_of(samples: Bits) -> Mask:
    """Return bits ``frame ky kx`` as the engine's mask."""
    import torch

    from ksyn.data import Mask

    return Mask(torch.from_numpy(np.ascontiguousarray(samples[:, None])))


def preview(measured: Measured, mask: MaskChoice, frame: int) -> tuple[Magnitude, PointSpread]:
    """Return the zero-filled image of one frame, ``y x``, and the point spread of its mask."""
    from ksyn.masks.point_spread import peak_sidelobe, point_spread
    from ksyn.pipeline import zero_filled

    one = mask_of(mask.frame(frame)[None])
    kspace = measured.kspace.with_samples(measured.kspace.samples[frame : frame + 1])
    image: Magnitude = zero_filled(kspace, one)[0].numpy()
    return image, PointSpread(point_spread(one).abs().numpy(), peak_sidelobe(one))


# --- runs ----------------------------------------------------------------------------------


class GuiRun:
    """One run as the window sees it: its recipe, its steps, its numbers in the scan's units."""

    def __init__(self, opened: Opened, recipe: Recipe, title: str, *, learned: bool) -> None:
        self.title, self.learned = title, learned
        self.recipe = recipe
        self._opened = opened
        self._run: Run | None = None

    @property
    def run(self) -> Run:
        """The engine's run, once it is prepared."""
        if self._run is None:
            raise RuntimeError("The run is not prepared yet.")
        return self._run

    @property
    def prepared(self) -> Prepared:
        """The engine's problem, once it is prepared."""
        return self.run.prepared

    def prepare(self) -> None:
        """Undersample, and estimate coil maps: seconds before the first step."""
        from ksyn import pipeline

        opened = self._opened
        self._run = pipeline.run(self.recipe, opened.scan, opened.problems.of)

    def steps(self) -> Iterator[Step]:
        """Prepare, then yield the steps."""
        self.prepare()
        yield from self.run

    def kspace_of(self, step: Step, frame: int, coil: int) -> torch.Tensor:
        """Return the k-space ``ky kx`` of one of the scan's coils (or of all, as magnitude).

        It is in the problem's units; where coils were mixed, the mixing is undone.
        """
        import torch

        samples, mixing = step.kspace[frame], self.prepared.mixing
        if mixing is not None:
            back = torch.linalg.pinv(mixing)
            rows = back if coil == COMBINED else back[coil : coil + 1]
            samples, coil = torch.einsum("oc,cyx->oyx", rows, samples), min(coil, 0)
        if coil == COMBINED:
            return _root_sum_of_squares(samples)
        one: torch.Tensor = samples[coil]
        return one

    def scale_image(self, image: Complex) -> Complex:
        """Return an image ``y x`` of the problem in the scan's units."""
        scaled: Complex = image * self.prepared.unit.cpu().numpy()
        return scaled

    def scale_kspace(self, kspace: Complex) -> Complex:
        """Return k-space ``ky kx`` of the problem in the scan's units."""
        scaled: Complex = kspace * np.float32(self.prepared.scale)
        return scaled

    def measure(self, image: torch.Tensor, names: tuple[str, ...]) -> dict[str, float]:
        """Return some metrics of ``frame y x``: those that can be measured on it."""
        from ksyn.metrics import METRICS

        if self.prepared.reference is None:
            return {}
        metrics = [METRICS.get(name) for name in names]
        matrix, reference = tuple(image.shape), self.prepared.reference
        return {m.name: m(image, reference) for m in metrics if m.fits(matrix)}


def _root_sum_of_squares(samples: torch.Tensor) -> torch.Tensor:
    """Return the magnitude over coils as complex; 30 times quicker than torch's own norm."""
    import torch

    parts = torch.view_as_real(samples)
    squares = parts[0].square()
    for part in parts[1:]:
        squares.addcmul_(part, part)
    return (squares[..., 0] + squares[..., 1]).sqrt_().to(samples.dtype)


def recipe_of(
    measured: Measured,
    mask: MaskChoice,
    method: str,
    options: Mapping[str, Any],
    preparation: Mapping[str, Any],
    seed: int,
    samples: int,
    device: str,
) -> Recipe:
    """Return what is on the screen as a recipe.

    Raises:
        OptionError: A value is out of range.
    """
    from ksyn.methods import METHODS
    from ksyn.recipe import MethodChoice, Preparation, Recipe

    return Recipe.model_validate(
        {
            "input": measured.opened.source,
            "slice": measured.slice,
            "mask": _mask_part(mask),
            "preparation": Preparation.of(preparation),
            "method": MethodChoice.of(METHODS.get(method).of(options)),
            "seed": seed,
            "samples": samples,
            "device": device,
        }
    )


def _mask_part(mask: MaskChoice) -> object:
    from ksyn.recipe import AsAcquired, DrawnMask, FileMask, PatternMask

    if mask.kind == AS_ACQUIRED:
        return AsAcquired()
    if mask.kind == FROM_FILE:
        return FileMask(path=str(mask.path))
    if mask.kind == PAINTED:
        return DrawnMask.of(mask_of(mask.samples))
    return PatternMask(name=mask.kind, options=dict(mask.options), seed=mask.seed)


def finish(run: GuiRun) -> StoredResult:
    """Return what a run has reached."""
    result = run.run.result()
    recipe = result.recipe
    summary = {
        "Slice": str(recipe.slice + 1),
        "Mask": _mask_words(recipe),
        "Acceleration": f"{result.acceleration:.2f}",
        "Seed": str(recipe.seed),
        "Steps": str(result.steps),
        "Time": f"{result.seconds:.1f} s on {result.device}",
        "Data residual": f"{result.data_residual:.2e}",
    }
    return StoredResult(
        number=0,
        title=run.title,
        image=result.image.numpy(),
        learned=run.learned,
        metrics=result.scores or {},
        summary=summary,
        stopped=False,
        engine_result=result,
        deviation=None if result.deviation is None else result.deviation.numpy(),
    )


def _mask_words(recipe: Recipe) -> str:
    from ksyn.masks import MASKS
    from ksyn.recipe import DrawnMask, FileMask, PatternMask

    mask = recipe.mask
    if isinstance(mask, PatternMask):
        return MASKS.get(mask.name).title
    if isinstance(mask, FileMask):
        return Path(mask.path).name
    return "Painted" if isinstance(mask, DrawnMask) else "As acquired"


def kspace_bytes(result: StoredResult) -> int:
    """Return the memory of a result's k-space [bytes]."""
    kspace = result.engine_result.kspace
    return 0 if kspace is None else int(kspace.nbytes)


def without_kspace(result: StoredResult) -> StoredResult:
    """Return a result with its image and recipe only."""
    return replace(result, engine_result=replace(result.engine_result, kspace=None))


def automatic_values(run: GuiRun) -> dict[str, float]:
    """Return what each option of a run's method stands for where it is left to the method."""
    run.prepare()
    return run.recipe.method.method().automatic(run.prepared.problem)


def save(result: StoredResult, path: Path) -> Path:
    """Write a result with its recipe beside it, and return where."""
    result.engine_result.save(path)
    return path


# --- trouble -------------------------------------------------------------------------------


def trouble_of(error: Exception) -> Trouble:
    """Return what to tell the user of an exception; a report where it is a bug."""
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        error = DeviceError(
            f"There is not enough memory: {error}".strip(),
            hint="Choose a smaller network or scan, another device, or close other programs.",
        ).with_traceback(error.__traceback__)
    if isinstance(error, KsynError):
        return Trouble(error.message, error.hint)
    return Trouble(
        f"{type(error).__name__}: {error}",
        "This should not have happened. Your scan and results are still here.",
        "".join(traceback.format_exception(error)),
    )
