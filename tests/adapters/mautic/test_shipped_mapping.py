"""The starting mapping reads what Mautic tells, as it tells it."""

from __future__ import annotations

import pytest

from connector.mapping import load_marketing
from connector.mapping.check import check_marketing
from connector.shipped import shipped


@pytest.fixture
def mapping():
    return load_marketing(shipped("mautic-marketing.yaml"), time_zone="America/Sao_Paulo")


@pytest.mark.parametrize(("reason", "consent"), [(1, "denied"), (2, "unknown"), (3, "denied")])
def test_an_opt_out_denies_mail_and_a_bounce_does_not(mautic, mapping, reason, consent):
    world = mautic()
    ana = world.add(1)
    world.simulator.opt_out(ana, reason)
    (answer,) = world.adapter().contacts([ana])
    assert mapping.contact(answer.record).consent == {"email": consent}


def test_a_contact_is_read_with_its_tags_and_its_last_campaign(mautic, mapping):
    world = mautic()
    ana = world.simulator.add("ana@acme.example", firstname="Ana", position="CEO", country="Brazil")
    world.simulator.contact(ana).tags.append("webinar")
    (answer,) = world.adapter().contacts([ana])
    mapped = mapping.contact({**answer.record, "utmtags": [{"utmSource": "a"}, {"utmSource": "b"}]})
    assert mapped.attributes == {
        "email": "ana@acme.example", "first_name": "Ana", "job_title": "CEO", "country": "BR", "utm_source": "b",
        "custom.tags": ["webinar"],
    }  # fmt: skip


def test_it_fits_an_account_whose_fields_were_prepared(mautic, mapping):
    adapter = mautic().adapter()
    adapter.prepare_writes(mapping.feedback.writes)
    assert check_marketing(mapping, adapter.fields()) == []
