"""Tryton: leads and opportunities (module sale_opportunity) and the parties behind them.

Source: trytond 8.2.1 (trytond/protocols/rest.py) and trytond-sale-opportunity 8.2.0, read and measured on a running
        server 2026-11-22.
Limits: none of Tryton's own; it is the company's server, so ten calls a second and 100,000 a day are our manners.
Quirk:  `write_date` is null until the first change; `last_modified_at` is not.
Quirk:  a record that was converted, won, lost or cancelled refuses changes of its comment: its party goes on.
Quirk:  an unknown field or model is a 500 with a web page, so names are checked before anything is sent.
Quirk:  no upsert and no unique field: whoever does not look first makes duplicates; what is written is seen at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

from msgspec.structs import replace

from adapters.tryton import checking, errors, notes, preparing, reading, tags, walking
from adapters.tryton.account import Account
from adapters.tryton.api import Api
from adapters.tryton.changing import Changer
from adapters.tryton.creating import Creator, as_change, without_repeats
from adapters.tryton.names import OBJECTS, OPPORTUNITY
from adapters.tryton.parts import Parts, parts_of
from adapters.tryton.sending import TrytonSending
from connector.adapter import (
    Answer,
    Capabilities,
    CheckLine,
    Client,
    CrmAdapter,
    CrmSpec,
    FieldOutcome,
    FieldPlan,
    Limit,
    Options,
    Page,
    PersonKeys,
    Resolution,
    StaticAuth,
)  # fmt: skip
from connector.adapter.answers import in_order, of_kind
from connector.adapter.existing import exists
from connector.adapter.usable import check_write, stop_if_nothing_fits
from connector.errors import LeadloopError, RecordError, RemoteError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack

SPEC = CrmSpec(
    name="tryton",
    title="Tryton",
    base_path="{database}/rest/model",
    auth=(StaticAuth(credentials=("key", "database")),),
    limits=(Limit(calls=10, per_s=1), Limit(calls=100_000, per_s=86_400)),
    concurrency=2,
    errors=errors.RULES,
    capabilities=Capabilities(
        writes=("record", "tag", "task", "note"),
        batch=100,
        partial="whole",
        history=True,
        conversions=True,
        objects=OBJECTS,
        # A request that was lost on the way back may still be under way: the server ends none before 60 seconds.
        visible_after_s=60,
    ),
    headers=errors.LANGUAGE,
    account=("database",),
    main_object=OPPORTUNITY,
    source="https://docs.tryton.org/latest/server/",
    read_on="2026-11-22",
    unverified=(
        "series before 8.2: the REST protocol and last_modified_at are those of 8.2",
        "PostgreSQL: measured by hand; the tests run on SQLite",
        "several companies in one database: leads are made in the company of the user's preferences",
        "how long an unfinished transaction may hide behind its own start: five minutes are allowed for",
    ),
)


READABLE: Final = "correct its name in the mapping, or let the user of the key read it"


class TrytonCrm(CrmAdapter):
    """Only what the declaration cannot say."""

    spec: ClassVar[CrmSpec] = SPEC
    page_rows: ClassVar[int] = 200

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        self.account = Account(Api(client), options, self.page_rows)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    @property
    def main(self) -> str:
        """The object that is made."""
        return self.options.object or self.spec.main_object

    def check(self) -> Sequence[CheckLine]:
        return list(checking.lines(self.account))

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        lines = tuple(name for names in self.options.fields.values() for name in names)
        return self.account.schema.described(object or self.main, lines, self.account.context)

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        return preparing.verify(self.account, plan, self.main)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return self.account.resolve(keys)

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        named = [replace(write, object=write.object or self.main) for write in batch]
        sending = TrytonSending(self.account.schema)
        parts: dict[str, Parts] = {}
        fit = [write for write in named if sending.fits(write, lambda one: parts.update({one.effect: self._fit(one)}))]
        if not fit:
            told = sending.outcomes_of(named)
            stop_if_nothing_fits(told, self.spec.title, self.options.connection, READABLE)
        for fresh in (True, False):
            api = self.account.api.with_reserve(fresh)
            part = [write for write in fit if write.fresh is fresh]
            try:
                self._send(api, sending, parts, part)
            except LeadloopError as error:  # a look-up failed: what was sent already must not be forgotten
                sending.stop([write for write in part if write.effect not in sending.outcomes], error)
        return sending.outcomes_of(named)

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        named = [replace(write, object=write.object or self.main) for write in writes]
        return in_order(
            named,
            reading.read_back(self.account, of_kind(named, "record")),
            tags.seen(self.account, of_kind(named, "tag")),
            notes.seen(self.account.api, [*of_kind(named, "task"), *of_kind(named, "note")]),
        )

    def shown(self, object: str, name: str, value: Any) -> Any:  # noqa: A002 - the field's word
        column = self.account.schema.find(object, name)
        return value if column is None else reading.settled(column, value)

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        return walking.pages(self.account, cursor)

    def _send(
        self, api: Api, sending: TrytonSending, parts: dict[str, Parts], writes: Sequence[LeadWrite]
    ) -> None:  # fmt: skip
        creations, again = without_repeats([one for one in writes if one.kind == "record" and not one.record_id])
        changes = [one for one in writes if one.kind == "record" and one.record_id]
        creator = Creator(self.account, api, parts)
        there = creator.existing(creations)
        for write in creations:
            found = there.get(write.effect)
            if found is not None and found.key != write.key:
                sending.outcomes[write.effect] = exists(write, (found.object, found.id))
            elif found is not None:
                changes.append(as_change(write, found))
        new = [write for write in creations if write.effect not in there]
        if new:
            sending.attempt(creator.send, new)
        if changes:
            Changer(self.account, api, parts).send(sending, changes)
        self._answer_repeats(sending, creations, again)
        if marked := [one for one in writes if one.kind == "tag"]:
            tags.send(self.account, api, sending, marked)
        if noted := [one for one in writes if one.kind in ("task", "note")]:
            notes.send(api, sending, noted)

    def _answer_repeats(
        self, sending: TrytonSending, creations: Sequence[LeadWrite], again: Sequence[LeadWrite]
    ) -> None:  # fmt: skip
        """A person who is made twice in one batch was made once: the second write conflicts with the first's record."""
        first = {write.key: sending.outcomes[write.effect] for write in creations}
        for write in again:
            made = first[write.key]
            if made.object and made.record_id:
                sending.outcomes[write.effect] = exists(write, (made.object, made.record_id))
            else:
                sending.outcomes[write.effect] = replace(made, effect=write.effect)

    def _fit(self, write: LeadWrite) -> Parts:
        """A write's fields, sorted. Raises RecordError for what cannot be sent at all."""
        check_write(write, self.spec.capabilities.writes, self.spec.title)
        if write.object not in OBJECTS or (write.object != OPPORTUNITY and not write.record_id):
            raise RecordError(f"leads are made as {OPPORTUNITY}, not as '{write.object}'", code="unsupported")
        return parts_of(self.account.schema, write) if write.kind == "record" else Parts()
