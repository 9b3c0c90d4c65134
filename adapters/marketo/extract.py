"""The first read in bulk: jobs over windows of 31 days, begun two at a time, fetched in slices.

Nothing waits here. A walk brings each job as far as it has come: made, queued, or done and fetched; the next walk goes
on from there. Every step stands in the cursor before the next one, so that a job is neither lost nor fetched twice.

Cursor: `next` and `end` bound what no job covers yet; `jobs` are under way, oldest first, each with its window (`from`,
`to`), its `id` once it is made, how many bytes of its file are read (`offset`), and the file's `columns`.
Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/bulk-extract/bulk-extract
Limits: two jobs run and ten wait at once, 500 MB a day, for all integrations together; a job's status once a minute.
Quirk:  a job is seen by the API user alone that made it; a file that is not there yet, or no more, answers 404.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct, field

from adapters.marketo.answers import as_sent, moment, rows_of
from adapters.marketo.slices import SLICE_BYTES, FileGoneError, Slice, read_slice
from adapters.marketo.spec import BULK
from connector.adapter import Client
from connector.adapter.cursors import reading
from connector.errors import ContractError, QuotaError, RemoteRefusal
from connector.model import Json

WINDOW: Final = timedelta(days=31)
AT_ONCE: Final = 2
WAITS: Final = ("Queued", "Processing")
GONE: Final = "gone"
ENDED: Final = ("Failed", "Canceled", "Cancelled", GONE)


class Step(Struct, frozen=True):
    """What a walk brought: rows, the cursor after them (None: as it was), and why it ends here."""

    rows: Sequence[Json] = ()
    cursor: Json | None = None
    why: str | None = None


class Extract(Struct, frozen=True):
    """Bulk extract of one kind: `leads` or `activities`. `narrow` is what the filter holds besides the window."""

    client: Client
    kind: str
    fields: Sequence[str]
    narrow: Json = field(default_factory=dict)
    slice_bytes: int = SLICE_BYTES

    @staticmethod
    def over(since: datetime, end: datetime) -> Json:
        """The cursor of an extract that has not begun."""
        return {"next": as_sent(since), "end": as_sent(end), "jobs": []}

    def walk(self, stood: Json) -> Iterator[Step]:
        """Steps as far as the jobs have come."""
        while _is_left(stood):
            for step in self._begun(_planned(stood)):
                stood = step.cursor or stood
                yield step
            job = stood["jobs"][0]
            status = self._status(job)
            if status.get("status") != "Completed":
                yield self._unfinished(stood, job, status)
                return
            try:
                for part in self._file(job, status):
                    stood = _with(stood, 0, {**stood["jobs"][0], "offset": part.end, "columns": part.columns})
                    yield Step(part.rows, stood)
            except FileGoneError:
                yield self._unfinished(stood, job, {"status": GONE})
                return
            stood = {**stood, "jobs": stood["jobs"][1:]}
            yield Step(cursor=stood)

    def _begun(self, stood: Json) -> Iterator[Step]:
        """Make and queue the jobs that are only planned; the id of each is kept before it is queued."""
        for number, job in enumerate(stood["jobs"]):
            if job["id"] is None:
                stood = _with(stood, number, {**job, "id": self._make(job)})
                yield Step(cursor=stood)
                self._enqueued(stood["jobs"][number]["id"])

    def _make(self, job: Json) -> str:
        window = {"startAt": job["from"], "endAt": job["to"]}
        body = {"fields": list(self.fields), "format": "CSV", "filter": {"createdAt": window, **self.narrow}}
        row = self._one("POST", "/create.json", body)
        return str(row["exportId"])

    def _enqueued(self, id_: str) -> str | None:
        """Queue a job; why not, when the queue is full or the day's quota spent: files that are there go on."""
        try:
            self._one("POST", f"/{id_}/enqueue.json", bucket=BULK)
        except QuotaError as spent:
            return f"the first read goes on later: {spent.message}"
        except RemoteRefusal as refusal:
            if refusal.code != "1029/queued":
                raise
        return None

    def _status(self, job: Json) -> Json:
        """The job's status; one that is not queued yet (we died, the queue was full) is queued now."""
        try:
            status = self._one("GET", f"/{job['id']}/status.json")
            if status.get("status") != "Created":
                return status
            why = self._enqueued(job["id"])
            return {"why": why} if why else self._one("GET", f"/{job['id']}/status.json")
        except RemoteRefusal as refusal:
            if refusal.means != "gone":
                raise
            return {"status": GONE}

    def _unfinished(self, stood: Json, job: Json, told: Json) -> Step:
        window, status = f"{job['from']} to {job['to']}", str(told.get("status"))
        if "why" in told:
            return Step(cursor=stood, why=told["why"])
        if status in WAITS:
            return Step(
                cursor=stood, why=f"Marketo prepares the {self.kind} of {window}; they are read when it is done"
            )
        if status in ENDED:
            again = _with(stood, 0, {**job, "id": None, "offset": 0, "columns": None})
            return Step(cursor=again, why=f"the job for the {self.kind} of {window} ended as {status}: it begins again")
        raise ContractError(f"bulk job {job['id']} has the unknown status '{status}'")

    def _file(self, job: Json, status: Json) -> Iterator[Slice]:
        size = int(status.get("fileSize") or 0)
        path, offset, columns = self._path(f"/{job['id']}/file.json"), job["offset"], job["columns"]
        while offset < size:
            part = read_slice(
                self.client, path, offset, size, self.slice_bytes,
                columns=columns, checksum=str(status.get("fileChecksum") or ""),
            )  # fmt: skip
            yield part
            offset, columns = part.end, part.columns

    def _one(self, method: str, end: str, body: Any = None, bucket: str = "default") -> Json:
        """A call about a job. All of them may be repeated: a job made twice is one that nobody queues."""
        answer = self.client.request(method, self._path(end), json=body, bucket=bucket, safe=True)
        rows = rows_of(answer)
        if not rows or "exportId" not in rows[0]:
            raise ContractError("a bulk job came without its 'exportId'")
        return rows[0]

    def _path(self, end: str) -> str:
        return f"/bulk/v1/{self.kind}/export{end}"


def _is_left(stood: Json) -> bool:
    """Is there a job under way, or a time that no job covers yet?"""
    with reading():
        under_way = [job["id"] for job in stood["jobs"]]
        return moment(stood["next"]) < moment(stood["end"]) or bool(under_way)


def _planned(stood: Json) -> Json:
    """With as many jobs under way as may be."""
    jobs, next_, end = list(stood["jobs"]), moment(stood["next"]), moment(stood["end"])
    while len(jobs) < AT_ONCE and next_ < end:
        until = min(next_ + WINDOW, end)
        jobs.append({"id": None, "from": as_sent(next_), "to": as_sent(until), "offset": 0, "columns": None})
        next_ = until
    return {**stood, "jobs": jobs, "next": as_sent(next_)}


def _with(stood: Json, number: int, job: Json) -> Json:
    jobs = list(stood["jobs"])
    jobs[number] = job
    return {**stood, "jobs": jobs}
