"""Persons, leads and deals read so far, found again by id, key, address and person.

Finding costs tokens: a search 20 for one word, a page of 500 records 10 (leads: 20). So a list is walked whole where
that is no dearer than searching; it also shows what was written a moment ago, which a search does not. In a company
too large for that, searches find the old records and the list of the latest changes the new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from adapters.pipedrive.api import MANY, SEARCH_COST, Api
from adapters.pipedrive.columns import DEAL, LEAD, PERSON, Column
from adapters.pipedrive.views import emails_of, key_of, moment
from connector.model import Json

Ref = tuple[str, str]

INDEX_LAG: Final = timedelta(minutes=5)
"""How long a new record may be missing in searches: so far back the lists are asked."""
LONGEST_WALK: Final = 4_000
"""Tokens that a walk may cost: 200,000 persons are about what fits into memory well."""
DEAL_PARAMS: Final = {"include_fields": "source_lead_id"}
PATHS: Final = {PERSON: "v2/persons", LEAD: "v1/leads", DEAL: "v2/deals"}
_WALKS: Final = {
    PERSON: ("v2/persons",),
    LEAD: ("v2/persons", "v1/leads", "v1/leads/archived", "v2/deals"),
    DEAL: ("v2/persons", "v2/deals"),
}
"""What is walked to know everybody, by the object that is created."""
_KEPT: Final = ("id", "add_time", "person_id", "status", "is_archived", "is_deleted", "source_lead_id")
"""What of a record is worth remembering; the rest is most of it."""


class WalkPrice:
    """From how many searches on a walk may be the cheaper way; lives as long as the adapter."""

    def __init__(self) -> None:
        self.pays_from = 0


class Directory:
    """What one look-up has read. `key_column` gives the field of an object that holds our key."""

    def __init__(self, api: Api, main: str, key_column: Callable[[str], Column | None], price: WalkPrice) -> None:
        self.api = api
        self.main = main
        self.rows: dict[Ref, Json] = {}
        self.missing: set[Ref] = set()
        self.is_complete = False
        self._key_column = key_column
        self._price = price
        self._keys: dict[Ref, str | None] = {}
        self._by_key: dict[str, list[Ref]] = {}
        self._by_email: dict[str, list[Ref]] = {}
        self._by_person: dict[str, list[Ref]] = {}
        self._asked: set[str] = set()

    # Asking.

    def know(self, refs: Iterable[Ref]) -> None:
        """Read these records; those that are no more are `missing`."""
        for object_name, id_ in dict.fromkeys(refs):
            if object_name in PATHS and (object_name, id_) not in self.rows:
                row = self.api.one(f"{PATHS[object_name]}/{id_}", _params(PATHS[object_name]))
                if row is None:
                    self.missing.add((object_name, id_))
                else:
                    self._add(object_name, row)

    def walk(self, people: int) -> None:
        """Read everybody, unless that is dearer than to search for so many people; `is_complete` tells."""
        if people < self._price.pays_from:
            return
        left = min(people * SEARCH_COST, LONGEST_WALK)
        for path in _WALKS[self.main]:
            for rows in self.api.pages(path, _params(path)):
                left -= MANY[path[:2]]
                self._add_all(path, rows)
                if left < 0:
                    self._price.pays_from = 2 * people
                    return
        self.is_complete = True

    def search_email(self, email: str) -> None:
        """Persons of an address."""
        found = self.api.search("v2/persons/search", {"term": email, "fields": "email"})
        self.know((PERSON, str(item["id"])) for item in found)

    def search_key(self, key: str) -> None:
        """Records that carry a key."""
        params = {"term": key, "fields": "custom_fields", "item_types": "person,lead,deal"}
        found = self.api.search("v2/itemSearch", params)
        self.know((str(item.get("type")), str(item["id"])) for item in found)

    def latest(self) -> None:
        """Persons that changed lately: the ones that a search may not know yet."""
        since = self.api.client.now() - INDEX_LAG
        params = {"updated_since": since.strftime("%Y-%m-%dT%H:%M:%SZ"), "sort_by": "update_time"}
        for rows in self.api.pages("v2/persons", params):
            self._add_all("v2/persons", rows)

    def of_person(self, person_id: str) -> list[Ref]:
        """The leads and deals of a person, the newest first."""
        if not self.is_complete and person_id not in self._asked:
            self._asked.add(person_id)
            for path in _WALKS[self.main][1:]:
                for rows in self.api.pages(path, {"person_id": person_id, **_params(path)}):
                    self._add_all(path, rows)
        return self.newest(self._by_person.get(person_id, ()))

    # What is known.

    def by_key(self, key: str) -> list[Ref]:
        """Records that carry a key."""
        return self.newest(self._by_key.get(key, ()))

    def by_email(self, email: str) -> list[Ref]:
        """Persons of an address."""
        return self.newest(self._by_email.get(email.strip().lower(), ()))

    def key_on(self, ref: Ref) -> str | None:
        """The key that a record carries."""
        return self._keys[ref]

    def person_of(self, ref: Ref) -> str | None:
        """The id of a record's person."""
        if ref[0] == PERSON:
            return ref[1] if ref in self.rows else None
        person = self.rows.get(ref, {}).get("person_id")
        return None if person is None else str(person)

    def newest(self, refs: Iterable[Ref]) -> list[Ref]:
        """The same records, the latest made first."""
        return sorted(refs, key=lambda ref: moment(self.rows[ref]["add_time"]), reverse=True)

    def _add_all(self, path: str, rows: Sequence[Json]) -> None:
        object_name = next(name for name, own in PATHS.items() if path.startswith(own))
        for row in rows:
            self._add(object_name, row)

    def _add(self, object_name: str, row: Json) -> None:
        ref = (object_name, str(row["id"]))
        if ref in self.rows:
            return
        self.rows[ref] = {name: row[name] for name in _KEPT if name in row}
        self._keys[ref] = key_of(object_name, row, self._key_column(object_name))
        for index, term in self._terms(ref, row):
            index.setdefault(term, []).append(ref)

    def _terms(self, ref: Ref, row: Json) -> Iterator[tuple[dict[str, list[Ref]], str]]:
        key = self.key_on(ref)
        if key:
            yield self._by_key, key
        if ref[0] == PERSON:
            yield from ((self._by_email, email) for email in dict.fromkeys(emails_of(row)))
        elif row.get("person_id") is not None:
            yield self._by_person, str(row["person_id"])


def _params(path: str) -> Mapping[str, str]:
    """What a list or record is asked for besides: deals tell of their lead to who asks."""
    return DEAL_PARAMS if path == PATHS[DEAL] else {}
