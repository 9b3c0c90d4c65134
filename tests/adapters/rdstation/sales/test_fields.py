"""The account's own fields: made by `prepare`, checked, described, and written as each type wants it."""

from __future__ import annotations

import pytest

from adapters.rdstation.sales.columns import Column
from adapters.rdstation.sales.values import UnfitError, decoded, encoded
from connector.adapter import FieldPlan
from connector.mapping import check_crm, load_crm, load_reasons
from connector.shipped import shipped

VERSIONS = pytest.mark.parametrize("version", [1, 2])
OURS = ("Leadloop ID", "Leadloop Score", "Leadloop Grade", "Leadloop Reasons", "Leadloop MQL")


@pytest.fixture
def mapping():
    return load_crm(shipped("rdstation.yaml"), reasons=load_reasons(shipped("reasons.yaml")))


@VERSIONS
def test_every_field_of_the_shipped_mapping_is_made_by_prepare_and_fits(crm, mapping, version):
    world = crm(version, fields=mapping.reads, key=mapping.key, match=mapping.match)
    for name in OURS:
        world.simulator.remove_field(name)
    planned = world.adapter().ensure_fields(mapping.field_plan(), dry_run=True)
    assert {one.plan.name for one in planned if one.status == "would_create"} == set(OURS)
    made = world.adapter().ensure_fields(mapping.field_plan())
    assert {one.plan.name for one in made if one.status == "created"} == set(OURS)
    adapter = world.adapter()
    assert {one.status for one in adapter.ensure_fields(mapping.field_plan())} == {"exists"}
    assert [line for line in adapter.check() if line.level != "ok"] == []
    assert check_crm(mapping, adapter.fields("deal"), unique_key=False) == []


def test_a_field_of_another_type_is_told_and_left_as_it_is(crm):
    world = crm(1)
    world.simulator.store.add_field("Reasons", "option", ("One", "Two"))
    adapter = world.adapter()
    plans = [
        FieldPlan("deal", "Reasons", "Reasons", "long_text"),
        FieldPlan("deal", "Leadloop MQL", "MQL", "boolean"),
        FieldPlan("deal", "lost_reason", "Why", "picklist", options=("No budget",)),
    ]
    outcomes = adapter.ensure_fields(plans)
    assert [one.status for one in outcomes] == ["differs", "exists", "exists"]
    assert outcomes[0].text == "it is of type option, text is needed"


def test_a_user_who_may_not_make_fields_is_told_how_to(crm):
    from connector.testing.simulator import Fault
    from connector.testing.simulators.rdstation_crm import wording

    world = crm(1)
    world.simulator.faults.append(Fault("reply", path="/custom_fields", method="POST", reply=wording.forbidden()))
    (outcome,) = world.adapter().ensure_fields([FieldPlan("deal", "Hot", "Hot", "boolean")])
    assert outcome.status == "missing"
    assert "Configurações" in outcome.text
    assert "Sim, Não" in outcome.text


def test_fields_are_described_with_the_stages_and_reasons_of_the_account(crm):
    fields = {one.name: one for one in crm(2).adapter().fields()}
    assert "Sem contato" in fields["stage"].options
    assert "Concorrente" in fields["lost_reason"].options
    assert fields["Leadloop MQL"].type == "boolean"
    assert not fields["status"].writable


def test_check_warns_of_fields_of_one_name_and_of_an_account_without_reasons(crm):
    world = crm(1)
    world.simulator.store.add_field("Leadloop Score")
    world.simulator.store.reasons.clear()
    warned = [line.what for line in world.adapter().check() if line.level == "warn"]
    assert warned == ["deals have several fields called 'Leadloop Score'", "the account has no reasons for lost deals"]


def test_check_looks_at_the_key(crm):
    world = crm(1, key="Leadloop MQL")
    assert "the key 'Leadloop MQL' is no text" in [line.what for line in world.adapter().check()]
    world = crm(1, key=None)
    assert any(line.level == "warn" and "no key" in line.what for line in world.adapter().check())


@pytest.mark.parametrize(
    ("type_", "options", "value", "sent"),
    [
        ("yesno", ("Não", "Sim"), True, "Sim"),
        ("yesno", ("Yes", "No"), False, "No"),
        ("option", ("Health", "Retail"), "retail", "Retail"),
        ("multiple_choice", ("Health", "Retail"), ["retail"], ["Retail"]),
        ("date", (), "2026-11-22", "22/11/2026"),
        ("number", (), "5", 5),
        ("text", (), True, "Sim"),
    ],
)
def test_each_type_is_written_as_it_wants_it_and_read_back(type_, options, value, sent):
    column = Column("Field", "1", type_, options, custom=True)
    assert encoded(column, value) == sent
    assert encoded(column, decoded(column, sent)) == sent


@pytest.mark.parametrize(("type_", "code"), [("number", "bad_number"), ("option", "bad_option"), ("text", "too_short")])
def test_a_value_that_does_not_fit_is_never_shown(type_, code):
    with pytest.raises(UnfitError) as caught:
        encoded(Column("Field", "1", type_, (), custom=True), "é")
    assert (caught.value.code, caught.value.field) == (code, "Field")
    assert "é" not in str(caught.value).removesuffix(".").split(" ")
