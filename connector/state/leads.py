"""What is known of leads: the inputs of scoring, scores, receipts, and the log of their lives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from connector.lifecycle import Event, Placed, Standing
from connector.machines import recognise
from connector.model import STAGES, Activity, Decision, Score
from connector.state.clock import moment, stamp
from connector.state.contacts import GONE_AND_DENIED, denials
from connector.state.packing import pack, unpack

KnownOf = tuple[str, str, str, dict[str, Any], dict[str, str]]
"""One contact as scoring needs it: connection, source's time, when it became known, attributes, consent."""


class Dossier(Struct):
    """Everything that scoring one lead needs.

    `contacts`: (connection, source's time or when it became known, attributes, consent) per live contact; of a
    deleted one what it denied.
    `acts`: (act, known_at). `events`: the lead's log.
    """

    person: int
    leadloop_id: str
    created_at: datetime
    contacts: list[KnownOf] = field(default_factory=list)
    acts: list[tuple[Activity, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    emails: list[tuple[str, str]] = field(default_factory=list)

    def mark_machines(self) -> None:
        """Say of each act that a machine did that it did."""
        acts = [act for act, _ in self.acts]
        marked = recognise(acts)
        if marked is not acts:
            self.acts = [(act, known_at) for act, (_, known_at) in zip(marked, self.acts, strict=True)]


def due_people(tx: sqlite3.Connection, now: datetime, limit: int) -> list[int]:
    """Who is to be scored: the marked first (fresh before the rest), then those whose time has come."""
    marked = [
        int(row[0])
        for row in tx.execute("SELECT id FROM people WHERE dirty > 0 ORDER BY dirty DESC, id LIMIT ?", (limit,))
    ]
    if len(marked) == limit:
        return marked
    timed = tx.execute(
        "SELECT id FROM people WHERE next_change_at <= ? AND dirty = 0 ORDER BY next_change_at LIMIT ?",
        (stamp(now), limit - len(marked)),
    )
    return marked + [int(row[0]) for row in timed]


def dossiers(db: sqlite3.Connection, persons: Sequence[int], *, known_by: datetime | None = None) -> list[Dossier]:
    """Load what is known of these people; `known_by`: only what was known at that moment."""
    wanted = pack(list(persons))
    found = {
        row["id"]: Dossier(row["id"], row["leadloop_id"], moment(row["created_at"]))
        for row in db.execute(
            "SELECT id, leadloop_id, created_at FROM people WHERE id IN (SELECT value FROM json_each(?))", (wanted,)
        )
    }
    limit = None if known_by is None else stamp(known_by)
    _load_contacts(db, found, wanted, limit)
    _load_acts(db, found, wanted, limit)
    for person, key, role in db.execute(
        # The sign keeps SQLite from walking all addresses there are: it would rather use the primary key.
        "SELECT person_id, key, role FROM identities WHERE +system = 'email'"
        " AND person_id IN (SELECT value FROM json_each(?))",
        (wanted,),
    ):
        found[person].emails.append((key, role))
    for person, event in _events(db, wanted, limit):
        found[person].events.append(event)
    return [found[person] for person in persons if person in found]


def _load_contacts(db: sqlite3.Connection, found: dict[int, Dossier], wanted: str, limit: str | None) -> None:
    """What marketing says of each person. Of a deleted contact only its opt-out counts beside a living one; the person
    whose contacts are all deleted stays who it was: marketing cleaning up is no reason to regrade a lead of sales.
    """  # fmt: skip
    gone: dict[int, list[tuple[KnownOf, bool]]] = {}
    for row in db.execute(
        f"SELECT person_id, connection, id, packed, updated_at, known_at, gone_at, {GONE_AND_DENIED} AS denied"  # noqa: S608 - fixed text
        " FROM contacts WHERE person_id IN (SELECT value FROM json_each(?))",
        (wanted,),
    ):
        packed, known_at = row["packed"], row["known_at"]
        if limit is not None and known_at > limit:
            older = db.execute(
                "SELECT packed, known_at FROM contact_versions WHERE connection = ? AND id = ? AND known_at <= ?"
                " ORDER BY known_at DESC LIMIT 1",
                (row["connection"], row["id"], limit),
            ).fetchone()
            if older is None:
                continue
            packed, known_at = older
        content = unpack(packed)
        line = (row["connection"], row["updated_at"] or known_at, known_at, content["a"], content["c"])
        if row["gone_at"] is None or (limit is not None and row["gone_at"] > limit):
            found[row["person_id"]].contacts.append(line)
        else:
            gone.setdefault(row["person_id"], []).append((line, bool(row["denied"])))
    for person, lines in gone.items():
        lives = bool(found[person].contacts)
        found[person].contacts += [
            (*line[:3], {}, denials(line[4])) if lives else line for line, denied in lines if denied or not lives
        ]


def _load_acts(db: sqlite3.Connection, found: dict[int, Dossier], wanted: str, limit: str | None) -> None:
    rows = db.execute(
        "SELECT person_id, connection, key, type, at, packed, known_at FROM activities"
        " WHERE person_id IN (SELECT value FROM json_each(?)) AND (? IS NULL OR known_at <= ?) ORDER BY person_id, at",
        (wanted, limit, limit),
    )
    for person, connection, key, type_, at, packed, known_at in rows:
        found[person].acts.append((Activity(f"{connection}:{key}", type_, moment(at), **unpack(packed)), known_at))
    for dossier in found.values():
        dossier.mark_machines()


def pack_act(act: Activity) -> str:
    """An act's further fields as they are kept; blanks are left out."""
    content = {
        "asset": act.asset,
        "url": act.url,
        "campaign": act.campaign,
        "channel": act.channel,
        "seconds": act.seconds,
        "value": act.value,
        "fields": dict(act.fields) or None,
        "by_machine": act.by_machine,
    }
    return pack({name: value for name, value in content.items() if value is not None})


def _events(db: sqlite3.Connection, wanted: str, limit: str | None) -> Iterable[tuple[int, Event]]:
    rows = db.execute(
        "SELECT person_id, id, kind, at, known_at, by, precision, fast, track, reason, lead, cycle FROM lifecycle"
        " WHERE person_id IN (SELECT value FROM json_each(?)) AND (? IS NULL OR known_at <= ?) AND implied = 0"
        " ORDER BY id",
        (wanted, limit, limit),
    )
    for person, id_, kind, at, known_at, by, precision, fast, track, reason, lead, cycle in rows:
        yield (
            person,
            Event(
                kind=kind, at=moment(at), known_at=moment(known_at), by=by, precision=precision, fast=bool(fast),
                track=track, reason=reason, id=id_, lead=lead, lead_cycle=cycle if lead else 0,
            ),
        )  # fmt: skip


# Scores and receipts.


def save_scores(
    tx: sqlite3.Connection, rows: Sequence[tuple[int, Score, Any, datetime | None]], model: str, at: datetime
) -> None:
    """The newest totals as (person, score, verdicts, next change); the leads are up to date until then."""
    when = stamp(at)
    tx.executemany(
        "INSERT OR REPLACE INTO scores (person_id, model, at, grade, points_mp, profile_percent, completeness,"
        " combined, profile, dimensions, vetoes, tracks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                person, model, when, score.grade, score.points_mp, score.profile_percent, score.completeness,
                score.combined, score.profile, pack(score.dimensions), pack(score.vetoes), pack(verdicts),
            )
            for person, score, verdicts, _ in rows
        ],
    )  # fmt: skip
    tx.executemany(
        "UPDATE people SET dirty = 0, next_change_at = ? WHERE id = ?",
        [(None if next_at is None else stamp(next_at), person) for person, _, _, next_at in rows],
    )


