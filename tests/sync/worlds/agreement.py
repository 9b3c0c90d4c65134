"""What must be the same in marketing, in the state and in the CRM once a company is quiet, whatever happened before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from connector.lifecycle import fold
from connector.loop.find import LOOK_HOLDS
from connector.loop.score import examine, verdicts_as_json
from connector.state.contacts import GONE_AND_DENIED
from connector.state.leads import dossiers, life_of
from connector.state.packing import unpack
from tests.sync.oracle import counts_add_up, nothing_lost, scores_are_their_receipts
from tests.sync.world import Company
from tests.sync.worlds.life import Life

LEADS = (
    "SELECT p.id, p.leadloop_id, l.stage, s.points_mp, s.at, s.grade, s.tracks FROM people AS p"
    " JOIN leads AS l ON l.person_id = p.id JOIN scores AS s ON s.person_id = p.id WHERE p.merged_into IS NULL"
)
OPTED_OUT = (
    "SELECT person_id FROM contacts WHERE packed ->> '$.c.email' = 'denied'"  # noqa: S608 - fixed text
    f" AND (gone_at IS NULL OR {GONE_AND_DENIED})"
)
STEP = 5
"""Points that move less by decay are not written; see the mapping's `push_when`."""


def everything_agrees(company: Company, life: Life) -> None:
    """All that can be asked of a quiet company."""
    counts_add_up(company)
    nothing_lost(company)
    scores_are_their_receipts(company, company.clock.now())
    assert company.open().store.problems() == []
    nobody_is_written_twice(company, life)
    scores_are_what_the_model_says(company)
    wrong = [] if life.restored else [*wrong_records(company), *unheard(company, life)]
    assert not wrong, wrong
    company.run()
    before = company.writes()
    company.run()
    assert company.writes() == before, "a run with nothing new writes"


def nobody_is_written_twice(company: Company, life: Life) -> None:
    """One record that bears a lead's key, one of an address, and a task once.

    A restored state may not know of a second record that it had made for somebody who turned out to be the same person.
    """
    live = [(kind, row) for kind in ("Lead", "Contact") for row in company.sf.live(kind) if not row.get("IsConverted")]
    keys = [(kind if life.restored else "", row["LeadLoop_Id__c"]) for kind, row in live if row["LeadLoop_Id__c"]]
    alone = [row for _, row in live if not any(_raced(row, other) for _, other in live)]
    addresses = [row["Email"] for row in alone if row["Email"]]
    marks = [str(task["Description"]).splitlines()[-1] for task in company.sf.live("Task")]
    for values in (keys, addresses, marks):
        assert [value for value, times in Counter(values).items() if times > 1] == []


def _raced(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Did sales make `theirs` in the minutes for which it is believed, after a look, that nobody has a record?"""
    between = ours["CreatedDate"] - theirs["CreatedDate"]
    is_pair = ours["Email"] == theirs["Email"] and ours["CreatedById"] != theirs["CreatedById"]
    return is_pair and timedelta() <= between <= LOOK_HOLDS


def scores_are_what_the_model_says(company: Company) -> None:
    """Of the moment at which each was computed; and none missed the day on which a track is entered or left."""
    loop = company.open()
    for person, _, _, points_mp, at, grade, tracks in company.ask(LEADS):
        then, now = datetime.fromisoformat(at), company.clock.now()
        [known_then] = dossiers(loop.store.read(), [person], known_by=then)
        score = examine(loop, known_then, then, loop.order, explain=False).score
        assert (points_mp, grade) == (score.points_mp, score.grade)
        [known_now] = dossiers(loop.store.read(), [person], known_by=now)
        verdicts = verdicts_as_json(examine(loop, known_now, now, loop.order, explain=False).verdicts)
        stored = unpack(tracks)
        assert {name: one["is"] for name, one in stored.items()} == {name: one["is"] for name, one in verdicts.items()}


def wrong_records(company: Company) -> Iterator[tuple[Any, ...]]:
    """Leads whose record in the CRM says something else than it should."""
    live = [row for kind in ("Lead", "Contact") for row in company.sf.live(kind) if not row.get("IsConverted")]
    records = {row["LeadLoop_Id__c"]: row for row in live if row["LeadLoop_Id__c"]}
    opted_out = {person for (person,) in company.ask(OPTED_OUT)}
    told = set(company.ask("SELECT code, key FROM rejects WHERE state = 'open'"))
    for person, key, stage, points_mp, *_ in company.ask(LEADS):
        row, is_out = records.get(key), person in opted_out
        if row is None:
            if stage == "mql" and not is_out and not {("crm_record_deleted", key), ("crm_key_taken", key)} & told:
                yield key, stage, "has no record"
        elif {("field_contested", key), ("crm_duplicate", key)} & told:
            continue  # somebody insists on another value, or another record is written, and a person was told
        elif bool(row["MQL__c"]) is not (counts_as_mql(company, person) and not is_out):
            yield key, stage, is_out, "MQL__c", row["MQL__c"]
        elif is_out and row["HasOptedOutOfEmail"] is not True:
            yield key, stage, "HasOptedOutOfEmail", row["HasOptedOutOfEmail"]
        elif not is_out and abs((row["LeadScore__c"] or 0) - points_mp // 1000) >= STEP:
            yield key, stage, "LeadScore__c", row["LeadScore__c"], points_mp


def counts_as_mql(company: Company, person: int) -> bool:
    """Does the lead's own log say that it is an MQL? What sales took up by itself is none."""
    start, events = life_of(company.open().store.read(), person)
    return fold(events, start)[0].is_mql


def unheard(company: Company, life: Life) -> Iterator[tuple[Any, ...]]:
    """Leads that were handed over and stand elsewhere than where sales put their only record since."""
    stages = {person: stage for person, _, stage, *_ in company.ask(LEADS)}
    owners = dict(company.ask("SELECT key, person_id FROM identities WHERE system = 'sf:Lead'"))
    records = Counter(person for (person,) in company.ask("SELECT person_id FROM identities WHERE system LIKE 'sf:%'"))
    pushed = dict(company.ask("SELECT person_id, min(at) FROM lifecycle WHERE kind = 'pushed' GROUP BY 1"))
    for record, (status, at) in life.said.items():
        person = owners.get(record)
        if person not in stages or records[person] > 1 or not pushed.get(person, "9") < at.isoformat():
            continue
        if status == "Working" and stages[person] not in ("accepted", "qualified"):
            yield record, status, stages[person]
        if status in ("Unqualified", "Nurturing") and stages[person] in ("accepted", "won"):
            yield record, status, stages[person]
