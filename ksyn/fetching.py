"""Fetch models: a card, and weights that are verified before anything reads them."""

from __future__ import annotations

import os
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from safetensors import SafetensorError, safe_open

from ksyn.assets import models_folder, own_models_folder
from ksyn.errors import WeightsError, WriteError
from ksyn.weights import CARD, WEIGHTS, Card, load_card, read_card, sha256

_CHUNK = 1 << 20
_LARGEST_CARD = 1 << 20
_LARGEST_WEIGHTS = 4 << 30
"""More than that is something else [bytes]."""
_PATIENCE = 30
"""Without a byte for so long, a server is given up [s]."""
_GOES_ON, _PAST_THE_END = 206, 416
"""What a server answers to being asked for the rest."""
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_ONLY_WEB = "Give the id of a model that `ksyn models` lists, or the address of a card.yaml."


def fetch(what: str) -> Card:
    """Fetch the weights of a model that is known by its card, or a whole model; return its card.

    Args:
        what: An id, or the http(s) address of a ``card.yaml``. Its weights are where its ``url``
            says (relative to the card), or beside it as ``weights.safetensors``.

    Raises:
        WeightsError: It cannot be reached, or is not what the card says; nothing was installed.
    """
    if "://" not in what:
        return _fetch_weights(load_card(what), base="")
    folder = own_models_folder()
    with _workplace() as place:
        _download(what, place / CARD, _LARGEST_CARD, resume=False)
        card = read_card(place / CARD)
        _check_id(card.id)
        done = _fetch_weights(card, base=what)
        shutil.move(place / CARD, folder / card.id / CARD)
    return done


def add(source: Path) -> Card:
    """Install a model from a folder, one that was trained here for example; return its card.

    Raises:
        WeightsError: It has no card or no weights, or they do not fit each other.
    """
    card, weights = read_card(source / CARD), source / WEIGHTS
    _check_id(card.id)
    if not weights.is_file():
        raise WeightsError(f"{source} holds no {WEIGHTS}.", hint="Choose the folder of a model.")
    _verify(weights, card)
    folder = own_models_folder()
    _make(folder)
    with _workplace() as place:
        shutil.copytree(source, place / "model")
        _replace(place / "model", folder / card.id)
    return card


def _fetch_weights(card: Card, base: str) -> Card:
    """Put the verified weights of a card into the user's folder; what is there already may stay."""
    address = urljoin(base, card.url or (WEIGHTS if base else ""))
    if not address:
        raise WeightsError(
            f"The card of {card.id!r} names no address to fetch its weights from.",
            hint="It may ship with K-Syn: `ksyn models` says what is installed.",
        )
    place = own_models_folder() / card.id / WEIGHTS
    if not (place.is_file() and sha256(place) == card.sha256):
        unfinished = place.with_name(f"{WEIGHTS}.part")
        _make(place.parent)
        _download(address, unfinished, _LARGEST_WEIGHTS, resume=True)
        try:
            _verify(unfinished, card)
        except WeightsError:
            unfinished.unlink()
            _remove_empty(place.parent)
            raise
        unfinished.replace(place)
    return card


def _verify(path: Path, card: Card) -> None:
    """Refuse weights that are not the card's; a safetensors file holds numbers, never code."""
    found = sha256(path)
    if found != card.sha256:
        raise WeightsError(
            f"What came as weights of {card.id!r} has the hash {found[:12]}…, the card says "
            f"{card.sha256[:12]}…; it is not used.",
            hint="Try again; if it stays so, tell whoever offers the model.",
        )
    try:
        with safe_open(path, "pt") as tensors:
            tensors.keys()
    except SafetensorError as error:
        raise WeightsError(
            f"The weights of {card.id!r} are no safetensors file: {error}.",
            hint="Tell whoever offers the model.",
        ) from error


def _check_id(name: str) -> None:
    """Refuse a name that leads out of the folder of models, or hides one that ships."""
    if not _ID.fullmatch(name):
        raise WeightsError(
            f"A model cannot be called {name!r}.",
            hint="Ids are lower-case letters, digits, dots, dashes and underscores.",
        )
    if (models_folder() / name / CARD).exists():
        raise WeightsError(
            f"There is a model {name!r} that ships with K-Syn.", hint="Give yours another id."
        )


def _download(address: str, path: Path, largest: int, *, resume: bool) -> None:
    """Write what an address gives; what an earlier try left is gone on from."""
    if urlsplit(address).scheme not in ("http", "https"):
        raise WeightsError(f"{address} is not an address on the web.", hint=_ONLY_WEB)
    if not resume:
        path.unlink(missing_ok=True)
    have = path.stat().st_size if path.is_file() else 0
    request = urllib.request.Request(address, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
    with _reaching(address, path), urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
        goes_on = answer.status == _GOES_ON
        with path.open("ab" if goes_on else "wb") as file:
            size = have if goes_on else 0
            for chunk in _chunks(answer):
                size += len(chunk)
                if size > largest:
                    raise WeightsError(
                        f"{address} gives more than {largest >> 20} MiB, which is no model.",
                        hint="Check the address.",
                    )
                file.write(chunk)


def _chunks(answer: HTTPResponse) -> Iterator[bytes]:
    while chunk := answer.read(_CHUNK):
        yield chunk


@contextmanager
def _reaching(address: str, unfinished: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(error, urllib.error.HTTPError) and error.code == _PAST_THE_END:
            unfinished.unlink(missing_ok=True)  # of another version; the next try starts anew
        raise WeightsError(
            f"{address} cannot be fetched: {reason}.",
            hint="Check the address and the connection; trying again goes on where it stopped.",
        ) from error


@contextmanager
def _workplace() -> Iterator[Path]:
    """Return a folder beside that of the models, which is gone afterwards."""
    place = own_models_folder().with_name(f"fetching-{os.getpid()}")
    shutil.rmtree(place, ignore_errors=True)
    _make(place)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _replace(new: Path, place: Path) -> None:
    """Move a folder into place; an older one is gone only when the new one is there."""
    old = new.with_name("old")
    if place.exists():
        place.rename(old)
    new.rename(place)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(
            f"{folder} cannot be made: {error.strerror}.", hint="Check that you may write there."
        ) from error


def _remove_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
