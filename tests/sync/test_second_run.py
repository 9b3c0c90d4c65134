"""A second run with nothing new sends nothing; counts add up and scores equal their receipts, at every moment."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from connector.loop.tally import outcome
from tests.sync.oracle import counts_add_up, must_hold, scores_are_their_receipts
from tests.sync.world import Company

NAMES = ("ana", "bia", "cid", "dan")
FORMS = ("ebook-a", "ebook-b", "fair-spring", "demo-request", "careers", "point-x")


@dataclass(frozen=True)
class Happening:
    """Something that people do: `what` with a name, a form, a moment."""

    what: str
    name: str
    form: str
    days: int


def happenings() -> st.SearchStrategy[list[Happening]]:
    words = ("convert", "convert", "convert", "work", "reject", "nurture", "convert lead", "opt out", "delete", "wait")
    one = st.builds(
        Happening, st.sampled_from(words), st.sampled_from(NAMES), st.sampled_from(FORMS), st.integers(0, 12)
    )
    return st.lists(one, min_size=1, max_size=10)


def let_happen(company: Company, one: Happening) -> None:
    """One thing that happens; what is not possible just now does not."""
    open_leads = [lead for lead in company.leads(one.name) if not lead["IsConverted"]]
    there = company.rd.account.find_email(f"{one.name}@company.example")
    if one.what == "convert":
        company.convert(one.name, one.form)
    elif one.what == "wait":
        company.later(days=one.days)
    elif one.what == "opt out" and there:
        company.rd.opt_out(there.uuid)
    elif one.what == "delete" and there:
        company.rd.delete(there.uuid)
    elif open_leads:
        lead = str(open_leads[0]["Id"])
        status = {"work": "Working", "reject": "Unqualified", "nurture": "Nurturing"}.get(one.what)
        if status:
            company.sf.set_status(lead, status, reason="No budget" if status == "Unqualified" else None)
        elif one.what == "convert lead":
            company.sf.convert(lead)


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate])
@given(history=happenings())
def test_whatever_happened_a_second_run_sends_nothing(history: list[Happening]) -> None:
    with tempfile.TemporaryDirectory() as folder, Company(Path(folder)) as company:
        for one in history:
            let_happen(company, one)
            company.run()
            counts_add_up(company)
        company.later(days=1)  # the walk of everybody is due: what was deleted shows in it alone
        for _ in range(2):
            company.run_until_quiet(most=16)
        writes = company.writes()
        lines = company.run()
        assert company.writes() == writes
        assert outcome(lines) == "ok"
        zero = [line for line in lines if not (line.read or line.saved or line.created or line.updated or line.held)]
        assert [line for line in zero if not line.why_zero] == []
        must_hold(company)


@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])
@given(history=happenings())
def test_at_any_past_moment_a_score_is_the_sum_of_its_receipt(history: list[Happening]) -> None:
    with tempfile.TemporaryDirectory() as folder, Company(Path(folder)) as company:
        moments = []
        for one in history:
            let_happen(company, one)
            company.run("pull", "score")
            moments.append(company.clock.now())
        for moment in moments:
            scores_are_their_receipts(company, moment)


def test_the_past_is_told_as_it_was_known_then(company: Company) -> None:
    """An act that became known later changes nothing of what was so before."""
    from connector.loop.score import examine
    from connector.state.leads import dossiers

    company.convert("ana", "ebook-a")
    company.run()
    then = company.clock.now()
    company.later(hours=2)
    company.convert("ana", "ebook-b", days_ago=3)
    company.rd.edit(company.convert("ana"), job_title="Analyst")
    company.convert("ana", "ebook-c")
    company.run()
    loop = company.open()
    [dossier] = dossiers(loop.store.read(), [company.person("ana")], known_by=then)
    lead = examine(loop, dossier, then, loop.order, explain=True)
    assert (lead.score.points, lead.score.grade) == (30, "A")
    assert company.points("ana") == 90


def test_every_stream_that_moved_nothing_says_why(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    for line in company.run():
        if not (line.read or line.created or line.updated):
            assert line.why_zero, line
