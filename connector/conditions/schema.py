"""JSON Schema of what stands beside one key of a `when`."""

from __future__ import annotations

from typing import Any, Final

_SCALAR: Final = {"type": ["string", "number", "boolean"]}
_SCALARS: Final = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR, "minItems": 1}]}
_TEXTS: Final = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
_NUMBER: Final = {"type": "number"}
SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        *_SCALARS["anyOf"],
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {
                "is": _SCALARS,
                "words": _TEXTS,
                "pattern": _TEXTS,
                "between": {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2},
                "at_least": _NUMBER,
                "at_most": _NUMBER,
                "list": _TEXTS,
                "blank": {"type": "boolean"},
            },
        },
    ]
}
"""JSON Schema of one key's value spec, for the schemas of mappings and models."""
