"""The part of SOQL that adapters ask in: parsed, checked as strictly as the platform does, answered by index.

SELECT a, Owner.Type FROM X WHERE (… AND …) OR f IN (…) ORDER BY a, b DESC LIMIT n
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connector.testing.simulators.salesforce.store import normal
from connector.testing.simulators.salesforce.users import long_id

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<moment>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))|(?P<date>\d{4}-\d\d-\d\d)"
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign><=|>=|!=|[=<>(),]))"
)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_MAX_CHARACTERS = 100_000


class SoqlError(Exception):
    """A query that the platform refuses, with its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: `field operator values` (several for IN)."""

    field: str
    operator: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by AND or by OR."""

    joined_by: str
    parts: tuple[Condition, ...]


Condition = Comparison | Group


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. `order` holds (field, is it descending)."""

    fields: tuple[str, ...]
    object: str
    where: Condition | None = None
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None


def parse(soql: str) -> Query:
    """A query from its text. Raises SoqlError (MALFORMED_QUERY)."""
    if len(soql) > _MAX_CHARACTERS:
        raise SoqlError("QUERY_TOO_COMPLICATED", "SOQL statements cannot be longer than 100000 characters.")
    return _Parser(soql).query()


class _Parser:
    def __init__(self, soql: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(soql.rstrip()):
            match = _TOKEN.match(soql, position)
            if match is None:
                raise SoqlError("MALFORMED_QUERY", f"unexpected character at {position}")
            self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            position = match.end()
        self.at = 0

    def query(self) -> Query:
        self.expect("SELECT")
        fields = self.names()
        self.expect("FROM")
        query = Query(
            fields,
            self.name(),
            self.condition() if self.take("WHERE") else None,
            self.order() if self.take("ORDER") else (),
            int(self.next("number")) if self.take("LIMIT") else None,
        )
        if self.at < len(self.tokens):
            raise SoqlError("MALFORMED_QUERY", f"unexpected token: {self.tokens[self.at][1]}")
        return query

    def condition(self) -> Condition:
        """AND and OR may be mixed only with parentheses, as on the platform."""
        parts = [self.part()]
        joined_by = ""
        while self.peek() in ("AND", "OR"):
            word = self.tokens[self.at][1].upper()
            if joined_by and word != joined_by:
                raise SoqlError("MALFORMED_QUERY", f"unexpected token: {word}")
            joined_by = word
            self.at += 1
            parts.append(self.part())
        return parts[0] if len(parts) == 1 else Group(joined_by, tuple(parts))

    def part(self) -> Condition:
        if self.take("("):
            inside = self.condition()
            self.expect(")")
            return inside
        field = self.name()
        if self.take("IN"):
            self.expect("(")
            values = [self.value()]
            while self.take(","):
                values.append(self.value())
            self.expect(")")
            return _comparison(field, "IN", values)
        operator = self.next("sign")
        return _comparison(field, operator, [self.value()])

    def order(self) -> tuple[tuple[str, bool], ...]:
        self.expect("BY")
        found = []
        while True:
            field = self.name()
            descending = self.take("DESC")
            if not descending:
                self.take("ASC")
            found.append((field, descending))
            if not self.take(","):
                return tuple(found)

    def value(self) -> Any:
        kind, word = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.at += 1
        match kind:
            case "text":
                return re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), word[1:-1])
            case "moment":
                return datetime.fromisoformat(word).astimezone(UTC)
            case "date":
                return word
            case "number":
                return float(word)
        if word.lower() in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[word.lower()]
        raise SoqlError("MALFORMED_QUERY", f"unexpected token: {word}")

    def names(self) -> tuple[str, ...]:
        found = [self.name()]
        while self.take(","):
            found.append(self.name())
        return tuple(found)

    def name(self) -> str:
        return self.next("word")

    def next(self, kind: str) -> str:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != kind:
            raise SoqlError("MALFORMED_QUERY", f"a {kind} was expected at token {self.at}")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def peek(self) -> str:
        return self.tokens[self.at][1].upper() if self.at < len(self.tokens) else ""

    def take(self, word: str) -> bool:
        if self.peek() != word:
            return False
        self.at += 1
        return True

    def expect(self, word: str) -> None:
        if not self.take(word):
            raise SoqlError("MALFORMED_QUERY", f"expecting {word}, found {self.peek() or 'the end'}")


def _comparison(field: str, operator: str, values: list[Any]) -> Comparison:
    """Ids may be asked for by their 15 characters."""
    by_id = field.endswith("Id")
    return Comparison(field, operator, tuple(long_id(one) if by_id and isinstance(one, str) else one for one in values))


Judge = Callable[[Mapping[str, Any]], bool]
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}


def judge(condition: Condition | None) -> Judge:
    """A function that says whether a row fits."""
    if condition is None:
        return lambda row: True
    if isinstance(condition, Group):
        parts = [judge(part) for part in condition.parts]
        together = all if condition.joined_by == "AND" else any
        return lambda row: together(part(row) for part in parts)
    field = condition.field
    if condition.operator in ("IN", "=", "!="):
        wanted = {normal(value) for value in condition.values}
        expected = condition.operator != "!="
        return lambda row: (normal(row[field]) in wanted) is expected
    compare, bound = _COMPARE[condition.operator], condition.values[0]
    return lambda row: row[field] is not None and compare(row[field], bound)


def fields_of(condition: Condition | None) -> set[str]:
    """The fields that a condition asks about."""
    if condition is None:
        return set()
    if isinstance(condition, Comparison):
        return {condition.field}
    return {field for part in condition.parts for field in fields_of(part)}


def candidates(condition: Condition | None, find: Callable[[str, tuple[Any, ...]], set[str] | None]) -> set[str] | None:
    """Ids among which all fitting rows are, by the indexes that `find` knows; None: look at every row."""
    if isinstance(condition, Comparison):
        return find(condition.field, condition.values) if condition.operator in ("IN", "=") else None
    if condition is None:
        return None
    parts = [candidates(part, find) for part in condition.parts]
    known = [part for part in parts if part is not None]
    if condition.joined_by == "AND":
        return min(known, key=len, default=None)
    return set().union(*known) if len(known) == len(parts) else None


def earliest(condition: Condition | None, field: str) -> datetime | None:
    """The least value of a moment field that can fit; None when the condition does not bound it."""
    if isinstance(condition, Comparison):
        return condition.values[0] if condition.field == field and condition.operator in (">", ">=", "=") else None
    if condition is None:
        return None
    bounds = [earliest(part, field) for part in condition.parts]
    known = [bound for bound in bounds if bound is not None]
    if condition.joined_by == "AND":
        return max(known, default=None)
    return min(known) if len(known) == len(bounds) else None
