"""As much of Zoho's query language as finds ids by values: `select id from M where (A in (…) or B in (…)) limit n`.

Criteria of searches say the same in their own way: `((A:in:…,…)or(B:in:…,…))`, signs with a backslash before them.

Source: https://www.zoho.com/crm/developer/docs/api/v8/COQL-Overview.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MAX_IN: Final = 50
_QUERY: Final = re.compile(
    r"select id from (?P<module>\w+) where (?P<where>.+?) limit (?P<limit>\d+) offset (?P<offset>\d+)", re.DOTALL
)
_LIST: Final = re.compile(r"(\w+) in \(((?:'(?:[^']|'')*'(?:, )?)+)\)")
_SEARCHED: Final = re.compile(r"\((\w+):(?:in|equals):((?:[^(),\\]|\\.)+(?:,(?:[^(),\\]|\\.)+)*)\)")
_VALUE: Final = re.compile(r"(?:[^,\\]|\\.)+")
_TEXT: Final = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood: any of `wanted`, values folded."""

    module: str
    wanted: Mapping[str, frozenset[str]]
    limit: int
    offset: int


def parsed(text: str) -> Query | str:
    """The query, or the code of the error that it is."""
    found = _QUERY.fullmatch(text)
    if found is None:
        return "SYNTAX_ERROR"
    lists = _LIST.findall(found["where"])
    left = _LIST.sub("", found["where"])
    if not lists or left.strip("() ").replace("or", "").strip():
        return "SYNTAX_ERROR"
    wanted = {
        name: frozenset(one.replace("''", "'").casefold() for one in _TEXT.findall(values)) for name, values in lists
    }
    if any(len(values) > MAX_IN for values in wanted.values()) or int(found["limit"]) > 2000:
        return "LIMIT_EXCEEDED"
    return Query(found["module"], wanted, int(found["limit"]), int(found["offset"]))


def searched(criteria: str) -> Mapping[str, frozenset[str]] | None:
    """Values by field that the criteria of a search look for, folded; None when they are not understood."""
    lists = _SEARCHED.findall(criteria)
    if not lists or _SEARCHED.sub("", criteria).strip("()").replace("or", ""):
        return None
    wanted = {
        name: frozenset(re.sub(r"\\(.)", r"\1", one).casefold() for one in _VALUE.findall(values))
        for name, values in lists
    }
    return wanted if all(len(values) <= 100 for values in wanted.values()) else None
