"""Feedback as fields and as membership of static lists: up to 300 leads in a call, a status for each.

Every function takes the writes that one call carries and answers one outcome for each, or raises; `batch` sorts that.
Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/lead-database/leads (sync leads),
        …/lead-database/static-lists
Quirk:  results come in the order of the input; one that was skipped has no id, only its reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from adapters.marketo.answers import rows_of
from adapters.marketo.refusals import told
from connector.adapter import Client
from connector.errors import RecordError
from connector.model import Json, LeadWrite, Outcome

LEADS: Final = "/rest/v1/leads.json"
LISTS: Final = "/rest/v1/lists.json"
GONE: Final = ("1004", "1013", "1080")
"""Reasons of a record: not found, no such object, merged away."""
_TEXT_CAP: Final = 200
_DONE: Final[Mapping[str, Any]] = {
    "updated": "updated", "added": "updated", "removed": "updated", "notmemberof": "unchanged", "memberof": "unchanged",
}  # fmt: skip


def lead_id(write: LeadWrite) -> int:
    """The lead of a write. Raises RecordError when the write names none."""
    if not write.record_id or not write.record_id.isdigit():
        raise RecordError("the write names no lead by its number", code="no_contact", place=write.effect)
    return int(write.record_id)


def send_fields(client: Client, writes: Sequence[LeadWrite]) -> list[Outcome]:
    """One row for each lead, whatever number of writes it has: a later value wins. Nobody is ever created here."""
    rows: dict[int, Json] = {}
    for write in writes:
        rows.setdefault(lead_id(write), {}).update(
            {name: value for name, value in write.fields.items() if name != "id"}
        )
    body = {"action": "updateOnly", "lookupField": "id", "input": [{"id": id_, **row} for id_, row in rows.items()]}
    answer = client.request("POST", LEADS, json=body, reserve=any(write.fresh for write in writes))
    return by_lead(writes, list(rows), rows_of(answer))


class Lists:
    """Static lists by name, each looked up once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._ids: dict[str, list[int]] = {}

    def id_of(self, write: LeadWrite) -> int:
        """The list that the write names, by name or number. Raises RecordError when no list, or several, have it."""
        name = write.name
        if name.isdigit():
            return int(name)
        if name not in self._ids:
            rows = rows_of(self.client.request("GET", LISTS, params={"name": name}))
            self._ids[name] = [int(row["id"]) for row in rows if row.get("name") == name]
        found = self._ids[name]
        if len(found) != 1:
            del self._ids[name]
            what, hint = ("no", "make it in Marketo") if not found else (f"{len(found)}", "name it by its number")
            raise RecordError(
                f"the account has {what} static list '{name}'", code="unknown_list", place=write.effect, hint=hint
            )
        return found[0]

    def send(self, writes: Sequence[LeadWrite]) -> list[Outcome]:
        """Put leads on one list, or take them off: all writes of a call have one name and one direction."""
        first = writes[0]
        ids = list(dict.fromkeys(lead_id(write) for write in writes))
        body = {"input": [{"id": id_} for id_ in ids]}
        # A removal carries its ids twice, as the API's description demands.
        query = None if first.on else {"id": ids}
        answer = self.client.request(
            "POST" if first.on else "DELETE", f"/rest/v1/lists/{self.id_of(first)}/leads.json",
            params=query, json=body, reserve=any(write.fresh for write in writes),
        )  # fmt: skip
        return by_lead(writes, ids, rows_of(answer))


def by_lead(writes: Sequence[LeadWrite], ids: Sequence[int], rows: Sequence[Json]) -> list[Outcome]:
    """Outcomes of writes that share a row for each lead."""
    number = {id_: place for place, id_ in enumerate(ids)}
    return paired(writes, rows, lambda write: number[lead_id(write)], len(ids))


def paired(
    writes: Sequence[LeadWrite], rows: Sequence[Json], place: Callable[[LeadWrite], int], sent: int
) -> list[Outcome]:
    """Each write with its row of the result. A result of another length tells of nobody: all are unknown."""
    if len(rows) != sent:
        text = f"{sent} rows were sent and {len(rows)} answered"
        return [Outcome(write.effect, "unknown", code="contract", text=text) for write in writes]
    return [_outcome(write, rows[place(write)]) for write in writes]


def _outcome(write: LeadWrite, row: Mapping[str, Any]) -> Outcome:
    status = str(row.get("status"))
    if status in _DONE:
        return Outcome(write.effect, _DONE[status], record_id=write.record_id)
    reasons = told(row, "reasons", "errors")
    code = str(reasons[0].get("code")) if reasons else status
    text = str(reasons[0].get("message", ""))[:_TEXT_CAP] if reasons else f"Marketo answered '{status}'"
    return Outcome(
        write.effect, "rejected", record_id=write.record_id, code=code, text=_without_addresses(text),
        moved=code in GONE,
    )  # fmt: skip


def _without_addresses(text: str) -> str:
    """A reason may quote the lead's address: words with an @ are left out."""
    return " ".join("[e-mail]" if "@" in word else word for word in text.split())
