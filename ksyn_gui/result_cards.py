"""Results, and runs of the queue, as cards."""

from __future__ import annotations

from PySide6.QtGui import QImage

from ksyn_gui.cards import Card, Kind
from ksyn_gui.facts import StoredResult
from ksyn_gui.scalars import scalar_text, scalar_title
from ksyn_gui.state.run_queue import Queued, Turn

_ON_CARD = ("psnr", "ssim")
_KINDS = {Turn.RUNNING: Kind.RUNNING, Turn.WAITING: Kind.WAITING, Turn.FAILED: Kind.FAILED}


def card_of(result: StoredResult, picture: QImage) -> Card:
    """Return a result as a card."""
    facts = result.summary
    scores = [
        scalar_text(name, result.metrics[name]) for name in _ON_CARD if name in result.metrics
    ]
    made_with = [
        "failed" if result.trouble else "stopped" if result.stopped else "",
        facts.get("Time", "").partition(" on ")[0],
        f"R {facts['Acceleration']}" if "Acceleration" in facts else "",
        facts.get("Mask", ""),
    ]
    return Card(
        Kind.RESULT,
        result.number,
        result.label,
        "   ".join(scores),
        " · ".join(filter(None, made_with)),
        picture,
        "\n".join(f"{name}: {words}" for name, words in facts_of(result).items()),
    )


def queued_card(entry: Queued[object]) -> Card:
    """Return a run of the queue as a card."""
    trouble = entry.trouble
    return Card(
        _KINDS[entry.turn],
        entry.number,
        entry.title,
        "" if trouble is None else trouble.message,
        description="" if trouble is None else f"{trouble.message}\n{trouble.hint}".strip(),
    )


def facts_of(result: StoredResult) -> dict[str, str]:
    """Return all that is known of a result, by what it is called."""
    scores = {scalar_title(name): scalar_text(name, x) for name, x in result.metrics.items()}
    ended = {"Ended by": result.trouble.message} if result.trouble else {}
    return {"Method": result.title, **result.summary, **scores, **ended}
