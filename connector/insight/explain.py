"""One lead, explained: what it is worth and why, where it stands, how far it is from an MQL, what was sent of it.

The score is not read from the store: it is worked out anew by whoever asks (the loop's `examine`), at the moment that
is asked about and from what was known then. So this explains past moments as it does the present.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from connector.insight.report import points
from connector.insight.why_not import Case, track_of, why_not
from connector.lifecycle import Standing
from connector.model import Json, Person, ReceiptLine, Score
from connector.scoring import Model, Verdict
from connector.state import corrections, leads, people
from connector.state.clock import stamp
from connector.state.packing import unpack
from connector.state.store import Tx

SHOWN_OF_HISTORY: Final = (
    "at", "kind", "stage", "cycle", "by", "origin", "implied", "fast", "precision", "reason", "reason_text",
    "connection",
)  # fmt: skip


class Examined(Protocol):
    """A lead as the loop worked it out at a moment, with its receipt: all that explaining it takes."""

    @property
    def person(self) -> Person: ...
    @property
    def blocked(self) -> str | None: ...
    @property
    def standing(self) -> Standing: ...
    @property
    def score(self) -> Score: ...
    @property
    def verdicts(self) -> Mapping[str, Verdict]: ...


def explain(
    db: Tx,
    person: int,
    lead: Examined | None,
    model: Model,
    at: datetime,
    *,
    has_new_evidence: bool = True,
) -> Json:
    """`{lead, ids, at, score, profile, receipt, stage, cycle, since, mql, history, sent, corrected, notes}` at `at`.

    `score` is `{points, points_exact, grade, combined, profile, profile_percent, completeness, dimensions, vetoes,
    model_version}`; the points of `receipt` sum to `points_exact`. `mql` is `{is, track, fast, why_not, short_by}`,
    `short_by` null when points cannot help. `lead` None, or an erased person: `score` is null and a note says why.
    `corrected` are changes by others to our fields in a CRM, the newest of each field; they are no part of its life.
    `has_new_evidence`: did something new count since sales gave the lead back?
    """
    head = {"lead": people.leadloop_id_of(db, person), "ids": _ids(db, person), "at": stamp(at)}
    life: Json = {"history": _history(db, person, at), "sent": _sent(db, person, at)}
    life["corrected"] = corrections.of_person(db, person, stamp(at))
    gone = _gone(db, person, lead, at, model.zone)
    if gone is not None or lead is None:
        return head | _nothing(gone or "Nothing is known of this lead.") | life
    standing = lead.standing
    case = Case(lead.verdicts, standing, lead.blocked, lead.person, model, at, has_new_evidence=has_new_evidence)
    mql = {"track": track_of(case), "fast": standing.fast, **why_not(case)}
    mql["held"] = _held(db, person)
    return (
        head
        | {"score": _score(lead.score, model), "profile": [_graded(line) for line in lead.score.profile_lines]}
        | {"receipt": [_line(line) for line in lead.score.receipt]}
        | {"stage": standing.stage, "cycle": standing.cycle, "since": stamp(standing.since), "mql": mql}
        | life
        | {"notes": []}
    )


def _score(score: Score, model: Model) -> Json:
    return {
        "points": score.points, "points_exact": points(score.points_mp), "grade": score.grade,
        "combined": score.combined, "profile": score.profile, "profile_percent": score.profile_percent,
        "completeness": score.completeness,
        "dimensions": {name: points(milli) for name, milli in score.dimensions.items()},
        "vetoes": list(score.vetoes), "model_version": model.version,
    }  # fmt: skip


def _line(line: ReceiptLine) -> Json:
    return {"rule": line.rule, "points": points(line.points_mp), "why": line.why, "kind": line.kind}


def _graded(line: ReceiptLine) -> Json:
    return {"attribute": line.rule, "why": line.why}


def _ids(db: Tx, person: int) -> list[Json]:
    return [{"system": system, "id": key, "role": role} for system, key, role in people.identities_of(db, person)]


def _history(db: Tx, person: int, at: datetime) -> list[Json]:
    """What was known of its life at that moment."""
    lines = [line for line in leads.history(db, person) if line["known_at"] <= stamp(at)]
    shown = ({name: line[name] for name in SHOWN_OF_HISTORY} for line in _pushes_last(lines))
    return [line | {"implied": bool(line["implied"]), "fast": bool(line["fast"])} for line in shown]


def _pushes_last(lines: Sequence[Json]) -> list[Json]:
    """Each push after what it handed over, even where the CRM's clock, cut to the second, dates it earlier (0009)."""

    def place(line: Json) -> tuple[str, bool]:
        if line["kind"] != "pushed":
            return line["at"], False
        handed_over = (
            one["at"]
            for one in lines
            if one["by"] == "rule" and one["cycle"] == line["cycle"] and one["known_at"] <= line["known_at"]
        )
        return max([line["at"], *handed_over]), True

    return sorted(lines, key=place)


def _sent(db: Tx, person: int, at: datetime) -> list[Json]:
    """What arrived on the other side, oldest first."""
    rows = db.execute(
        "SELECT connection, kind, object, record_id AS record, name, is_on, settled_at AS at, fields FROM outbox"
        " WHERE person_id = ? AND state = 'confirmed' AND settled_at <= ? ORDER BY settled_at, id",
        (person, stamp(at)),
    )
    return [
        {name: row[name] for name in ("connection", "kind", "object", "record", "name", "at")}
        | {"on": bool(row["is_on"]), "fields": unpack(row["fields"])}
        for row in rows
    ]


def _held(db: Tx, person: int) -> list[Json]:
    """Writes that wait for a person, now."""
    rows = db.execute(
        "SELECT connection, kind, why, planned_at AS since FROM outbox WHERE person_id = ? AND state = 'held'"
        " ORDER BY id",
        (person,),
    )
    return [dict(row) for row in rows]


def _gone(db: Tx, person: int, lead: Examined | None, at: datetime, zone: ZoneInfo) -> str | None:
    """Why nothing can be explained: erased since, or not known yet."""
    erased_at, created_at = db.execute("SELECT erased_at, created_at FROM people WHERE id = ?", (person,)).fetchone()
    if erased_at is not None:
        return f"The person was erased on {_day(erased_at, zone)}: what was known of them is not kept any more."
    if stamp(at) < created_at and lead is not None:
        return f"This lead became known on {_day(created_at, zone)}, after the time asked about."
    return None


def _day(moment: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(zone):%Y-%m-%d}"


def _nothing(why: str) -> Json:
    return {
        "score": None, "profile": [], "receipt": [], "stage": None, "cycle": None, "since": None,
        "mql": {"track": None, "fast": False, "is": False, "why_not": [why], "short_by": None, "held": []},
        "notes": [why],
    }  # fmt: skip
