"""`$filter` as far as it is understood: comparisons, and, or, parentheses, and the function In.

Source: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query/filter-rows
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from connector.testing.simulators.dynamics365.schema import LOOKUPS
from connector.testing.simulators.dynamics365.store import Row, Table, normal
from connector.testing.simulators.dynamics365.wording import Refused, refused, unknown_property

Test = Callable[[Row], bool]

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<in>Microsoft\.Dynamics\.CRM\.In)|(?P<text>'(?:[^']|'')*')|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z)"
    r"|(?P<guid>[0-9a-f]{8}-[0-9a-f-]{27})|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>[()\[\],=]))"
)
_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
_WORDS: Final = {"true": True, "false": False, "null": None}


class Filter:
    """A parsed filter of one table.

    Lists of values answer by index: alone and joined by `or`, or as the part of an `and` that narrows it down.
    """

    def __init__(self, table: Table, text: str) -> None:
        self.table = table
        self.tokens = _tokens(text)
        self.lists: list[tuple[str, list[Any]]] = []
        self.test = self._any() if text else lambda _: True
        if self.tokens:
            raise _malformed()

    def rows(self) -> list[Row]:
        """The rows that fit."""
        found = {row[self.table.id]: row for column, values in self.lists for row in self.table.find(column, values)}
        candidates = found.values() if self.lists else self.table.rows.values()
        return [row for row in candidates if self.test(row)]

    def _any(self) -> Test:
        tests = [self._all()]
        while self._takes("or"):
            tests.append(self._all())
        return lambda row: any(test(row) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._takes("and"):
            tests.append(self._one())
        return lambda row: all(test(row) for test in tests)

    def _one(self) -> Test:
        if self._takes("("):
            inside = self._any()
            self._must(")")
            return inside
        if self._takes("Microsoft.Dynamics.CRM.In"):
            return self._in()
        column = self._column(self._name(), is_property=True)
        compare, value = _COMPARISONS[self._name()], self._value()
        return lambda row: _holds(compare, row.get(column), value)

    def _in(self) -> Test:
        for word in ("(", "PropertyName", "="):
            self._must(word)
        column = self._column(str(self._value()), is_property=False)
        for word in (",", "PropertyValues", "=", "["):
            self._must(word)
        values = [self._value()]
        while self._takes(","):
            values.append(self._value())
        self._must("]")
        self._must(")")
        self.lists.append((column, values))
        wanted = {normal(value) for value in values}
        return lambda row: normal(row.get(column)) in wanted

    def _column(self, name: str, *, is_property: bool) -> str:
        """The column of a property (`_ownerid_value`), or of a logical name, as the function takes them."""
        plain = name[1:-6] if is_property and name.startswith("_") and name.endswith("_value") else name
        column = self.table.columns.get(plain)
        if column is None or (is_property and (column.type in LOOKUPS) is (plain == name)):
            raise Refused(unknown_property(self.table.name, name))
        return plain

    def _takes(self, word: str) -> bool:
        if self.tokens and self.tokens[0] == word:
            self.tokens.pop(0)
            return True
        return False

    def _must(self, word: str) -> None:
        if not self._takes(word):
            raise _malformed()

    def _name(self) -> str:
        if not self.tokens:
            raise _malformed()
        return str(self.tokens.pop(0))

    def _value(self) -> Any:
        token = self._name()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token in _WORDS:
            return _WORDS[token]
        if re.fullmatch(r"-?\d+", token):
            return int(token)
        return datetime.fromisoformat(token) if "T" in token else token


def _holds(compare: Callable[[Any, Any], bool], held: Any, value: Any) -> bool:
    if held is None or value is None:
        return compare is operator.eq and held is value
    return compare(normal(held), normal(value))


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _malformed()
        found.append(match[0].strip())
        position = match.end()
    return found


def _malformed() -> Refused:
    return Refused(refused(400, "0x80060888", "Syntax error in $filter."))
