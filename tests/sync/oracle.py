"""What must hold of any company at any moment, whatever was killed, lost or retried."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

from connector.loop.score import examine
from connector.state import outbox
from connector.state.clock import stamp
from connector.state.leads import dossiers
from tests.sync.world import Company

NO_TIMES = ("Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "LeadLoop_Id__c", "ConvertedContactId",
            "ConvertedAccountId", "ConvertedOpportunityId", "ConvertedDate")  # fmt: skip


def must_hold(company: Company) -> None:
    """Every invariant that can be asked of a company at rest."""
    counts_add_up(company)
    nobody_twice(company)
    nothing_lost(company)
    scores_are_their_receipts(company, company.clock.now())
    assert company.open().store.problems() == []


def counts_add_up(company: Company) -> None:
    """Invariant 5: every write ever planned is in exactly one state."""
    for line in outbox.counts(company.open().store.read()).values():
        assert line["total"] == sum(line[state] for state in outbox.STATES)
    planned = company.ask("SELECT connection, count(*) FROM outbox GROUP BY 1")
    assert dict(planned) == {name: line["total"] for name, line in outbox.counts(company.open().store.read()).items()}


def nobody_twice(company: Company) -> None:
    """Invariant 2: one record of ours per person, one task per cycle, one person per address."""
    made = [row for name in ("Lead", "Contact") for row in company.sf.live(name) if not row.get("IsConverted")]
    keys = Counter(row["LeadLoop_Id__c"] for row in made if row["LeadLoop_Id__c"])
    assert [key for key, times in keys.items() if times > 1] == []
    emails = Counter(row["Email"] for row in made)
    assert [email for email, times in emails.items() if times > 1] == []
    marks = Counter(str(task["Description"]).splitlines()[-1] for task in company.sf.live("Task"))
    assert [mark for mark, times in marks.items() if times > 1] == []


def nothing_lost(company: Company) -> None:
    """Invariant 1: the cursor is never ahead. Every contact and every conversion of marketing is in the store."""
    ids = {row[0] for row in company.ask("SELECT id FROM contacts WHERE gone_at IS NULL")}
    assert ids == set(company.rd.account.contacts)
    stored = set(company.ask("SELECT person_id, packed ->> 'asset', at FROM activities"))
    owners = dict(company.ask("SELECT id, person_id FROM contacts"))
    told = {
        (owners[one.uuid], event["event_identifier"], stamp(datetime.fromisoformat(event["event_timestamp"])))
        for one in company.rd.account.contacts.values()
        for event in one.events["CONVERSION"]
    }
    assert told - stored == set()
    assert company.ask("SELECT person_id FROM activities GROUP BY person_id, at, packed HAVING count(*) > 1") == []
    assert company.ask("SELECT count(*) FROM to_read") == [(0,)]


def scores_are_their_receipts(company: Company, at: datetime) -> None:
    """Invariant 4: at a moment, known what was known then, each score is the sum of its receipt."""
    loop = company.open()
    people = [row[0] for row in company.ask("SELECT id FROM people WHERE merged_into IS NULL AND erased_at IS NULL")]
    for dossier in dossiers(loop.store.read(), people, known_by=at):
        lead = examine(loop, dossier, at, loop.order, explain=True)
        assert sum(line.points_mp for line in lead.score.receipt) == lead.score.points_mp


def _without_age(value: Any) -> Any:
    """A reason without the day on which it was written."""
    return re.sub(r"(today|\d+ days? ago)", "then", value) if isinstance(value, str) else value


def picture(company: Company) -> dict[str, Any]:
    """Everything that people see, without times and ids: what two runs of the same history must agree on."""
    stages = company.ask(
        "SELECT i.key, l.stage, l.cycle, s.grade, s.points_mp FROM leads AS l JOIN scores AS s USING (person_id)"
        " JOIN identities AS i ON i.person_id = l.person_id AND i.system = 'email' ORDER BY 1"
    )
    log = company.ask(
        "SELECT i.key, y.kind, y.by, y.cycle, y.implied, y.reason FROM lifecycle AS y JOIN identities AS i"
        " ON i.person_id = y.person_id AND i.system = 'email' ORDER BY 1, 2, 3, 4"
    )
    records = sorted(
        (
            {name: _without_age(value) for name, value in row.items() if name not in NO_TIMES}
            for name in ("Lead", "Contact", "Opportunity")
            for row in company.sf.live(name)
        ),
        key=repr,
    )
    tasks = sorted(task["Subject"] for task in company.sf.live("Task"))
    marketing = {
        one.email: (dict(one.attributes), one.funnel, [sale["event_type"] for sale in one.sales])
        for one in company.rd.account.contacts.values()
    }
    return {"stages": stages, "log": log, "records": records, "tasks": tasks, "marketing": marketing}
