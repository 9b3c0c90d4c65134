"""Which record is this person? Leads by id, key and address, archived ones too: a lost lead is put away, not gone.

A conversion keeps the record. A merge deletes all but one and names nobody: the survivor is found by its address.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from adapters.odoo.account import Account
from adapters.odoo.spec import LEAD
from adapters.odoo.views import View
from connector.adapter import Found, PersonKeys, Resolution
from connector.model import Json

By = Literal["id", "key", "email"]

AT_ONCE: Final = 200
"""Persons of one search."""
_WORDS: Final[dict[str, By]] = {"leadloop_id": "key", "email": "email"}
_COLUMNS: Final = ("email_normalized", "active", "probability", "stage_id")


def resolve(account: Account, people: Sequence[PersonKeys]) -> list[Resolution]:
    """One resolution per person, in order; a search for every 200 of them."""
    found: list[Resolution] = []
    for start in range(0, len(people), AT_ONCE):
        found += _resolve(account, people[start : start + AT_ONCE])
    account.memory.absent.update(one.leadloop_id for one in found if not one.found and not one.gone)
    return found


def _resolve(account: Account, people: Sequence[PersonKeys]) -> list[Resolution]:
    key = account.key.name if account.key is not None else None
    fields = [*_COLUMNS, *([key] if key else [])]
    conditions = _conditions(people, key, account.options.match)
    rows = account.api.rows(LEAD, _any_of(conditions), fields, order="id desc") if conditions else []
    index = _Index(account, rows, key)
    return [index.resolution(person) for person in people]


def _conditions(people: Sequence[PersonKeys], key: str | None, match: Sequence[str]) -> list[list[Any]]:
    wanted = {
        "id": [id_ for person in people for id_ in _ids(person)],
        key: [person.leadloop_id for person in people if person.leadloop_id and "leadloop_id" in match],
        "email_normalized": [email.lower() for person in people for email in person.emails if "email" in match],
    }
    return [[name, "in", values] for name, values in wanted.items() if name and values]


def _any_of(conditions: Sequence[list[Any]]) -> list[Any]:
    """Odoo's domains put the operator before what it joins."""
    return [*["|"] * (len(conditions) - 1), *conditions]


def _ids(person: PersonKeys) -> list[int]:
    return [int(id_) for kind, id_ in person.records if kind == LEAD and str(id_).isdigit()]


class _Index:
    """The rows of one search, by what people are looked up with; rows come newest first."""

    def __init__(self, account: Account, rows: Sequence[Json], key: str | None) -> None:
        view = View(account, {})
        self._order: list[By] = ["id", *(_WORDS[word] for word in account.options.match if word in _WORDS)]
        self._key = key
        self._rows = {row["id"]: row for row in rows}
        self._is_open = {row["id"]: view.value(row, "status") == "open" for row in rows}
        self._by: dict[tuple[By, str], list[int]] = {}
        for row in rows:
            words: dict[By, Any] = {"key": self._key_of(row), "email": row.get("email_normalized")}
            for by, word in words.items():
                if word:
                    self._by.setdefault((by, str(word).lower()), []).append(row["id"])

    def resolution(self, person: PersonKeys) -> Resolution:
        """Where one person is: by what found it, open records before won and lost ones, the newest first."""
        found: dict[int, By] = {}
        for by in self._order:
            ids = self._ids_by(person, by)
            for id_ in sorted(ids, key=lambda one: not self._is_open[one]) if by != "id" else ids:
                found.setdefault(id_, by)
        gone = [(LEAD, str(id_)) for id_ in _ids(person) if id_ not in self._rows]
        records = [Found(LEAD, str(id_), by=by, key=self._key_of(self._rows[id_])) for id_, by in found.items()]
        return Resolution(person.leadloop_id, records, gone)

    def _ids_by(self, person: PersonKeys, by: By) -> list[int]:
        if by == "id":
            return [id_ for id_ in _ids(person) if id_ in self._rows]
        words = [person.leadloop_id] if by == "key" else list(person.emails)
        return [id_ for word in words for id_ in self._by.get((by, word.lower()), ())]

    def _key_of(self, row: Json) -> str | None:
        return (row.get(self._key) or None) if self._key else None
