"""Tasks for a lead's salesperson are activities; notes are messages without a subtype, which only colleagues see.

Neither has a key of its own. Each carries its effect's key as its last line, so that an unknown outcome is settled by
looking for it, among the messages too: an activity that is done leaves one with its text. It fails where a person
rewrites the text within those minutes; then the task may be there twice.
Source: https://github.com/odoo/odoo/blob/19.0/addons/mail/models/mail_activity.py
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape, unescape
from typing import Any, Final
from zoneinfo import ZoneInfo

from adapters.odoo.account import Account, link_id
from adapters.odoo.reading import ids_of, rows_by_id
from adapters.odoo.spec import LEAD
from connector.adapter import Send
from connector.model import Json, LeadWrite, Outcome, ReadBack

ACTIVITY: Final = "mail.activity"
MESSAGE: Final = "mail.message"


def sender(account: Account, kind: str, leads: Mapping[str, Json]) -> Send:
    """One call that makes tasks, or notes, on these leads; `leads` are those of `leads_of`."""
    common = account.activity if kind == "task" else {"model": LEAD, "message_type": "comment"}
    leaders = _leaders(account, leads) if kind == "task" else {}

    def send(writes: Sequence[LeadWrite]) -> list[Outcome]:
        if kind == "task":
            rows = [_task(account, write, leads[str(write.record_id)], leaders) for write in writes]
        else:
            rows = [{"res_id": int(str(write.record_id)), "body": _text(write)} for write in writes]
        model = ACTIVITY if kind == "task" else MESSAGE
        made = account.api.create(model, [{**common, **row} for row in rows])
        return [
            Outcome(write.effect, "created", record_id=str(id_), object=LEAD)
            for write, id_ in zip(writes, made, strict=True)
        ]

    return send


def leads_of(account: Account, writes: Sequence[LeadWrite]) -> Mapping[str, Json]:
    """The leads that tasks and notes hang on, by id; those that are no more are left out."""
    return rows_by_id(account.api.read(LEAD, ids_of(writes), ("user_id", "team_id"))) if writes else {}


def seen(account: Account, writes: Sequence[LeadWrite]) -> list[ReadBack]:
    """Which of these tasks and notes are there?"""
    if not writes:
        return []
    ids = ids_of(writes)
    found: dict[str, int] = {}
    if any(write.kind == "task" for write in writes):
        domain = [["res_model", "=", LEAD], ["res_id", "in", ids]]
        found |= _marked(account.api.rows(ACTIVITY, domain, ("note",), order="id asc"), "note")
    if any(_mark(write) not in found for write in writes):
        domain = [["model", "=", LEAD], ["res_id", "in", ids]]
        found = {**_marked(account.api.rows(MESSAGE, domain, ("body",), order="id asc"), "body"), **found}
    ours = {write.effect: found.get(_mark(write)) for write in writes}
    return [
        ReadBack(effect, id_ is not None, record_id=str(id_) if id_ else None, object=LEAD)
        for effect, id_ in ours.items()
    ]


def _leaders(account: Account, leads: Mapping[str, Json]) -> dict[int, int]:
    """The leaders of the teams whose leads nobody has taken yet."""
    rows = leads.values()
    teams = {link_id(row["team_id"]) for row in rows if not row["user_id"]} - {None}
    told = account.api.read("crm.team", sorted(one for one in teams if one is not None), ("user_id",))
    return {row["id"]: leader for row in told if (leader := link_id(row["user_id"])) is not None}


def _task(account: Account, write: LeadWrite, lead: Json, leaders: Mapping[int, int]) -> Json:
    """An activity of the lead's salesperson, else of the team's leader; Odoo gives it to us where there is neither."""
    owner = link_id(lead["user_id"]) or leaders.get(link_id(lead["team_id"]) or 0)
    body: dict[str, Any] = {
        "res_id": lead["id"],
        "summary": str(write.fields.get("subject") or write.name or "leadloop"),
        "note": _text(write),
    }
    if owner is not None:
        body["user_id"] = owner
    if write.fields.get("due_at") is not None:
        body["date_deadline"] = _day(write.fields["due_at"], ZoneInfo(account.options.time_zone))
    return body


def _day(due_at: datetime | str, zone: ZoneInfo) -> str:
    """The day, where the company works: activities have no time of day."""
    at = due_at if isinstance(due_at, datetime) else datetime.fromisoformat(due_at)
    return at.astimezone(zone).date().isoformat()


def _text(write: LeadWrite) -> str:
    return "<br>".join(escape(line) for line in [*str(write.fields.get("body") or "").splitlines(), _mark(write)])


def _mark(write: LeadWrite) -> str:
    return f"leadloop: {write.effect}"


def _marked(rows: Sequence[Json], field: str) -> dict[str, int]:
    """Ids by the line of ours that stands last in a text, whatever Odoo wrapped around it."""
    found: dict[str, int] = {}
    for row in rows:
        text = unescape(str(row[field] or ""))
        if "leadloop: " in text:
            mark = "leadloop: " + text.rpartition("leadloop: ")[2]
            found.setdefault(mark.partition("<")[0].strip(), row["id"])
    return found
