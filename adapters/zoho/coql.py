"""Queries in Zoho's own language (COQL), and criteria of searches: up to 50 values a list.

In a query a quote inside a text is doubled, in a search signs of its language have a backslash before them.

Converted leads are not to be found by queries in every account: those are searched for instead.
Source: https://www.zoho.com/crm/developer/docs/api/v8/COQL-Overview.html, "Kaizen #171: FAQs on COQL API".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

from adapters.zoho.api import parts

MAX_IN: Final = 50

Wanted = Mapping[str, Sequence[str]]
"""Values that are looked for, by the field that may hold them."""


def queries(object_name: str, wanted: Wanted) -> Iterator[str]:
    """Queries for the ids of all records whose field holds any of its values."""
    for lists in _turns(wanted):
        conditions = [f"{field} in ({', '.join(map(_quoted, values))})" for field, values in lists]
        yield f"select id from {object_name} where {_either(conditions, ' or ')}"  # noqa: S608 - values are quoted


def searches(wanted: Wanted) -> Iterator[str]:
    """The same as criteria of a search."""
    for lists in _turns(wanted):
        yield _either([f"({field}:in:{','.join(map(_escaped, values))})" for field, values in lists], "or")


def _turns(wanted: Wanted) -> Iterator[list[tuple[str, Sequence[str]]]]:
    """Fifty values of each field at a time."""
    lists = [[(field, part) for part in parts(values, MAX_IN)] for field, values in wanted.items()]
    yield from ([one for one in turn if one] for turn in zip_longest(*lists))


def _either(conditions: Sequence[str], word: str) -> str:
    return conditions[0] if len(conditions) == 1 else f"({word.join(conditions)})"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _escaped(value: str) -> str:
    """Source: https://www.zoho.com/crm/developer/docs/api/v8/search-records.html, "special characters"."""
    return "".join(f"\\{sign}" if sign in "(),\\" else sign for sign in value)
