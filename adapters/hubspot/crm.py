"""HubSpot as a CRM: score, grade, MQL and reasons on contacts; decisions from contacts, deals and leads.

Source: https://developers.hubspot.com/docs/api-reference (objects, search, properties, associations, v3 and v4), read
        2026-11-22; see `platform` for sign-in, limits and errors.
Limits: batches of 100, 50 with history; on the lowest plan 100 calls in 10 s, 5 searches a second, 250,000 calls a day.
Quirk:  contacts are made by upsert under a unique property of ours: an upsert by e-mail with only some properties is
        warned against, and batch/update takes no e-mail.
Quirk:  a new contact with the address of another is a conflict that names that one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from adapters.hubspot import batches, checking, engagements, errors, properties, removals, resolving, writing
from adapters.hubspot.api import MAX_FOUND, Api
from adapters.hubspot.records import CONTACTS, Walker
from adapters.hubspot.spec import CRM
from connector.adapter import (
    Answer,
    CheckLine,
    Client,
    CrmAdapter,
    CrmSpec,
    FieldOutcome,
    FieldPlan,
    Options,
    Page,
    PersonKeys,
    Removal,
    Resolution,
)  # fmt: skip
from connector.adapter.usable import unusable
from connector.errors import ConfigError, RemoteError
from connector.model import CrmRecord, Field, Json, LeadWrite, Outcome, ReadBack


class HubSpotCrm(CrmAdapter):
    """One account of HubSpot, as sales sees it."""

    spec: ClassVar[CrmSpec] = CRM
    page_size: ClassVar[int] = MAX_FOUND

    def __init__(self, client: Client, options: Options) -> None:
        super().__init__(client, options)
        if options.object not in ("", CONTACTS) or options.also:
            raise ConfigError(
                f"connection '{options.connection}': HubSpot is written on contacts alone",
                code="bad_object",
                hint="set `object: contacts` and leave `also` out of the mapping; leads and deals are read",
            )
        self.api = Api(client)
        self.types = properties.Types(self.api)
        self.keys = resolving.Keys(options.key, options.match)

    @property
    def _writer(self) -> writing.Writer:
        return writing.Writer(self.api, self.types, self.options.key, self.options.connection)

    @classmethod
    def remote_errors(cls, answer: Answer) -> Sequence[RemoteError]:
        return errors.remote_errors(answer)

    @classmethod
    def usage(cls, answer: Answer) -> tuple[int, int] | None:
        return errors.usage(answer)

    def check(self) -> Sequence[CheckLine]:
        key = self.options.key
        named = {CONTACTS: self.options.fields.get(CONTACTS, ()), **self.options.fields}
        return [
            line
            for name, fields in named.items()
            for line in checking.of_object(
                self.api, self.options.connection, name, fields, key if name == CONTACTS else None
            )
        ]

    def fields(self, object: str = "") -> Sequence[Field]:  # noqa: A002 - the field's word
        name = object or CONTACTS
        return [properties.field_of(name, one) for one in self.api.properties(name) or ()]

    def ensure_fields(self, plan: Sequence[FieldPlan], *, dry_run: bool = False) -> Sequence[FieldOutcome]:
        return properties.make(self.api, [replace(one, object=one.object or CONTACTS) for one in plan], dry_run=dry_run)

    def resolve(self, keys: Sequence[PersonKeys]) -> Sequence[Resolution]:
        return resolving.resolve(self.api, self.keys, keys)

    def write(self, batch: Sequence[LeadWrite]) -> Sequence[Outcome]:
        kinds = self.spec.capabilities.writes
        told = {write.effect: refused for write in batch if (refused := unusable(write, kinds, "HubSpot")) is not None}
        usable = [write for write in batch if write.effect not in told]
        records = [write for write in usable if write.kind == "record"]
        hanging = [write for write in usable if write.kind != "record"]
        told |= batches.in_turn(
            [(lambda: self._writer.write(records), records), (lambda: engagements.add(self.api, hanging), hanging)]
        )
        return [told[write.effect] for write in batch]

    def read_back(self, writes: Sequence[LeadWrite]) -> Sequence[ReadBack]:
        records = [write for write in writes if write.kind == "record"]
        others = [write for write in writes if write.kind != "record"]
        answers = [*self._writer.stand(records), *engagements.read_back(self.api, others)]
        by_effect = {answer.effect: answer for answer in answers}
        return [by_effect[write.effect] for write in writes]

    def shown(self, object: str, name: str, value: Any) -> Any:  # noqa: A002 - the field's word
        kind = (self.types.of(object, [name]) or {}).get(name, "text")
        return properties.value_of(properties.text_of(value, kind), kind)

    def records(self, cursor: Json | None) -> Iterator[Page[CrmRecord]]:
        return Walker(self.api, self.options, self.types, self.page_size).pages(cursor)

    def record(self, object: str, id_: str) -> CrmRecord | None:  # noqa: A002 - the field's word
        return Walker(self.api, self.options, self.types, self.page_size).one(object, id_)

    def people(self) -> Callable[[str], bool]:
        """Users have numbers; apps, workflows and HubSpot itself are told as kinds of source."""
        return str.isdigit

    def removals(self, cursor: Json | None) -> Iterator[Page[Removal]]:
        named = [name for name, fields in self.options.fields.items() if name and fields and self.types.of(name)]
        return removals.pages(self.api, list(dict.fromkeys([CONTACTS, *named])), cursor, limit=self.page_size)