def freeze(tx: sqlite3.Connection, person: int, score: Score, model: str, occasion: str, at: datetime) -> int:
    """Keep a receipt for ever: at hand-off, override and decision."""
    row = tx.execute(
        "INSERT INTO receipts (person_id, at, occasion, model, score) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (person, stamp(at), occasion, model, pack(score_as_json(score))),
    ).fetchone()
    return int(row[0])


def score_as_json(score: Score) -> dict[str, Any]:
    """A score as it is frozen."""
    content = asdict(score)
    content["next_change_at"] = None if score.next_change_at is None else stamp(score.next_change_at)
    return content


# The log of a life.


def add_event(
    tx: sqlite3.Connection,
    person: int,
    placed: Placed,
    stage: str,
    *,
    connection: str | None = None,
    decision_id: int | None = None,
    receipt_id: int | None = None,
    model: str | None = None,
    reason_text: str | None = None,
    actor: str | None = None,
) -> int:
    """Append one event, and the earlier stages that it implies."""
    event = placed.event
    common = (
        stamp(event.at), event.precision, event.by, placed.origin, int(event.fast), event.track,
    )  # fmt: skip
    for implied in placed.implied:
        tx.execute(
            "INSERT INTO lifecycle (person_id, cycle, stage, kind, at, precision, by, origin, fast, track, implied,"
            " connection, decision_id, known_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)",
            (person, placed.cycle, implied, implied, *common, connection, decision_id, stamp(event.known_at)),
        )
    row = tx.execute(
        "INSERT INTO lifecycle (person_id, cycle, stage, kind, at, precision, by, origin, fast, track, reason,"
        " reason_text, actor, connection, decision_id, receipt_id, model, known_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            person, placed.cycle, stage, event.kind, *common, event.reason, reason_text, actor, connection,
            decision_id, receipt_id, model, stamp(event.known_at),
        ),
    ).fetchone()  # fmt: skip
    return int(row[0])


