"""The starting mapping reads what Act-On tells, as it tells it."""

from __future__ import annotations

import pytest

from connector.mapping import load_marketing
from connector.mapping.check import check_marketing
from connector.shipped import shipped
from tests.adapters.acton.audience import TOLD


@pytest.fixture
def mapping():
    return load_marketing(shipped("acton-marketing.yaml"), time_zone="America/Sao_Paulo")


def test_a_contact_is_read_by_the_usual_columns(acton, mapping):
    world = acton()
    ana = world.simulator.add(
        "ana@acme.example", First_Name="Ana", Job_Title="CEO", Business_Country="Brazil", Business_City="Recife",
        Cell_Phone="", Business_Phone="+55 81 3000 0000", Lead_Source="Organic Search",
    )  # fmt: skip
    (answer,) = world.adapter().contacts([ana])
    assert mapping.contact(answer.record).attributes == {
        "email": "ana@acme.example", "first_name": "Ana", "job_title": "CEO", "country": "BR", "city": "Recife",
        "phone": "+55 81 3000 0000", "source": "Organic Search",
    }  # fmt: skip


@pytest.mark.parametrize(("by", "consent"), [("optout", "denied"), ("spamcomplaint", "denied"), (None, "unknown")])
def test_an_opt_out_and_a_complaint_deny_mail_and_a_bounce_does_not(acton, mapping, by, consent):
    world = acton()
    ana = world.add(1)
    if by:
        world.simulator.opt_out(ana, by=by)
    else:
        world.simulator.account.suppressed["hardbounce"].append((world.email_of(ana), world.clock.now()))
    (answer,) = world.adapter().contacts([ana])
    assert mapping.contact(answer.record).consent == {"email": consent}


def test_it_fits_a_list_that_has_the_usual_columns(acton, mapping):
    world = acton()
    usual = ["Cell Phone", "Business Phone", "Business State", "Business Website", "Lead Source"]
    world.simulator.account.lists["l-0001"].columns += [*usual, *(f"Leadloop {name}" for name in TOLD)]
    adapter = world.adapter()
    assert set(adapter.prepare_writes(mapping.feedback.writes).values()) == {"exists"}
    assert check_marketing(mapping, adapter.fields()) == []
