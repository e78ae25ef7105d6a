"""Run a method on a case and compare what it gives with what it should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import nan

import torch
from jaxtyping import Float
from torch import Tensor

from ksyn.data import Mask, Step
from ksyn.errors import ShapeError
from ksyn.evaluation.benchmark import MaskChoice, MethodChoice, Value
from ksyn.evaluation.cases import Case
from ksyn.evaluation.clock import now, timed
from ksyn.evaluation.peers import PEERS
from ksyn.evaluation.ranks import Agreement, agreement
from ksyn.evaluation.rows import Row
from ksyn.methods import METHODS
from ksyn.methods.protocol import Method
from ksyn.metrics import scores
from ksyn.pipeline import Average, Preparation, Prepared, prepare, stream
from ksyn.quantiles import robust_maximum
from ksyn.weights import load_card, why_missing

_FEW = 4
"""A deviation of fewer samples says little."""


@dataclass(frozen=True, eq=False)
class Undersampled:
    """A case with a mask: prepared once for all methods."""

    case: Case
    mask_title: str
    mask: Mask
    prepared: Prepared
    seconds: float
    """Of the preparation, coil maps above all [s]."""


def undersampled(case: Case, choice: MaskChoice, device: torch.device) -> Undersampled:
    """Return a case as a mask leaves it."""
    mask = case.mask(choice)
    prepared, seconds = timed(
        lambda: prepare(case.kspace, mask, device=device, reference=case.reference)
    )
    return Undersampled(case, choice.title, mask, prepared, seconds)


def unavailable(choice: MethodChoice) -> str:
    """Return why a method cannot be measured here; empty when it can."""
    if choice.name in PEERS:
        return PEERS[choice.name].missing()
    model = _method(choice, choice.variants()[0]).model_id()
    return why_missing(model) if model else ""


def weights_of(choice: MethodChoice) -> str:
    """Return the first digits of the hash of a method's model; empty without one."""
    if choice.name in PEERS:
        return ""
    model = _method(choice, choice.variants()[0]).model_id()
    return load_card(model).sha256[:12] if model else ""


def measured(problem: Undersampled, choice: MethodChoice) -> list[Row]:
    """Return the rows of a method: of its best options, one for each number of samples.

    Of a method that refuses the mask it is one row, which says why.
    """
    runs = _peer_runs if choice.name in PEERS else _runs
    try:
        found = list(runs(_prepared_for(problem, choice), choice))
    except ShapeError as error:
        return [_refusal(problem, choice, error.message)]
    best = max(found, key=lambda rows: rows[-1].psnr)
    return [replace(row, weights=weights_of(choice)) for row in best]


def _refusal(problem: Undersampled, choice: MethodChoice, reason: str) -> Row:
    case, weights = problem.case, weights_of(choice)
    return Row(
        case.group, case.title, problem.mask_title, problem.mask.acceleration, choice.title,
        choice.samples, nan, nan, nan, nan, None, None, "", weights, reason,
    )  # fmt: skip


def _prepared_for(problem: Undersampled, choice: MethodChoice) -> Undersampled:
    """Return the problem with the maps and coils that a method asks for."""
    if not choice.preparation:
        return problem
    case, device = problem.case, problem.prepared.problem.device
    preparation = Preparation.of(choice.preparation)
    prepared, seconds = timed(
        lambda: prepare(case.kspace, problem.mask, preparation, device, reference=case.reference)
    )
    return replace(problem, prepared=prepared, seconds=seconds)


def _method(choice: MethodChoice, values: Mapping[str, Value]) -> Method:
    cls = METHODS.get(choice.name)
    preset = cls.preset_values(choice.preset) if choice.preset else {}
    return cls.of({**preset, **values})


def _runs(problem: Undersampled, choice: MethodChoice) -> Iterator[list[Row]]:
    for values in choice.variants():
        method = _method(choice, values)
        yield list(_averages(problem, choice, method, _tuned(choice, values)))


def _averages(
    problem: Undersampled, choice: MethodChoice, method: Method, tuned: str
) -> Iterator[Row]:
    """Yield a row after 1, 2, 4, … samples, and after all."""
    spent = problem.seconds
    for samples, (step, seconds) in enumerate(_ends(problem, method, choice.samples), start=1):
        spent += seconds
        if samples == choice.samples or samples & (samples - 1) == 0:
            image = problem.prepared.image_of(step).abs().cpu()
            found = _agreement(problem, step, image) if samples >= _FEW else None
            point, around = found or (None, None)
            row = _row(problem, choice, image, spent)
            yield replace(
                row,
                samples=samples,
                chosen=tuned,
                rank_correlation=point,
                local_rank_correlation=around,
            )


def _ends(problem: Undersampled, method: Method, samples: int) -> Iterator[tuple[Step, float]]:
    """Yield where each sample leads, averaged with those before it, and its seconds."""
    started = now()
    for step in stream(problem.prepared, method, samples=samples):
        last = step
        if isinstance(step, Average):
            yield step, now() - started
            started = now()
    if samples == 1:
        yield last, now() - started


def _agreement(
    problem: Undersampled, step: Step, image: Float[Tensor, "frame y x"]
) -> Agreement | None:
    """Return how well the deviation of the samples tells where the error is, in the body."""
    if not isinstance(step, Average) or step.deviation is None:
        return None
    deviation = (step.deviation * problem.prepared.unit).cpu()
    reference = problem.case.reference
    body = reference > 0.1 * robust_maximum(reference.flatten())
    return agreement(deviation, (image - reference).abs(), body)


def _peer_runs(problem: Undersampled, choice: MethodChoice) -> Iterator[list[Row]]:
    reconstruct = PEERS[choice.name].of(problem.prepared.problem)
    for values in choice.variants():
        image, seconds = reconstruct(values)
        row = _row(problem, choice, image * problem.prepared.unit.cpu(), seconds)
        yield [replace(row, chosen=_tuned(choice, values))]


def _row(
    problem: Undersampled,
    choice: MethodChoice,
    image: Float[Tensor, "frame y x"],
    seconds: float,
) -> Row:
    case, found = problem.case, scores(image, problem.case.reference)
    return Row(
        case.group, case.title, problem.mask_title, problem.mask.acceleration, choice.title, 1,
        found["psnr"], found["ssim"], found["nmse"], seconds, None, None, "", "",
    )  # fmt: skip


def _tuned(choice: MethodChoice, values: dict[str, Value]) -> str:
    lists = [name for name, value in choice.options.items() if isinstance(value, list)]
    return ", ".join(f"{name} {values[name]}" for name in lists)
