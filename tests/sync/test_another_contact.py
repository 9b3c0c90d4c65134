"""Marketing's contact of a lead is another one than before: it is told what the first one was."""

from __future__ import annotations

from tests.sync.oracle import must_hold
from tests.sync.world import Company


def test_a_contact_that_takes_the_place_of_a_deleted_one_is_told_the_score(company: Company) -> None:
    uuid = company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    assert (company.contact("ana")["cf_lead_score"], company.contact("ana")["cf_lead_grade"]) == (60, "A")
    company.rd.delete(uuid)
    company.later(days=1)
    company.run_until_quiet()
    assert company.convert("ana", "point-x") != uuid
    company.run_until_quiet()
    assert (company.contact("ana")["cf_lead_score"], company.contact("ana")["cf_lead_grade"]) == (61, "A")
    written = company.writes()
    company.run_until_quiet()
    assert company.writes() == written
    must_hold(company)


def test_a_stage_that_was_meant_for_a_deleted_contact_is_told_to_the_one_that_came_after(company: Company) -> None:
    gone = company.convert("ana", "ebook-a", "ebook-b")
    company.run("pull", "score", "push")
    company.rd.delete(gone)
    company.convert("ana", "ebook-a", "ebook-b")
    company.run("feedback")
    company.run_until_quiet()
    assert company.contact("ana")["lifecycle_stage"] == "Qualified Lead"
    before = company.writes()
    company.run()
    assert company.writes() == before


def test_the_survivor_of_a_merge_is_told_again_whatever_the_merge_made_of_it(company: Company) -> None:
    ana, bia = company.convert("ana", "ebook-a", "ebook-b"), company.convert("bia", "ebook-a", title="Student")
    company.run_until_quiet()
    assert (company.contact("ana")["cf_lead_score"], company.contact("bia")["cf_lead_score"]) == (60, 30)
    company.rd.merge(bia, ana)
    company.rd.edit(ana, cf_lead_score=30, cf_lead_grade="D")  # what the loser had, or a write that was meant for it
    company.later(days=2)
    company.run()  # the walk at its end meets the merge
    company.run_until_quiet()
    assert (company.contact("ana")["cf_lead_score"], company.contact("ana")["cf_lead_grade"]) == (60, "A")
    company.later(days=2)
    before = company.writes()
    company.run_until_quiet()
    assert company.writes() == before, "once"
    must_hold(company)
