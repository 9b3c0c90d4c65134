"""What a model allows at a place: the keys of a group, the words of a choice. Found by walking its annotations."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel

_NOUNS: Mapping[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    bool: "true or false",
    date: "a date",
    datetime: "a date and time",
}

_LITERAL: Any = Literal  # as a plain value: type checkers hold `is Literal` for impossible

Kinds = Sequence[Any]
"""The types that a value at some place may have, unions taken apart; that it may be absent is left out."""


def kinds_of(annotation: Any) -> Kinds:
    """The plain types behind an annotation."""
    return list(_leaves(annotation))


def inside(kinds: Kinds, step: str | int) -> Kinds:
    """The types that are allowed under one key or index of values of these types."""
    return [leaf for kind in kinds for annotation in _below(kind, step) for leaf in _leaves(annotation)]


def branch(kinds: Kinds, tag: str | int) -> Kinds:
    """Those of a union that pydantic means by `tag`, a class's name or the value of a discriminator; else all."""
    return [kind for kind in kinds if _answers_to(kind, tag)] or kinds


def is_member(kinds: Kinds, tag: str | int) -> bool:
    """Are these types a union that has a member called `tag`?"""
    return len(kinds) > 1 and any(_answers_to(kind, tag) for kind in kinds)


def keys(kinds: Kinds) -> list[str]:
    """The keys that a group of these types may have."""
    models = [kind for kind in kinds if _is_model(kind)]
    return list(dict.fromkeys(field.alias or name for kind in models for name, field in kind.model_fields.items()))


def words(kinds: Kinds) -> list[str]:
    """The words that a choice of these types may be."""
    found: list[str] = []
    for kind in kinds:
        if get_origin(kind) is _LITERAL:
            found += [_word(word) for word in get_args(kind)]
        elif isinstance(kind, type) and issubclass(kind, Enum):
            found += [str(member.value) for member in kind]
    return list(dict.fromkeys(found))


def nouns(kinds: Kinds) -> str:
    """What these types are called by a person: `a text, a number or a list`."""
    names = list(dict.fromkeys(_noun(kind) for kind in kinds))
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def suggest(found: str, options: Iterable[str]) -> str:
    """What may stand there instead: the closest option first, then all of them."""
    options = list(options)
    if not options:
        return "delete it: nothing is allowed here"
    meant = closest(found, options)
    return (f"did you mean '{meant}'? " if meant else "") + f"allowed: {', '.join(options)}"


def closest(found: str, options: Iterable[str]) -> str | None:
    """The option that was probably meant, if one is near."""
    lower = {option.lower(): option for option in options}
    near = get_close_matches(found.lower(), lower, n=1)
    return lower[near[0]] if near else None


def _leaves(annotation: Any) -> Iterator[Any]:
    origin: Any = get_origin(annotation)
    if origin is Annotated:
        yield from _leaves(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _leaves(member)
    elif _is_model(annotation) and issubclass(annotation, RootModel):
        yield from _leaves(annotation.model_fields["root"].annotation)
    elif annotation is not types.NoneType:
        yield annotation


def _below(kind: Any, step: str | int) -> Iterator[Any]:
    if _is_model(kind):
        yield from (field.annotation for name, field in kind.model_fields.items() if (field.alias or name) == step)
        return
    arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
    if get_origin(kind) is not Literal and arguments:
        yield arguments[-1]


def _answers_to(kind: Any, tag: str | int) -> bool:
    if not _is_model(kind):
        return getattr(kind, "__name__", None) == tag
    choices = [field.annotation for field in kind.model_fields.values() if get_origin(field.annotation) is _LITERAL]
    return kind.__name__ == tag or any(tag in get_args(choice) for choice in choices)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _noun(kind: Any) -> str:
    plain: Any = get_origin(kind) or kind
    if plain is _LITERAL:
        return " or ".join(f"'{_word(word)}'" for word in get_args(kind))
    if _is_model(kind) or (isinstance(plain, type) and issubclass(plain, Mapping)):
        return "a group of keys"
    return _NOUNS.get(plain, "a list")


def _word(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)
