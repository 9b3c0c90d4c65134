"""SOQL, written safely: names are checked, values escaped, lists split so that the address stays short enough.

Source: SOQL and SOSL Reference, "Quoted String Escape Sequences" and "Date Formats"; a query travels in the address,
which the platform refuses above 16 KB (414), long before the statement's own limit of 100,000 characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote_plus

from connector.errors import ConfigError, ContractError

ADDRESS_BYTES = 14_000
"""What an encoded query may take of the 16 KB; host, path and parameter name need the rest."""

_NAME = re.compile(r"[A-Za-z]\w*(\.[A-Za-z]\w*)*", re.ASCII)
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def name(word: str) -> str:
    """A field or object name as it may stand in a query. Raises ConfigError for others: names come from a file."""
    if not _NAME.fullmatch(word):
        raise ConfigError(f"'{word}' is no name of a Salesforce field", hint="use the API name, such as LeadScore__c")
    return word


def text(value: str) -> str:
    """A quoted string literal."""
    return f"'{value.translate(_ESCAPES)}'"


def moment(at: datetime) -> str:
    """A date-time literal: unquoted, UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_moment(value: str) -> datetime:
    """A date-time as answers write it: `2026-11-21T10:00:00.000+0000`. Raises ContractError for anything else."""
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise ContractError("Salesforce told a moment that cannot be read") from None


def select(fields: Iterable[str], object_name: str) -> str:
    """`SELECT a, b FROM X`, each field once, in the order given."""
    return f"SELECT {', '.join(dict.fromkeys(name(one) for one in fields))} FROM {name(object_name)}"  # noqa: S608


def where_in(head: str, wanted: Sequence[tuple[str, str]], tail: str = "") -> Iterator[str]:
    """Queries that together ask for every (field, value) wanted, joined by OR, each short enough for an address.

    A query holds pairs in the order given, so that the keys of one person mostly travel together.
    """
    room = ADDRESS_BYTES - len(quote_plus(head + tail)) - 100
    lists: dict[str, list[str]] = {}
    used = 0
    for field, value in dict.fromkeys(wanted):
        cost = len(quote_plus(text(value))) + len("%2C+") + (0 if field in lists else len(quote_plus(field)) + 20)
        if lists and used + cost > room:
            yield _joined(head, lists, tail)
            lists, used = {}, 0
        lists.setdefault(name(field), []).append(text(value))
        used += cost
    if lists:
        yield _joined(head, lists, tail)


def _joined(head: str, lists: dict[str, list[str]], tail: str) -> str:
    any_of = " OR ".join(f"{field} IN ({','.join(values)})" for field, values in lists.items())
    return f"{head} WHERE {any_of}{tail}"
