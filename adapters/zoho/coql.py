"""Queries in Zoho's own language (COQL): up to 50 values a list, a quote inside a text is doubled.

Converted leads are not to be found by queries in every account: those are searched for instead.
Source: https://www.zoho.com/crm/developer/docs/api/v8/COQL-Overview.html, "Kaizen #171: FAQs on COQL API".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from adapters.zoho.api import parts

MAX_IN: Final = 50
MAX_CRITERIA: Final = 10
"""Conditions that one search takes."""


def queries(object_name: str, wanted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Queries for the ids of all records whose field holds any of its values."""
    lists = [[(field, part) for part in parts(values, MAX_IN)] for field, values in wanted.items() if values]
    for turn in zip_longest(*lists):
        conditions = [f"{field} in ({', '.join(map(_quoted, part))})" for field, part in filter(None, turn)]
        yield f"select id from {object_name} where {_either(conditions)}"  # noqa: S608 - values are quoted


def searches(wanted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The same as criteria of a search."""
    pairs = [f"({field}:equals:{_escaped(value)})" for field, values in wanted.items() for value in values]
    for part in parts(pairs, MAX_CRITERIA):
        yield f"({'or'.join(part)})" if len(part) > 1 else part[0]


def _either(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"({' or '.join(conditions)})"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _escaped(value: str) -> str:
    """Source: https://www.zoho.com/crm/developer/docs/api/v8/search-records.html, "special characters"."""
    return "".join(f"\\{sign}" if sign in "(),\\" else sign for sign in value)