def save_standings(tx: sqlite3.Connection, rows: Sequence[tuple[int, Standing, str | None]], model: str) -> None:
    """Where leads stand, as (person, standing, CRM that has it), beside the log that says how they came there."""

    def text(at: datetime | None) -> str | None:
        return None if at is None else stamp(at)

    tx.executemany(
        "INSERT OR REPLACE INTO leads (person_id, stage, cycle, since, mql_at, pushed_at, fast, track, decided_at,"
        " decision, reason, rejected_at, rejected_known_at, crm, model) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        [
            (
                person, now.stage, now.cycle, stamp(now.since), text(now.mql_at), text(now.pushed_at), int(now.fast),
                now.track, text(now.decided_at), now.decision, now.reason, text(now.rejected_at),
                text(now.rejected_known_at), crm, model,
            )
            for person, now, crm in rows
        ],
    )  # fmt: skip


def crm_of(tx: sqlite3.Connection, persons: Sequence[int]) -> dict[int, tuple[str | None, int]]:
    """The CRM that each lead's cycle is fixed to, with that cycle."""
    rows = tx.execute(
        "SELECT person_id, crm, cycle FROM leads WHERE person_id IN (SELECT value FROM json_each(?))",
        (pack(list(persons)),),
    )
    return {person: (crm, cycle) for person, crm, cycle in rows}


def fix_crm(tx: sqlite3.Connection, person: int, crm: str, standing: Standing) -> None:
    """This CRM keeps the lead for the cycle in which it stands."""
    tx.execute(
        "INSERT INTO leads (person_id, stage, cycle, since, crm) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (person_id) DO UPDATE SET crm = excluded.crm, cycle = excluded.cycle",
        (person, standing.stage, standing.cycle, stamp(standing.since), crm),
    )


def crm_of_the_furthest(tx: sqlite3.Connection, persons: Sequence[int]) -> str | None:
    """Of several leads, the CRM that has the one that came furthest in its cycle; of equals the first one's."""
    rows = tx.execute(
        "SELECT l.crm, l.stage FROM json_each(?) AS wanted JOIN leads AS l ON l.person_id = wanted.value"
        " WHERE l.crm IS NOT NULL ORDER BY wanted.key",
        (pack(list(persons)),),
    )
    crm, _ = max(rows, key=lambda row: STAGES.index(row[1]), default=(None, ""))
    return crm


def history(db: sqlite3.Connection, person: int) -> list[dict[str, Any]]:
    """The log as `explain` shows it, oldest first."""
    rows = db.execute(
        "SELECT at, known_at, kind, stage, cycle, by, origin, implied, fast, precision, reason, reason_text, connection"
        " FROM lifecycle WHERE person_id = ? ORDER BY at, id",
        (person,),
    )
    return [dict(row) for row in rows]


def decision_of(tx: sqlite3.Connection, line: sqlite3.Row) -> Decision:
    """The decision behind a line of the log, with the CRM's own words."""
    amount = None
    if line["decision_id"] is not None:
        amount = tx.execute("SELECT amount FROM decisions WHERE id = ?", (line["decision_id"],)).fetchone()[0]
    return Decision(
        kind=line["kind"], at=moment(line["at"]), precision=line["precision"], reason=line["reason"],
        reason_text=line["reason_text"], by=line["actor"], amount=amount,
    )  # fmt: skip


def awaits_push(tx: sqlite3.Connection, person: int) -> bool:
    """Is the lead an MQL that no confirmed push has handed over in this cycle?"""
    row = tx.execute(
        "SELECT 1 FROM leads WHERE person_id = ? AND stage <> 'lead' AND mql_at IS NOT NULL AND pushed_at IS NULL",
        (person,),
    ).fetchone()
    return row is not None


def was_pushed(tx: sqlite3.Connection, person: int, at: datetime) -> None:
    """The hand-over of this cycle is confirmed."""
    tx.execute("UPDATE leads SET pushed_at = ? WHERE person_id = ?", (stamp(at), person))


def life_of(tx: sqlite3.Connection, person: int) -> tuple[datetime, list[Event]]:
    """Since when somebody is a lead, and the log of that life."""
    (created_at,) = tx.execute("SELECT created_at FROM people WHERE id = ?", (person,)).fetchone()
    return moment(created_at), [event for _, event in _events(tx, pack([person]), None)]
