"""The starting mapping reads what ActiveCampaign tells, as it tells it."""

from __future__ import annotations

import pytest

from connector.mapping import load_marketing
from connector.mapping.check import check_marketing
from connector.shipped import shipped


@pytest.fixture
def mapping():
    return load_marketing(shipped("activecampaign-marketing.yaml"), time_zone="America/Sao_Paulo")


def test_it_fits_an_account_whose_fields_were_prepared(world, mapping):
    adapter = world.adapter()
    adapter.prepare_writes(mapping.feedback.writes)
    assert check_marketing(mapping, adapter.fields()) == []


def test_a_contact_is_read_with_account_place_and_tags(world, mapping):
    ana = world.simulator.add("ana@acme.example", firstName="Ana", job="CEO", company="Acme", country="BR")
    world.adapter().write_back([world.effect("tag", ana, name="webinar")])
    [answer] = world.adapter().contacts([ana])
    assert mapping.contact(answer.record).attributes == {
        "email": "ana@acme.example", "first_name": "Ana", "job_title": "CEO", "company": "Acme", "country": "BR",
        "custom.tags": ["webinar"],
    }  # fmt: skip


@pytest.mark.parametrize(("status", "consent"), [("1", "granted"), ("2", "denied"), ("0", "unknown"), ("3", "unknown")])
def test_what_all_lists_come_to_is_the_consent(world, mapping, status, consent):
    ana = world.add(1)
    world.simulator.subscribe(ana)
    next(iter(world.simulator.contact(ana).lists.values()))["status"] = status
    [answer] = world.adapter().contacts([ana])
    assert mapping.contact(answer.record).consent == {"email": consent}
