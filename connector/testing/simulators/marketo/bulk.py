"""Bulk extract of the simulated instance: jobs that are made, queued, run two at a time, and leave a file.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/bulk-extract/bulk-extract
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from connector.model import Json
from connector.testing.simulator import Reply, Request
from connector.testing.simulators.marketo import wording
from connector.testing.simulators.marketo.instance import Instance

LONGEST_SPAN: Final = timedelta(days=31)
RUNNING: Final = 2
QUEUED: Final = 10
MEGABYTES: Final = 500
CENTRAL: Final = ZoneInfo("America/Chicago")
Kind = Literal["leads", "activities"]


@dataclass(slots=True)
class Job:
    """One job. `done_at` is when its file is there; `ended` names an end without one."""

    id: str
    kind: Kind
    body: Json
    made_at: datetime
    queued_at: datetime | None = None
    done_at: datetime | None = None
    ended: str | None = None
    content: bytes = b""
    rows: int = 0

    def status(self, now: datetime) -> str:
        if self.ended is not None:
            return self.ended
        if self.queued_at is None or self.done_at is None:
            return "Created"
        return "Completed" if self.done_at <= now else "Processing"

    def told(self, now: datetime) -> Json:
        """The job as its status tells it."""
        status = self.status(now)
        made_at = wording.as_told(self.made_at)
        shown: Json = {"exportId": self.id, "status": status, "createdAt": made_at, "format": "CSV"}
        if self.queued_at is not None:
            shown["queuedAt"] = wording.as_told(self.queued_at)
        if status == "Completed":
            checksum = f"sha256:{hashlib.sha256(self.content).hexdigest()}"
            shown |= {"numberOfRecords": self.rows, "fileSize": len(self.content), "fileChecksum": checksum}
        return shown


class Bulk:
    """The queue. `takes_s`: how long a job runs; `megabytes`: the day's quota."""

    def __init__(self, instance: Instance, clock: Callable[[], datetime], takes_s: float) -> None:
        self.instance = instance
        self.clock = clock
        self.takes_s = takes_s
        self.megabytes: float = MEGABYTES
        self.jobs: dict[str, Job] = {}

    def create(self, kind: Kind, body: Any) -> Reply:
        window = (body or {}).get("filter", {}).get("createdAt") or {}
        try:
            start, end = datetime.fromisoformat(window["startAt"]), datetime.fromisoformat(window["endAt"])
        except (KeyError, ValueError):
            return wording.refused(1003, "Filter 'createdAt' needs startAt and endAt")
        if end - start > LONGEST_SPAN or end <= start:
            return wording.refused(1003, "The date range must be positive and at most 31 days")
        known = self.instance.schema.fields if kind == "leads" else _COLUMNS
        unknown = [name for name in body.get("fields", ()) if name not in known]
        if unknown:
            return wording.refused(1006, f"Field '{unknown[0]}' not found")
        job = Job(str(uuid.uuid4()), kind, body, self.clock())
        self.jobs[job.id] = job
        return wording.result([job.told(self.clock())])

    def enqueue(self, id_: str) -> Reply:
        job, now = self.jobs.get(id_), self.clock()
        if job is None:
            return wording.refused(1013, f"Export '{id_}' not found")
        if job.queued_at is not None:
            return wording.bulk_queued()
        waiting = [one for one in self.jobs.values() if one.status(now) == "Processing"]
        if len(waiting) >= RUNNING + QUEUED:
            return wording.bulk_queue()
        if self._bytes_today(now) >= self.megabytes * 1_000_000:
            return wording.bulk_quota()
        ends = sorted(one.done_at for one in waiting if one.done_at is not None)
        starts = max(now, ends[-RUNNING]) if len(ends) >= RUNNING else now
        job.queued_at, job.done_at = now, starts + timedelta(seconds=self.takes_s)
        job.content, job.rows = self._file(job)
        told = job.told(now)
        return wording.result([{**told, "status": "Queued"} if told["status"] == "Processing" else told])

    def status(self, id_: str) -> Reply:
        job = self.jobs.get(id_)
        if job is None:
            return wording.refused(1013, f"Export '{id_}' not found")
        return wording.result([job.told(self.clock())])

    def file(self, id_: str, request: Request) -> Reply:
        """The file or a part of it; plain text and 404 where there is none."""
        job = self.jobs.get(id_)
        if job is None or job.status(self.clock()) != "Completed":
            return Reply(404, b"Export file not found", {"Content-Type": "text/plain"})
        wanted = request.headers.get("range", "").removeprefix("bytes=")
        if not wanted:
            return Reply(200, job.content, {"Content-Type": "text/csv"})
        first, _, last = wanted.partition("-")
        part = job.content[int(first) : int(last) + 1]
        return Reply(206, part, {"Content-Type": "text/csv", "Content-Range": f"bytes {wanted}/{len(job.content)}"})

    def _bytes_today(self, now: datetime) -> int:
        midnight = now.astimezone(CENTRAL).replace(hour=0, minute=0, second=0, microsecond=0)
        return sum(len(one.content) for one in self.jobs.values() if one.queued_at and one.queued_at >= midnight)

    def _file(self, job: Job) -> tuple[bytes, int]:
        window = job.body["filter"]["createdAt"]
        start, end = datetime.fromisoformat(window["startAt"]), datetime.fromisoformat(window["endAt"])
        fields: list[str] = job.body["fields"]
        rows = self._leads(fields, start, end) if job.kind == "leads" else self._acts(job.body["filter"], start, end)
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(fields)
        writer.writerows([[_cell(row.get(name)) for name in fields] for row in rows])
        return (out.getvalue().encode() if rows else b""), len(rows)

    def _leads(self, fields: list[str], start: datetime, end: datetime) -> Sequence[Json]:
        return [lead.record(fields) for lead in self.instance.leads.values() if start <= lead.created_at <= end]

    def _acts(self, asked: Json, start: datetime, end: datetime) -> Sequence[Json]:
        types, now = asked.get("activityTypeIds"), self.clock()
        return [
            {**act.row(), "attributes": json.dumps(act.row()["attributes"])}
            for act in self.instance.log.acts
            if start <= act.at <= end and act.visible_at <= now and (not types or act.type_id in types)
        ]


_COLUMNS: Final = (
    "marketoGUID", "leadId", "activityDate", "activityTypeId", "campaignId", "primaryAttributeValueId",
    "primaryAttributeValue", "attributes",
)  # fmt: skip


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "null" if value is None else str(value)
