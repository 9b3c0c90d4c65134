"""A person edits the model or a mapping while leads are stored and writes are planned: the edit reaches everybody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.adapter.registry import spec_of
from connector.config import load
from connector.loop.connect import Connector
from connector.loop.in_force import take_up
from connector.loop.run import pull_step
from connector.loop.score import score_step
from connector.shipped import shipped
from tests.sync import world
from tests.sync.oracle import must_hold
from tests.sync.world import Company, files_of

TITLE = "  - {to: Title,         from: contact.job_title, max_length: 128}\n"


@pytest.fixture
def model_of_80_points(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the next start on, two e-books are worth 80 points and not 60."""
    text = world.MODEL.read_text().replace("ebook: {points: 30", "ebook: {points: 40").replace("tests-1", "tests-2")
    path = company.folder / "edited.yaml"
    path.write_text(text)
    monkeypatch.setattr(world, "MODEL", path)


def edit_mapping(company: Company, old: str, new: str) -> None:
    """The CRM's mapping is edited; the process starts anew with it."""
    text = shipped("salesforce.yaml").read_text()
    assert old in text
    path = company.folder / "salesforce.yaml"
    path.write_text(text.replace(old, new))
    company.close()
    company.settings["sf"] = {**company.settings.get("sf", {}), "mapping": str(path)}


def protect_title(company: Company) -> None:
    edit_mapping(company, TITLE, "")
    path = company.folder / "salesforce.yaml"
    path.write_text(path.read_text().replace("protected: [OwnerId, Status]", "protected: [OwnerId, Status, Title]"))


def test_an_edited_model_scores_everybody_anew_and_tells_both_sides(
    company: Company, request: pytest.FixtureRequest
) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    request.getfixturevalue("model_of_80_points")
    company.close()
    company.run_until_quiet()
    assert company.points("ana") == 80
    assert company.lead("ana")["LeadScore__c"] == 80
    assert company.contact("ana")["cf_lead_score"] == 80
    must_hold(company)


def test_a_start_with_the_same_files_scores_nobody_anew(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.close()
    [line] = [line for line in company.run() if line.step == "score"]
    assert line.read == 0


def test_an_edited_mapping_writes_everybody_anew(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    edit_mapping(company, "{to: LeadScore__c,  from: score.points}", "{to: LeadScore__c,  from: score.combined}")
    company.run_until_quiet()
    [(combined,)] = company.ask("SELECT combined FROM scores")
    assert combined != 60
    assert company.lead("ana")["LeadScore__c"] == combined
    must_hold(company)


def test_a_write_planned_before_an_edit_is_not_sent_as_it_stood(company: Company) -> None:
    company.settings["sf"] = {"guard": {"creates": 0, "changes_percent": 20}}
    company.convert("ana", "ebook-a", "ebook-b")
    company.run()
    assert company.ask("SELECT state FROM outbox WHERE connection = 'sf' AND kind = 'record'") == [("held",)]
    protect_title(company)
    del company.settings["sf"]["guard"]
    company.run_until_quiet()
    assert company.lead("ana")["Title"] is None, "sales owns it since the edit"
    assert company.lead("ana")["MQL__c"] is True
    assert len(company.sf.live("Task")) == 1
    must_hold(company)


def test_a_field_that_was_renamed_in_the_crm_blocks_nobody_once_the_mapping_follows(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    fields = company.sf.store.tables["Lead"].fields
    fields["Grade__c"] = replace(fields.pop("LeadGrade__c"), name="Grade__c")
    company.convert("ana", "ebook-c")
    company.convert("bia", "ebook-a", "ebook-b")
    company.run()
    assert company.leads("bia") == []
    assert company.ask("SELECT code FROM waits") == [("field_missing",)]
    edit_mapping(company, "LeadGrade__c", "Grade__c")
    company.run_until_quiet()
    assert (company.lead("ana")["LeadScore__c"], company.lead("ana")["Grade__c"]) == (90, "A")
    assert company.lead("bia")["Grade__c"] == "A"
    assert len(company.sf.live("Task")) == 2
    assert company.ask("SELECT * FROM waits") == []


def test_a_field_that_vanished_and_came_back_loses_no_write(company: Company) -> None:
    company.convert("ana", "ebook-a", "ebook-b")
    company.run_until_quiet()
    fields = company.sf.store.tables["Lead"].fields
    gone = fields.pop("LeadGrade__c")
    company.convert("ana", "ebook-c")
    company.convert("bia", "ebook-a", "ebook-b")
    company.run()
    fields["LeadGrade__c"] = gone
    company.run_until_quiet()
    assert company.lead("ana")["LeadScore__c"] == 90
    assert company.lead("bia")["LeadGrade__c"] == "A"
    must_hold(company)


def test_a_run_that_a_reload_overtook_leaves_scoring_to_the_rules_in_force(
    company: Company, request: pytest.FixtureRequest
) -> None:
    old = company.open()
    store = old.store
    with store.hold():
        with store.write(step=True) as tx:
            take_up(tx, old)
        request.getfixturevalue("model_of_80_points")
        config = load(company.config_path(), {}, spec_of)
        connector = Connector(config, files_of(config), old.world, store, limit_factor=world.FACTOR)
        new = connector.loop(store)
        with store.write(step=True) as tx:
            take_up(tx, new)
        company.convert("ana", "ebook-a", "ebook-b")
        pull_step(old)
        assert score_step(old)[0].read == 0
        assert score_step(new)[0].read == 1
        connector.close()
    assert company.points("ana") == 80
