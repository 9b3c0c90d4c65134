"""What a real Tryton answered is read as what it says: the adapter acts as it did when the answers were recorded."""

from __future__ import annotations

from typing import Any

import pytest

from connector.mapping import check_crm
from connector.testing.conformance.clock import Clock
from tests.adapters.shipped import mapping_of
from tests.adapters.tryton.office import OPPORTUNITY
from tests.adapters.tryton.record import Replay
from tests.adapters.tryton.scenes import ANA, BIA, SCENES, Stage


def played(scene: str) -> dict[str, Any]:
    clock = Clock()
    with Replay(scene, clock=clock.now, monotonic=clock.monotonic) as replay:
        credentials = {"database": "crm", "key": "a-key"}
        told = SCENES[scene](Stage(replay.base_url, credentials, clock))
    assert replay.left == [], "everything that was recorded was asked again"
    return told


@pytest.fixture(scope="module")
def checking() -> dict[str, Any]:
    return played("checking")


@pytest.fixture(scope="module")
def writing() -> dict[str, Any]:
    return played("writing")


@pytest.fixture(scope="module")
def living() -> dict[str, Any]:
    return played("living")


def test_a_good_account_passes_every_check(checking) -> None:
    assert {line.level for line in checking["check"]} == {"ok"}


def test_fields_are_described_lines_and_those_of_the_party_among_them(checking) -> None:
    fields = {one.name: one for one in checking["fields"][OPPORTUNITY]}
    assert fields["state"].type == "picklist"
    assert not fields["state"].writable
    assert fields["state"].options["lost"] == "Lost"
    assert (fields["amount"].type, fields["party"].type) == ("number", "reference")
    assert {"comment.Lead score", "party.email"} <= fields.keys()


def test_a_field_that_no_module_adds_is_told_with_what_to_do(checking) -> None:
    line, missing = checking["prepare"]
    assert line.status == "exists"
    assert missing.status == "missing"
    assert "comment.Score" in missing.text


def test_every_line_of_the_shipped_mapping_fits_an_account_as_it_comes(checking) -> None:
    mapping = mapping_of("tryton")
    fields = [field for name in mapping.reads for field in checking["fields"][name]]
    assert check_crm(mapping, fields, unique_key=False) == []


def test_one_bad_row_of_a_call_is_found_and_named(writing) -> None:
    made = writing["made"]
    assert [one.status for one in made] == ["created", "rejected", "created"]
    assert (made[1].code, made[1].field) == ("bad_value", "conversion_probability")
    assert "Bia" not in made[1].text


def test_scores_are_written_once(writing) -> None:
    assert [one.status for one in writing["changed"]] == ["updated", "updated"]
    assert [one.status for one in writing["again"]] == ["unchanged", "unchanged"]
    assert [one.status for one in writing["beside"]] == ["updated", "created"]


def test_what_is_there_is_read_back(writing) -> None:
    ana, bia, score, tag, task = writing["back"]
    assert [one.present for one in writing["back"]] == [True, False, True, True, True]
    assert ana.fields["party.email"] == "ana@company.example"
    assert dict(bia.fields) == {}
    assert dict(score.fields) == {"comment.Lead score": 75}
    assert tag.record_id == score.record_id
    assert task.record_id


def test_the_history_of_a_lead_is_told_by_who_and_when(living) -> None:
    ana, caio = sorted(living["records"], key=lambda one: one.key)
    states = [(change.old, change.new) for change in ana.history if change.field == "state"]
    assert states == [("lead", "opportunity"), ("opportunity", "lost")]
    assert [one.new for one in caio.history if one.field == "state"] == ["opportunity", "converted", "won"]
    assert len({one.by for one in (*ana.history, *caio.history)}) == 1
    assert (ana.email, ana.key, ana.fields["comment.Lead score"]) == ("ana@company.example", ANA, 60)
    assert (caio.fields["amount"], caio.fields["start_date"]) == (900, ana.fields["start_date"])
    told = {(one.id, one.changed_at): one for one in living["records"]}
    assert all(told[one.id, one.changed_at].fields == one.fields for one in living["late"]), "only what is told again"


def test_the_shipped_mapping_reads_the_decisions_out_of_it(living) -> None:
    mapping = mapping_of("tryton")
    ana, caio = sorted(living["records"], key=lambda one: one.key)
    decided = [(one.kind, one.reason, one.precision) for one in mapping.decisions_of(ana, None)]
    assert decided == [("accepted", None, "exact"), ("rejected", "no_budget", "exact")]
    kinds = [(one.kind, one.amount) for one in mapping.decisions_of(caio, None)]
    assert kinds == [("accepted", None), ("qualified", None), ("won", 900.0)]


def test_a_closed_lead_goes_on_at_its_party(living) -> None:
    [found] = living["found"].found
    assert (found.object, found.by, found.was) == ("party.party", "id", (OPPORTUNITY, living["moved"][0].record_id))
    [moved] = living["moved"]
    assert (moved.status, moved.code, moved.moved) == ("rejected", "closed", True)
    assert [one.status for one in living["at_party"]] == ["updated"]
    assert dict(living["back"].fields) == {"comment.Lead score": 90}
    assert (living["nobody"].leadloop_id, list(living["nobody"].found)) == (BIA, [])
