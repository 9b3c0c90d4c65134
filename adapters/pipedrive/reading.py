"""How records stand now: what a write's target holds, for `read_back` and the *before* of a dry run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.pipedrive.account import Account
from adapters.pipedrive.columns import OF_PERSON, PERSON
from adapters.pipedrive.directory import DEAL_PARAMS, PATHS, Ref
from adapters.pipedrive.values import settled
from connector.adapter import PersonKeys
from connector.model import Json, LeadWrite, ReadBack

MAX_IDS = 100
"""Records that one list by ids may ask for; from ten on it costs no more than asking for each."""
MANY_FROM = 10


class Reader:
    """Reads records of one company as they stand."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def read_back(self, writes: Sequence[LeadWrite]) -> list[ReadBack]:
        """One answer per write of a record: by its id, else by the key that it was to be made under."""
        refs: dict[str, Ref | None] = {write.effect: self._ref(write) for write in writes if write.record_id}
        refs |= self._made([write for write in writes if not write.record_id])
        rows = self.rows([ref for ref in refs.values() if ref is not None])
        persons = self.persons_behind([(ref[0], row) for ref, row in rows.items()]) if _asks_person(writes) else {}
        return [self._answer(write, refs[write.effect], rows, persons) for write in writes]

    def rows(self, refs: Sequence[Ref]) -> dict[Ref, Json]:
        """Records by where they are; those that are no more are left out."""
        found: dict[Ref, Json] = {}
        persons = sorted({id_ for object_name, id_ in refs if object_name == PERSON})
        found |= {(PERSON, id_): row for id_, row in self._persons(persons).items()}
        for object_name, id_ in dict.fromkeys(ref for ref in refs if ref[0] != PERSON):
            row = self.account.api.one(f"{PATHS[object_name]}/{id_}", DEAL_PARAMS if object_name == "deal" else None)
            if row is not None:
                found[object_name, id_] = row
        return found

    def persons_behind(self, rows: Sequence[tuple[str, Json]]) -> dict[str, Json]:
        """The persons of leads and deals, by id."""
        ids = {str(row["person_id"]) for object_name, row in rows if object_name != PERSON and row.get("person_id")}
        return self._persons(sorted(ids))

    def _persons(self, ids: Sequence[str]) -> dict[str, Json]:
        api = self.account.api
        if len(ids) < MANY_FROM:
            rows = [row for id_ in ids if (row := api.one(f"{PATHS[PERSON]}/{id_}")) is not None]
        else:
            parts = [ids[start : start + MAX_IDS] for start in range(0, len(ids), MAX_IDS)]
            rows = [row for part in parts for row in api.all(PATHS[PERSON], {"ids": ",".join(part)})]
        return {str(row["id"]): row for row in rows if not row.get("is_deleted")}

    def _ref(self, write: LeadWrite) -> Ref:
        return write.object or self.account.main, str(write.record_id)

    def _made(self, writes: Sequence[LeadWrite]) -> dict[str, Ref | None]:
        """Where the records are that these writes were to make; only one that carries our key proves it."""
        if not writes:
            return {}
        people = [PersonKeys(write.key, (), (write.email,) if write.email else ()) for write in writes]
        answers = self.account.resolve(people)
        return {
            write.effect: next(((one.object, one.id) for one in answer.found if self._is_made(write, one.key)), None)
            for write, answer in zip(writes, answers, strict=True)
        }

    def _is_made(self, write: LeadWrite, key: str | None) -> bool:
        return key == write.key if self.account.options.key else True

    def _answer(
        self, write: LeadWrite, ref: Ref | None, rows: Mapping[Ref, Json], persons: Mapping[str, Json]
    ) -> ReadBack:
        row = rows.get(ref) if ref else None
        if ref is None or row is None:
            return ReadBack(write.effect, present=False, object=write.object)
        person = persons.get(str(row.get("person_id")))
        fields = {name: self._value(ref[0], row, name, sent, person) for name, sent in write.fields.items()}
        return ReadBack(write.effect, present=True, record_id=ref[1], object=ref[0], fields=fields)

    def _value(self, object_name: str, row: Json, name: str, sent: Any, person: Json | None) -> Any:
        """What stands there; in the words of the write where that is what the write would make of the field."""
        stands = self.account.view.value(object_name, row, name, person)
        column = self.account.schema.find(object_name, name)
        if column is None or sent is None:
            return stands
        return sent if settled(column, sent) == stands else stands


def _asks_person(writes: Sequence[LeadWrite]) -> bool:
    return any(name in OF_PERSON for write in writes for name in write.fields)
