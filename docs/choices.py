"""Write the tables of choices into the pages, from the same fields that forms and flags use.

A line ``{{methods classical}}``, ``{{masks}}``, ``{{readers}}``, ``{{writers}}``,
``{{actions File}}`` or ``{{keys picture}}`` is replaced.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

from sphinx.application import Sphinx

from ksyn.io import READERS, WRITERS
from ksyn.masks import MASKS
from ksyn.methods import METHODS
from ksyn.options import OptionInfo, Options, options_of
from ksyn_gui.actions import ACTIONS
from ksyn_gui.dialogs.shortcuts_dialog import IN_A_PICTURE, IN_KSPACE


def setup(app: Sphinx) -> None:
    """Replace the lines before Sphinx parses the page."""
    app.connect("source-read", replace)


def replace(app: Sphinx, page: str, source: list[str]) -> None:
    """Replace every such line of one page."""
    source[0] = re.sub(r"^\{\{(\w+) ?(\w*)\}\}$", _written, source[0], flags=re.MULTILINE)


def _written(line: re.Match[str]) -> str:
    tables: dict[str, Callable[[str], str]] = {
        "methods": _methods,
        "masks": _masks,
        "readers": _readers,
        "writers": _writers,
        "actions": _actions,
        "keys": _keys,
    }
    return tables[line[1]](line[2])


def _methods(family: str) -> str:
    return "\n\n".join(_section(method) for method in METHODS if method.family == family)


def _masks(_: str) -> str:
    return "\n\n".join(_section(pattern) for pattern in MASKS)


def _section(kind: type[Options]) -> str:
    head = f"### {kind.title} (`{kind.name}`)\n\n*{kind.when}*\n\n{_text(kind)}"
    infos = options_of(kind)
    return f"{head}\n\n{_options(infos)}" if infos else f"{head}\n\nIt has no options."


def _text(kind: type[Options]) -> str:
    text = inspect.cleandoc(kind.__doc__ or "").replace("``", "`")
    return re.sub(r"^Source:", "**Source:**", text, flags=re.MULTILINE)


def _options(infos: list[OptionInfo]) -> str:
    rows = ["| option | default | values | meaning |", "|---|---|---|---|"]
    rows += [
        f"| `{i.name}` | {_value(i.default)} | {_values(i)} | {_cell(i.help)}{_unit(i)} |"
        for i in infos
    ]
    return "\n".join(rows)


def _value(default: object) -> str:
    return "automatic" if default is None else f"`{default}`" if default != "" else "none"


def _values(info: OptionInfo) -> str:
    if info.choices:
        return ", ".join(f"`{choice}`" for choice in info.choices)
    if info.low is None or info.high is None:
        return "yes or no" if info.kind is bool else "text"
    return f"{info.low:g} to {info.high:g}"


def _unit(info: OptionInfo) -> str:
    return f" [{info.unit}]" if info.unit else ""


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _readers(_: str) -> str:
    return _list((reader.title, reader.name) for reader in READERS)


def _writers(_: str) -> str:
    return _list((writer.title, writer.name) for writer in WRITERS)


def _actions(menu: str) -> str:
    rows = ["| action | keys | |", "|---|---|---|"]
    rows += [
        f"| {a.plain_text} | {', '.join(f'`{key}`' for key in a.keys)} | {_cell(a.tip)} |"
        for a in ACTIONS
        if a.menu == menu
    ]
    return "\n".join(rows)


def _keys(place: str) -> str:
    table = {"picture": IN_A_PICTURE, "kspace": IN_KSPACE}[place]
    return "\n".join(
        ["| | keys, mouse |", "|---|---|", *(f"| {do} | {keys} |" for do, keys in table)]
    )


def _list(rows: object) -> str:
    return "\n".join(f"- {title} (`{name}`)" for title, name in rows)  # type: ignore[attr-defined]
