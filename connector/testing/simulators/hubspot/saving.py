"""The addresses that write CRM objects: batches of creations, updates and upserts, told row by row or as a whole.

Source: https://developers.hubspot.com/docs/api-reference/error-handling (multi-status errors)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from connector.testing.simulator import Reply, Request, route
from connector.testing.simulators.hubspot import wording
from connector.testing.simulators.hubspot.objects import MAX_ROWS, OBJECTS, Json, Objects, batch_reply, shown
from connector.testing.simulators.hubspot.records import API_SOURCE, Records
from connector.testing.simulators.hubspot.wording import RowError

TRACE: Final = "objectWriteTraceId"
LOCKED: Final = timedelta(seconds=5)
Save = Callable[[Records, Json], Json | None]
"""Saves one row: its result, or None for a row that is left out without a word."""


class Saving(Objects):
    """Routes that write. `row_by_row`: trace ids give each row an outcome of its own, as documented.

    `half_next` lets the next batch die after half of its rows were saved.
    """

    clock: Callable[[], datetime]
    row_by_row: bool = True
    half_next: bool = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._locks: dict[str, datetime] = {}

    def lock_record(self, record_id: str) -> None:
        """Somebody is saving this record: for some seconds every write with it is refused."""
        self._locks[record_id] = self.clock() + LOCKED

    @route("POST", OBJECTS + "/batch/create")
    def create(self, request: Request) -> Reply:
        return self._write(request, self._create_row, 201)

    @route("POST", OBJECTS + "/batch/update")
    def update(self, request: Request) -> Reply:
        if any(one.get("idProperty") == "email" for one in request.json()["inputs"]):
            return wording.refused(400, "VALIDATION_ERROR", "idProperty email is not supported here")
        return self._write(request, self._update_row, 200)

    @route("POST", OBJECTS + "/batch/upsert")
    def upsert(self, request: Request) -> Reply:
        return self._write(request, self._upsert_row, 200)

    # Rows.

    def _write(self, request: Request, save: Save, status: int) -> Reply:
        records, inputs = self.records_of(request), request.json()["inputs"]
        if records is None:
            return self.no_object(request)
        refusal = self._refusal(inputs)
        if refusal is not None:
            return refusal
        half, self.half_next = self.half_next, False
        told = self._saved(records, inputs[: len(inputs) // 2] if half else inputs, save, status)
        return Reply(502, b"") if half else told

    def _refusal(self, inputs: Sequence[Json]) -> Reply | None:
        ids = [one["id"] for one in inputs if "id" in one]
        if len(inputs) > MAX_ROWS:
            return wording.refused(400, "VALIDATION_ERROR", "The maximum number of inputs supported is 100")
        if len({str(one).lower() for one in ids}) < len(ids):
            return wording.refused(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input")
        if any(self._locks.get(str(one), self.clock()) > self.clock() for one in ids):
            return wording.refused(423, "LOCKED", "the record is locked")
        return None

    def _saved(self, records: Records, inputs: Sequence[Json], save: Save, status: int) -> Reply:
        traces = [one.get(TRACE) for one in inputs]
        by_row = self.row_by_row and None not in traces and len(set(traces)) == len(traces)
        errors: list[Json] = []
        if not by_row:
            for one in inputs:
                try:
                    self._judge(records, one)
                except RowError as error:
                    return error.as_reply()
        rows: list[Json] = []
        for one in inputs:
            try:
                result = save(records, one)
            except RowError as error:
                gone = error.category == "OBJECT_NOT_FOUND"
                errors.append(error.as_row({"ids": [one["id"]]} if gone else {TRACE: [one[TRACE]]}))
            else:
                rows += [result] if result is not None else []
        return batch_reply(rows[::-1], errors, status)

    def _judge(self, records: Records, row: Json) -> None:
        """What would refuse this row; nothing is applied."""
        by = row.get("idProperty")
        record = None
        if "id" in row:
            record = records.by(by, row["id"]) if by else records.find(row["id"])
            if record is None and not by:
                raise wording.not_found()
        records.check(row["properties"], record)

    def _create_row(self, records: Records, row: Json) -> Json:
        records.check(row["properties"], None)
        record = records.create(row["properties"], API_SOURCE)
        for link in row.get("associations", []):
            self.account.link(records.name, record.id, "contacts", int(link["to"]["id"]))
        return shown(records, record, list(row["properties"]))

    def _update_row(self, records: Records, row: Json) -> Json | None:
        record = records.find(row["id"])
        if record is None:
            raise wording.not_found()
        if str(record.id) != row["id"]:
            return None
        records.check(row["properties"], record)
        records.change(record, row["properties"], API_SOURCE)
        return shown(records, record, list(row["properties"]))

    def _upsert_row(self, records: Records, row: Json) -> Json:
        by = row["idProperty"]
        if not records.is_unique(by):
            raise wording.invalid(by, "NOT_UNIQUE", row["id"])
        record = records.by(by, row["id"])
        values = {**row["properties"], by: row["id"]}
        records.check(values, record)
        is_new = record is None
        if record is None:
            record = records.create(values, API_SOURCE)
        else:
            records.change(record, values, API_SOURCE)
        return {**shown(records, record, list(values)), "new": is_new}
