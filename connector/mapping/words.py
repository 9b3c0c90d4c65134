"""The pieces that both kinds of mapping file share: how a value gets from a path to a place."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from connector.conditions import SCHEMA
from connector.documents import FileModel
from connector.mapping.transforms import TRANSFORMS

Scalar = str | bool | int | float
Unmapped = Literal["keep", "drop", "reject"]

_TRANSFORM: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "string", "enum": list(TRANSFORMS)},
        {"type": "object", "minProperties": 1, "maxProperties": 1, "propertyNames": {"enum": list(TRANSFORMS)}},
    ]
}


def _listed(value: Any) -> Any:
    """One entry may be written without the brackets of a list."""
    return value if value is None or isinstance(value, list | tuple) else [value]


Transforms = Annotated[
    tuple[str | dict[str, Any], ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [_TRANSFORM, {"type": "array", "items": _TRANSFORM}]}),
]
Table = Annotated[
    dict[str | bool | int | float, Scalar | None],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}}),
]
"""The other side's word → ours, compared in normal form; a word that becomes null counts as blank."""

When = Annotated[
    dict[str, Any],
    WithJsonSchema({"type": "object", "minProperties": 1, "additionalProperties": SCHEMA}),
]
"""Path → what is asked of it, as in the scoring model; all must hold."""

_OF_CHANGES: Final[list[dict[str, Any]]] = [
    {"type": "object", "required": [name], "additionalProperties": False, "properties": {name: {"const": word}}}
    for name, word in (("after", "first"), ("changed_by", "person"))
]
DecisionWhen = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {"anyOf": [*SCHEMA["anyOf"], *_OF_CHANGES]},
        }
    ),
]
"""As `When`; beside that a stage may be after the first, and a field changed by a person."""


def one_or_more(words: tuple[str, ...]) -> dict[str, Any]:
    """JSON Schema of a word, or a list of words, out of these."""
    one = {"type": "string", "enum": list(words)}
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}


class Value(FileModel):
    """Where a value comes from and how it is changed: `transform`, then `values`, then `join` and `max_length`.

    `unmapped` is what happens to a value that the table does not list or a transform cannot read. Not said: what the
    table does not list is kept, what cannot be read is left out, and both are counted and listed for the admin. `keep`
    means such values as they are, and counts none; `drop` leaves them out, `reject` the whole record.
    """

    from_: str = Field(alias="from", min_length=1)
    transform: Transforms = ()
    values: Table | None = None
    unmapped: Unmapped | None = None
    join: str | None = None
    max_length: int | None = Field(default=None, ge=1)
