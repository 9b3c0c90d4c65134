"""What must be the same in any marketing, in the state and in any CRM once a company is quiet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from tests.platforms.worlds.life import AnyLife
from tests.sync.oracle import counts_add_up, scores_are_their_receipts
from tests.sync.world import address
from tests.sync.worlds.agreement import OPTED_OUT, STEP, counts_as_mql

LEADS = (
    "SELECT p.id, p.leadloop_id, l.stage, s.points_mp FROM people AS p JOIN leads AS l ON l.person_id = p.id"
    " JOIN scores AS s ON s.person_id = p.id WHERE p.merged_into IS NULL"
)
SEVERAL = "SELECT person_id FROM identities WHERE system LIKE 'crm:%' GROUP BY person_id, system HAVING count(*) > 1"
"""Leads that have several records of one kind: which of them is written is another test's question."""
SETTLED: Final[Mapping[str, Sequence[str]]] = {
    "accepted": ("accepted", "qualified", "won", "lost"),
    "qualified": ("qualified", "won", "lost"),
    "rejected": ("lead", "mql", "lost"),
    "recycled": ("lead", "mql"),
    "won": ("won",),
    "lost": ("lost", "lead", "mql"),
    "reopened": ("qualified", "accepted", "lost"),
}
"""Where a lead may stand after what sales last made of its record."""


def everything_agrees(life: AnyLife) -> None:
    """All that can be asked of a quiet company, whatever its platforms."""
    company = life.company
    counts_add_up(company)
    scores_are_their_receipts(company, company.clock.now())
    assert company.open().store.problems() == []
    wrong = [*missing(life), *untold(life)]
    wrong += [] if life.restored else [*wrong_records(life), *unheard(life)]
    assert not wrong, wrong
    company.run()
    before = life.audience.writes, life.desk.writes
    company.run()
    assert (life.audience.writes, life.desk.writes) == before, "a run with nothing new writes"


def missing(life: AnyLife) -> Iterator[tuple[Any, ...]]:
    """Contacts and acts of marketing that the store lacks."""
    company = life.company
    owners = dict(company.ask("SELECT id, person_id FROM contacts WHERE gone_at IS NULL"))
    for name, id_ in life.ids.items():
        if id_ not in owners:
            yield name, id_, "is not stored"
            continue
        rows = company.ask(
            "SELECT packed ->> 'asset', at FROM activities WHERE person_id = ? AND type = 'form_submission'",
            owners[id_],
        )
        told = [(asset, at[:19]) for asset, at in rows]
        mine = {(form, f"{at:%Y-%m-%dT%H:%M:%S}") for form, at in life.acts[name]}
        lacks = (
            mine - set(told) if life.audience.tells_again else {form for form, _ in mine} - {form for form, _ in told}
        )
        if lacks:
            yield name, "acts not stored", lacks
        if len(set(told)) != len(told):
            yield name, "acts stored twice", told
    for id_ in owners.keys() - set(life.ids.values()):
        if not _exists(life, id_):  # an import that was under way may have made a deleted contact anew
            yield id_, "is stored and no more"


def _exists(life: AnyLife, contact_id: str) -> bool:
    try:
        life.audience.told(contact_id)
    except (LookupError, AssertionError):
        return False
    return True


def wrong_records(life: AnyLife) -> Iterator[tuple[Any, ...]]:
    """Leads whose record in the CRM is lacking, or says something else than it should."""
    company = life.company
    opted_out = {person for (person,) in company.ask(OPTED_OUT)}
    told = set(company.ask("SELECT code, key FROM rejects WHERE state = 'open'"))
    people = dict(company.ask("SELECT key, person_id FROM identities WHERE system = 'email'"))
    several = {person for (person,) in company.ask(SEVERAL)}
    cannot_tell = company.open().crm[0].spec.capabilities.removals == "none"
    for person, key, stage, points_mp in company.ask(LEADS):
        names = [name for name in life.names if people.get(address(name)) == person]
        records = [name for name in names if life.desk.is_there(address(name))]
        counted = sum(life.desk.count(address(name)) for name in records)
        is_out = person in opted_out
        if ("field_contested", key) in told:
            continue
        if not records:
            is_known = {("crm_record_deleted", key), ("crm_key_taken", key)} & told
            is_known = is_known or (cannot_tell and life.thrown_away & set(names))
            if stage == "mql" and not is_out and not is_known and not any(life.desk.count(address(n)) for n in names):
                yield key, names, stage, "has no record"
            continue
        if person in several:
            continue
        if counted != 1:
            if len(records) == 1:
                yield key, names, stage, "has", counted, "records of one address"
            continue
        [name] = records
        try:
            tagged, score = life.desk.tagged(address(name)), life.desk.score(address(name))
        except (ValueError, KeyError) as error:
            yield key, name, stage, "cannot be looked at", repr(error)
            continue
        if tagged is not (counts_as_mql(company, person) and not is_out):
            yield key, name, stage, is_out, "tagged", tagged
        if not is_out and abs(score - points_mp // 1000) >= STEP:
            yield key, name, stage, "score", score, points_mp


def untold(life: AnyLife) -> Iterator[tuple[Any, ...]]:
    """Leads of which marketing was told something else than stands: of several contacts, on all of them."""
    rows = life.company.ask(
        "SELECT c.person_id, l.decision, s.points_mp, c.id FROM contacts AS c JOIN leads AS l USING (person_id)"
        " JOIN scores AS s USING (person_id) WHERE c.gone_at IS NULL ORDER BY 1"
    )
    for (person, decision, points_mp), contacts in groupby(rows, key=lambda row: row[:3]):
        told = [life.audience.told(id_) for *_, id_ in contacts if id_ in life.ids.values()]
        if told and not any(_says(one, decision or "", points_mp) for one in told):
            yield person, "stands at", decision, points_mp, "and marketing was told", told


def _says(told: Mapping[str, str], decision: str, points_mp: int) -> bool:
    points = float(told["score"].replace("none", "") or 0)
    return told["decision"] == decision and abs(points - points_mp // 1000) < STEP


def unheard(life: AnyLife) -> Iterator[tuple[Any, ...]]:
    """Leads that stand elsewhere than where sales put their one record last, after leadloop had handed it over."""
    company = life.company
    people = dict(company.ask("SELECT key, person_id FROM identities WHERE system = 'email'"))
    stages = dict(company.ask("SELECT person_id, stage FROM leads"))
    pushed = dict(company.ask("SELECT person_id, min(at) FROM lifecycle WHERE kind = 'pushed' GROUP BY 1"))
    names: dict[Any, list[str]] = {}
    for name in life.names:
        names.setdefault(people.get(address(name)), []).append(name)
    for person, shared in names.items():
        if person is None or len(shared) > 1 or shared[0] not in life.said:
            continue
        what, at = life.said[shared[0]]
        heard = person in pushed and pushed[person] < at.isoformat()
        if heard and stages.get(person) not in SETTLED[what]:
            yield shared[0], what, at, "stands at", stages.get(person)
