"""Changing known records: read first, then only what differs. Texts of many opportunities go in one call.

`import_data` is what Tryton's own CSV import calls: rows with an id change that record, all rows in one transaction.
What it cannot carry (numbers, relations, a party) goes by one PUT a record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.tryton import outcomes, views
from adapters.tryton.account import Account
from adapters.tryton.api import Api
from adapters.tryton.finding import key_mechanisms
from adapters.tryton.names import MECHANISMS, OPEN_STATES, OPPORTUNITY, PARTY, is_key
from adapters.tryton.parts import Parts, comment_with, key_mechanism, missing_contacts
from adapters.tryton.sending import TrytonSending
from connector.model import Json, LeadWrite, Outcome

PARTY_FIELDS = ("name", "active", "categories", *MECHANISMS)


class Changer:
    """Changes the records of one batch. `parts` are the writes' fields by effect."""

    def __init__(self, account: Account, api: Api, parts: Mapping[str, Parts]) -> None:
        self.account = account
        self.api = api
        self.parts = parts
        self._values: dict[str, Json] = {}

    def send(self, sending: TrytonSending, writes: Sequence[LeadWrite]) -> None:
        """Send all these changes, and keep what became of each."""
        opportunities, parties = read(self.api, self.account.options.key, writes)
        calls: dict[tuple[str, ...], list[LeadWrite]] = {}
        for write in writes:
            row = (opportunities if write.object == OPPORTUNITY else parties).get(str(write.record_id))
            if row is None or (write.object == OPPORTUNITY and row["state"] not in OPEN_STATES):
                told = outcomes.gone(write) if row is None else outcomes.closed(write)
                sending.outcomes[write.effect] = told
                continue
            party = parties.get(str(row.get("party"))) if write.object == OPPORTUNITY else row
            if party is not None:
                self._send_party(sending, write, party, row)
            if write.object == OPPORTUNITY and write.effect not in sending.outcomes:
                calls.setdefault(self._opportunity(write, row), []).append(write)
            elif write.effect not in sending.outcomes:
                sending.outcomes[write.effect] = outcomes.unchanged(write, (PARTY, str(write.record_id)))
        for names, group in calls.items():
            self._send_opportunities(sending, names, group)

    def _send_opportunities(self, sending: TrytonSending, names: tuple[str, ...], writes: Sequence[LeadWrite]) -> None:
        if not names:
            for write in writes:
                sending.outcomes[write.effect] = outcomes.unchanged(write, (OPPORTUNITY, str(write.record_id)))
        elif all(isinstance(self._values[write.effect][name], str) for write in writes for name in names):
            sending.attempt(self._import, writes)
        else:
            for write in writes:
                sending.attempt(self._put, [write])

    def _opportunity(self, write: LeadWrite, row: Json) -> tuple[str, ...]:
        """What differs on the opportunity itself: the names of its fields, in order."""
        parts = self.parts[write.effect]
        values = {name: value for name, value in parts.own.items() if row.get(name) != value}
        text = comment_with(row.get("comment"), parts)
        if text is not None:
            values["comment"] = text
        key = self.account.options.key
        if key and write.key and not row.get(key):
            values[key] = write.key
        self._values[write.effect] = values
        return tuple(sorted(values))

    def _import(self, writes: Sequence[LeadWrite]) -> list[Outcome]:
        if len(writes) == 1:
            return self._put(writes)
        names = sorted(self._values[writes[0].effect])
        rows = [[str(one.record_id), *(self._values[one.effect][name] for name in names)] for one in writes]
        self.api.import_rows(OPPORTUNITY, ["id", *names], rows)
        return [outcomes.done(one, (OPPORTUNITY, str(one.record_id))) for one in writes]

    def _put(self, writes: Sequence[LeadWrite]) -> list[Outcome]:
        [write] = writes
        self.api.put(OPPORTUNITY, str(write.record_id), self._values[write.effect])
        return [outcomes.done(write, (OPPORTUNITY, str(write.record_id)))]

    def _send_party(self, sending: TrytonSending, write: LeadWrite, party: Json, row: Json) -> None:
        """Change the party first, where there is something to change."""
        values = self._party(write, party, row)
        if not values:
            return

        def put(writes: Sequence[LeadWrite]) -> list[Outcome]:
            self.api.put(PARTY, str(party["id"]), values)
            return [outcomes.done(one, (PARTY, str(party["id"]))) for one in writes]

        sending.attempt(put, [write])
        if write.object == OPPORTUNITY and sending.outcomes[write.effect].status == "updated":
            del sending.outcomes[write.effect]  # its opportunity is still to come

    def _party(self, write: LeadWrite, party: Json, row: Json) -> Json:
        parts = self.parts[write.effect]
        values: dict[str, Any] = {
            name: value for name, value in parts.party.items() if name not in party or party[name] != value
        }
        changes: list[Any] = []
        if new := missing_contacts(parts, party):
            changes.append(["create", new])
        changes += self._key_lines(write, party, row)
        return {**values, "contact_mechanisms": changes} if changes else values

    def _key_lines(self, write: LeadWrite, party: Json, row: Json) -> list[Any]:
        """Our key on the party where the opportunity's reference is sales' own; our lines where it stands alone."""
        mine = next((one for one in key_mechanisms(party) if one["value"] == write.key), None)
        if write.object == OPPORTUNITY:
            key = self.account.options.key
            needs_key = write.key and key and row.get(key) and not is_key(row.get(key)) and mine is None
            return [["create", [key_mechanism(write.key)]]] if needs_key else []
        text = comment_with(views.comment(PARTY, party, write.key), self.parts[write.effect])
        if mine is None:
            return [["create", [key_mechanism(write.key, text or "")]]] if write.key else []
        return [] if text is None else [["write", [mine["id"]], {"comment": text}]]


def read(api: Api, key: str | None, writes: Sequence[LeadWrite]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Opportunities and parties of these writes as they stand, by id; the parties of opportunities with them."""
    ids = _ids(writes, OPPORTUNITY)
    mine = [write for write in writes if write.kind == "record" and write.object == OPPORTUNITY]
    names = views.asked(OPPORTUNITY, sorted({name for write in mine for name in write.fields}))
    fields = ["state", "party", "contact", *names, *filter(None, [key])]
    opportunities = api.rows(OPPORTUNITY, [["id", "in", ids]], fields) if ids else []
    parties = {*_ids(writes, PARTY), *(int(row["party"]) for row in opportunities if row.get("party"))}
    rows = api.rows(PARTY, [["id", "in", sorted(parties)]], PARTY_FIELDS) if parties else []
    return {str(row["id"]): row for row in opportunities}, {str(row["id"]): row for row in rows}


def _ids(writes: Sequence[LeadWrite], object_name: str) -> list[int]:
    """Ids of an object; one that is no number was never Tryton's."""
    ids = {str(write.record_id) for write in writes if write.object == object_name}
    return sorted(int(one) for one in ids if one.isdigit())
