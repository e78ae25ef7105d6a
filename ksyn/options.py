"""Options declared once: the flag, the form, the range check and the recipe come from the field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from ksyn.errors import OptionError


class Options(BaseModel):
    """A frozen set of options, each declared with `option`."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the options with these values, which may be text.

        Raises:
            OptionError: A name is unknown or a value is out of range.
        """
        for name in values:
            if name not in cls.model_fields:
                raise OptionError(f"{_title(cls)} has no option {name!r}.", hint=_near(cls, name))
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise _option_error(cls, error) from None


def option(
    default: Any,
    *,
    help: str,  # noqa: A002 - the word users know
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    advanced: bool = False,
    model_of: str = "",
) -> Any:
    """Declare one option: its default, limits (inclusive), unit and one line of help.

    A default that depends on the machine is a function, asked anew for each set of options. An
    option that names a model says of which family in `model_of`: ``prior``, or with the network,
    ``reconstruction/unrolled``.
    """
    start = {"default_factory" if callable(default) else "default": default}
    return Field(
        **start,
        ge=low,
        le=high,
        description=help,
        json_schema_extra={"unit": unit, "advanced": advanced, "model_of": model_of},
    )


@dataclass(frozen=True)
class OptionInfo:
    """What a form or a help page needs to know about one option."""

    name: str
    kind: type | None
    """``bool``, ``int``, ``float`` or ``str``; None when `choices` is not empty."""
    default: Any
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    optional: bool
    """None is a value (shown as "automatic")."""
    unit: str
    help: str
    advanced: bool
    model_of: str
    """Family (and network) of the models that it may name; empty where it names none."""


def options_of(cls: type[Options]) -> list[OptionInfo]:
    """Return what is known of each option of a class, in order."""
    return [_info(name, field) for name, field in cls.model_fields.items()]


def parse_assignments(assignments: list[str]) -> dict[str, str]:
    """Return ``["key=value", …]`` as a dictionary.

    Raises:
        OptionError: One of them has no ``=``.
    """
    pairs = [text.partition("=") for text in assignments]
    for key, equals, _ in pairs:
        if not equals:
            raise OptionError(f"{key!r} sets nothing.", hint="Write it as key=value.")
    return {key.strip(): value.strip() for key, _, value in pairs}


def first_wrong(error: ValidationError) -> str:
    """Return the first thing that is wrong with some fields as a sentence, with its value."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if not where:  # several together
        return first["msg"].removeprefix("Value error, ")
    if first["type"] == "missing":
        return f"{where} is missing."
    return f"{where} = {first['input']!r} will not do ({first['msg']})."


def _info(name: str, field: FieldInfo) -> OptionInfo:
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    kinds = [kind for kind in _members(field.annotation) if kind is not type(None)]
    choices = tuple(str(c) for kind in kinds if get_origin(kind) is Literal for c in get_args(kind))
    return OptionInfo(
        name=name,
        kind=None if choices else kinds[0],
        default=field.get_default(call_default_factory=True),
        low=_limit(field, "ge"),
        high=_limit(field, "le"),
        choices=choices,
        optional=len(kinds) < len(_members(field.annotation)),
        unit=str(extra.get("unit", "")),
        help=field.description or "",
        advanced=bool(extra.get("advanced", False)),
        model_of=str(extra.get("model_of", "")),
    )


def _members(annotation: Any) -> list[Any]:
    """Return the members of a union, or the annotation alone."""
    if get_origin(annotation) in (None, Literal):
        return [annotation]
    return list(get_args(annotation))


def _limit(field: FieldInfo, side: str) -> float | None:
    limits = (getattr(constraint, side, None) for constraint in field.metadata)
    return next((limit for limit in limits if limit is not None), None)


def _title(cls: type[Options]) -> str:
    return str(getattr(cls, "title", cls.__name__))


def _near(cls: type[Options], name: str) -> str:
    near = get_close_matches(name, cls.model_fields, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Its options are: {', '.join(cls.model_fields) or 'none'}."


def _option_error(cls: type[Options], error: ValidationError) -> OptionError:
    place = error.errors()[0]["loc"]
    field = cls.model_fields.get(str(place[0])) if place else None
    return OptionError(
        f"{_title(cls)}: {first_wrong(error)}",
        hint=f"{field.description or ''}{_range(field)}" if field else "",
    )


def _range(field: FieldInfo) -> str:
    """Return which values there are, as a sentence to follow another."""
    low, high = _limit(field, "ge"), _limit(field, "le")
    if low is None or high is None:
        return ""
    return f" It may be {low:g} to {high:g}."
