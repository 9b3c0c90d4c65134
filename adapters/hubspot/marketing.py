"""HubSpot as marketing automation: contacts, form submissions and e-mail events; feedback to fields, stage and lists.

Source: https://developers.hubspot.com/docs/api-reference (contacts, search, forms, e-mail events, lists), v3, read
        2026-11-22; see `platform` for sign-in, limits and errors.
Limits: searches 5 a second beside the account's 100 calls in 10 s; 200 contacts a search, 100 a batch.
Quirk:  a contact's properties come flat to the mapping (`firstname`, not `properties.firstname`), as texts or null.
Quirk:  merged contacts vanish without being archived; the survivor names them, and they are asked for again with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from adapters.hubspot import (
    acts,
    batches,
    emails,
    engagements,
    errors,
    forms,
    lists,
    outcomes,
    properties,
    survivors,
)
from adapters.hubspot.api import MAX_FOUND, MAX_LISTED, Api, is_too_long
from adapters.hubspot.platform import FURTHER_EMAILS
from adapters.hubspot.records import CONTACTS
from adapters.hubspot.spec import MARKETING
from adapters.hubspot.stages import STAGE, Mover
from adapters.hubspot.walking import Mark, walk
from connector.adapter import (
    Answer,
    CheckLine,
    Client,
    ContactAnswer,
    MarketingAdapter,
    MarketingSpec,
    Options,
    Page,
    ToRead,
)  # fmt: skip
from connector.adapter.batching import Told
from connector.adapter.cursors import unreadable
from connector.adapter.usable import prepares
from connector.errors import ContractError, RemoteError, RemoteRefusal
from connector.model import Field, Json, LeadWrite, Outcome, ReadBack


class HubSpotMarketing(MarketingAdapter):
    """One account of HubSpot, as marketing sees it."""

    spec: ClassVar[MarketingSpec] = MARKETING
    page_size: ClassVar[int] = MAX_FOUND

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self.api = Api(client)
        self.types = properties.Types(self.api)
        named = [name.partition(".")[0] for name in options.fields.get("", ())]
        self.columns = list(dict.fromkeys(["email", FURTHER_EMAILS, *named, survivors.MERGED]))
        self.forms = [str(one) for one in options.values.get("forms") or ()]
        self.mover = Mover(self.api, may_go_back=str(options.values.get("stages_back")).lower() == "true")

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    @classmethod
    def usage(cls, answer: Answer) -> tuple[int, int] | None:
        return errors.usage(answer)

    def check(self) -> Sequence[CheckLine]:
        told = {str(one["name"]) for one in self.api.properties(CONTACTS) or ()}
        wanted = [name for name in self.options.fields.get("", ()) if name not in ("id", "createdAt", "updatedAt")]
        missing = sorted({name.partition(".")[0] for name in wanted} - told)
        lines = [CheckLine("ok", f"signed in; contacts have {len(told)} properties")]
        if missing:
            step = prepares(self.options.connection)
            lines.append(CheckLine("warn", f"contacts have no property {', '.join(missing)}", step))
        return [*lines, *self._may_read()]

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        return [properties.field_of("", one) for one in self.api.properties(CONTACTS) or ()]

    def prepare_writes(self, plan: Sequence[str]) -> Mapping[str, str]:
        made = properties.make(self.api, [properties.plan_for(name) for name in plan], dry_run=False)
        return {one.plan.name: one.status if one.status in ("exists", "created") else one.text for one in made}

    def changes(self, cursor: Json | None) -> Iterator[Page[Json]]:
        begin = Mark.read(cursor, self.options.since)
        # More properties than a search may name: it finds ids then, and the contacts are read by them.
        in_search = not is_too_long(begin.filters(CONTACTS), self.columns)
        asked = self.columns if in_search else [survivors.MERGED]
        for rows, mark in walk(self.api, CONTACTS, begin, asked, limit=self.page_size):
            whole = rows if in_search else self.api.read(CONTACTS, [row["id"] for row in rows], self.columns).rows
            losers = [ToRead("contacts", loser) for row in rows for loser in survivors.merged_into(row)]
            zero = None if rows else "no contact changed since the last read"
            yield Page([_flat(row) for row in whole], mark.stored(), to_read=losers, why_zero=zero)

    def contacts(self, ids: Sequence[str]) -> Iterator[ContactAnswer]:
        for one, row in survivors.by_id(self.api, CONTACTS, ids, self.columns).items():
            if row is None:
                yield ContactAnswer(one, "gone")
            elif str(row["id"]) == one:
                yield ContactAnswer(one, "whole", record=_flat(row))
            else:
                yield ContactAnswer(one, "merged", record=_flat(row), merged_into=str(row["id"]))

    def activities(self, cursor: Json | None) -> Iterator[Page[Json]]:
        return acts.pages(self.api, self.forms, self.options.since, cursor)

    def everyone(self, cursor: Json | None) -> Iterator[Page[str]]:
        """By ascending id, in which nobody moves: the platform's token of the next page is all that is kept."""
        stood = dict(cursor or {})
        kept = stood.get("after")
        generation = int(stood.get("generation", 0))
        limit = min(self.page_size, MAX_LISTED)
        while True:
            try:
                found = self.api.listed(CONTACTS, stood.get("after"), archived=False, limit=limit)
            except RemoteRefusal as refusal:
                if kept is None or stood["after"] != kept:
                    raise
                raise unreadable() from refusal  # nothing else of the question could be refused
            ids = [str(row["id"]) for row in found.rows]
            if found.next is None:
                yield Page(ids, {"generation": generation + 1})
                return
            if found.next == stood.get("after"):
                raise ContractError("the list of contacts names the same next page again")
            stood["after"] = found.next
            yield Page(ids, dict(stood))

    def write_back(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        told = {write.effect: refused for write in batch if (refused := self._unusable(write)) is not None}
        kinds = {
            kind: [write for write in batch if write.kind == kind and write.effect not in told]
            for kind in self.spec.capabilities.writes
        }
        told |= batches.in_turn(
            [
                (lambda: self._fields(kinds["field"]), kinds["field"]),
                (lambda: self.mover.move(kinds["stage"]), kinds["stage"]),
                (lambda: lists.change(self.api, kinds["list"]), kinds["list"]),
                (lambda: engagements.add(self.api, kinds["note"]), kinds["note"]),
            ]
        )
        return [told[write.effect] for write in batch]

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        on_record = [write for write in writes if write.kind in ("field", "stage")]
        on_list = [write for write in writes if write.kind == "list"]
        notes = [write for write in writes if write.kind == "note"]
        answers = [
            *self._stand(on_record), *lists.read_back(self.api, on_list), *engagements.read_back(self.api, notes),
        ]  # fmt: skip
        by_effect = {answer.effect: answer for answer in answers}
        return [by_effect[write.effect] for write in writes]

    def _may_read(self) -> Iterator[CheckLine]:
        for may, scope, what in (
            (forms.may_read(self.api), "forms", "form submissions"),
            (emails.may_read(self.api), "content", "e-mail events"),
        ):
            if may:
                yield CheckLine("ok", f"{what} can be read")
            else:
                yield CheckLine("warn", f"{what} cannot be read", f"give the token the scope '{scope}'")

    def _unusable(self, write: LeadWrite) -> Outcome | None:
        if write.kind not in self.spec.capabilities.writes:
            return outcomes.unusable(write, "unsupported", f"HubSpot takes no feedback of kind '{write.kind}'")
        if not write.record_id:
            return outcomes.unusable(write, "no_contact", "the write names no contact")
        return None

    def _fields(self, writes: Sequence[LeadWrite]) -> Told:
        types = (self.types.of(CONTACTS) or {}) if writes else {}
        rows = []
        for write in writes:
            values = {name: properties.text_of(value, types.get(name, "text")) for name, value in write.fields.items()}
            rows.append(batches.update(write, CONTACTS, str(write.record_id), values))
        return batches.send(self.api, rows)

    def _stand(self, writes: Sequence[LeadWrite]) -> Iterator[ReadBack]:
        if not writes:
            return
        columns = list(dict.fromkeys([STAGE, *(name for write in writes for name in write.fields)]))
        types = self.types.of(CONTACTS, columns) or {}
        rows = survivors.by_id(self.api, CONTACTS, [str(write.record_id) for write in writes], columns)
        for write in writes:
            row = rows[str(write.record_id)]
            if row is None:
                yield ReadBack(write.effect, present=False)
                continue
            values = {name: properties.value_of(row["properties"].get(name), types[name]) for name in columns}
            there = write.kind == "field" or values[STAGE] == write.name
            fields = {name: values[name] for name in write.fields}
            yield ReadBack(write.effect, present=there, record_id=str(row["id"]), fields=fields)


def _flat(row: Json) -> Json:
    """A contact with its properties beside its id and times."""
    return {**row["properties"], "id": str(row["id"]), "createdAt": row["createdAt"], "updatedAt": row["updatedAt"]}
