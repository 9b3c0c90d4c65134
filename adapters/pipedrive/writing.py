"""Making and changing records: one request each, since Pipedrive takes no batches and knows no upsert.

A lead or deal hangs on a person: one that is found, else one that is made first. Automations of the account run on
our writes and cannot be muted; so only what changes is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from adapters.pipedrive import outcomes
from adapters.pipedrive.account import Account
from adapters.pipedrive.api import Api, saved_row
from adapters.pipedrive.columns import LEAD, PERSON, Column, folded
from adapters.pipedrive.directory import PATHS
from adapters.pipedrive.values import UnfitError, encoded
from connector.adapter import Found, PersonKeys
from connector.model import Json, LeadWrite, Outcome

Values = Sequence[tuple[Column, Any]]

FRESH_S: Final = 60
"""How old the names of fields must be to be asked for again when one is missing."""
NO_NAME: Final = "(not given)"
_ENTRIES: Final = {"email": "emails", "phone": "phones"}


class Writer:
    """Writes records of one company."""

    def __init__(self, account: Account, api: Api) -> None:
        self.account = account
        self.api = api

    def create(self, write: LeadWrite) -> Outcome:
        """Make the record of a person who has none.

        One that carries our key is changed instead, as an upsert would; any other is a conflict that names it.
        """
        object_name = write.object or self.account.main
        own, of_person = self._parts(object_name, write)
        there = self._there(write)
        if there is not None and there.key == write.key:
            return self.change(replace(write, object=there.object, record_id=there.id))
        if there is not None:
            return outcomes.conflict(write, there.object, there.id)
        if object_name == PERSON:
            row = self._make_person(write, [*own, *of_person])
        else:
            person = self.account.person_of(write.key) or str(self._make_person(write, of_person)["id"])
            row = self._make_on(object_name, write, own, person, of_person)
        self.account.memory.made[write.key] = object_name, str(row["id"])
        return outcomes.done(write, object_name, row["id"], created=True)

    def change(self, write: LeadWrite) -> Outcome:
        """Change a known record; it carries our key from then on."""
        object_name = write.object or self.account.main
        own, of_person = self._parts(object_name, write)
        row: Json | None = None
        if own or not of_person:
            row = saved_row(self._patch(object_name, str(write.record_id), own))
        if of_person:
            row = row or self.api.one(f"{PATHS[object_name]}/{write.record_id}")
            if row is None:
                return outcomes.moved(write, "gone", "the record is there no more")
            self._change_person(row.get("person_id"), of_person)
        return outcomes.done(write, object_name, write.record_id)

    def is_put_away(self, write: LeadWrite) -> bool:
        """Was the record deleted, converted or archived, so that it refuses every change?"""
        row = self.api.one(f"{PATHS[write.object or self.account.main]}/{write.record_id}")
        return row is None or bool(row.get("is_archived"))

    def _there(self, write: LeadWrite) -> Found | None:
        """The record that the person has: made by us a moment ago, or found now, unless it was looked for lately."""
        made = self.account.memory.made.get(write.key)
        if made is not None:
            return Found(*made, by="key", key=write.key)
        if self.account.looked_lately(write.key):
            return None
        keys = PersonKeys(write.key, (), (write.email,) if write.email else ())
        (answer,) = self.account.resolve([keys], self.api)
        return next((one for one in answer.found if one.key in (None, write.key)), None)

    # Bodies.

    def _parts(self, object_name: str, write: LeadWrite) -> tuple[Values, Values]:
        """The write's fields, those of the record itself and those of its person; our key among the first.

        Raises UnfitError for a value that does not fit, a field that nobody has, or one that cannot be written.
        """
        own: list[tuple[Column, Any]] = []
        of_person: list[tuple[Column, Any]] = []
        for name, value in write.fields.items():
            column = self._column(object_name, name)
            part = of_person if self.account.is_of_person(object_name, column) else own
            part.append((column, encoded(column, value)))
        key = self.account.key_column(object_name)
        if key is not None and write.key:
            own.append((key, write.key))
        return own, of_person

    def _column(self, object_name: str, name: str) -> Column:
        column = self.account.schema.find(object_name, name)
        if column is None:
            self.account.schema.forget(older_than_s=FRESH_S)
            column = self.account.schema.find(object_name, name)
        if column is None:
            told = f"Pipedrive has no field '{name}' for a {object_name}"
            raise UnfitError(Column(name, name, ""), "field_missing", told)
        if not column.writable:
            raise UnfitError(column, "read_only", f"'{name}' of a {object_name} is not written through the API")
        return column

    def _make_person(self, write: LeadWrite, values: Values) -> Json:
        body = _body(PERSON, values)
        body.setdefault("name", None)
        body["name"] = body["name"] or NO_NAME
        if write.email and "emails" not in body:
            body["emails"] = [{"value": write.email, "primary": True}]
        row = saved_row(self.api.save("POST", PATHS[PERSON], body))
        self.account.memory.persons[write.key] = str(row["id"])
        return row

    def _make_on(self, object_name: str, write: LeadWrite, own: Values, person: str, of_person: Values) -> Json:
        body = {**_body(object_name, own), "person_id": int(person)}
        names = (value for column, value in of_person if column.name == "name")
        body["title"] = body.get("title") or next(names, None) or NO_NAME
        if object_name == LEAD:
            body["origin_id"] = write.key
        return saved_row(self.api.save("POST", PATHS[object_name], body))

    def _patch(self, object_name: str, record_id: str, values: Values) -> Any:
        body = _body(object_name, values)
        if object_name == PERSON and set(body) & set(_ENTRIES.values()):
            body = self._with_other_entries(record_id, body)
        return self.api.save("PATCH", f"{PATHS[object_name]}/{record_id}", body)

    def _change_person(self, person_id: Any, values: Values) -> None:
        if person_id is not None:
            self._patch(PERSON, str(person_id), values)

    def _with_other_entries(self, record_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """A list of addresses is replaced as a whole: the ones that sales added stay, behind ours."""
        row = self.api.one(f"{PATHS[PERSON]}/{record_id}") or {}
        for name in _ENTRIES.values():
            if body.get(name):
                ours = {folded(str(one["value"])) for one in body[name]}
                others = [one for one in row.get(name) or () if folded(str(one.get("value"))) not in ours]
                body[name] = [*body[name], *({**one, "primary": False} for one in others)]
        return body


def _body(object_name: str, values: Values) -> dict[str, Any]:
    """Values as a request's body: custom fields in a group of their own, but for leads."""
    body: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for column, value in values:
        if column.custom:
            custom[column.code] = value
        elif column.name in _ENTRIES:
            entry = [] if value is None else [{"value": value, "primary": True}]
            body[_ENTRIES[column.name]] = entry
        else:
            body[column.code] = value
    if object_name == LEAD:
        return {**body, **custom}
    return {**body, "custom_fields": custom} if custom else body
