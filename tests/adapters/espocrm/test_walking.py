"""What a walk tells of records besides what the suite of all CRMs asks for: history, authors, many of one second."""

from __future__ import annotations

import pytest

from connector.errors import ConfigError
from connector.testing.conformance.crm.driving import ids, read_all
from connector.testing.simulators.espocrm import SALES_USERS

ME, OTHER = SALES_USERS


def changes(records, ref):
    (found,) = [one for one in records if (one.object, one.id) == ref]
    return [(one.field, one.old, one.new, one.by) for one in found.history]


@pytest.mark.parametrize("version", [7, 9])
def test_a_status_has_its_moments_and_authors(espo, version):
    world = espo(version=version)
    record = world.add(1)
    world.clock.advance(60)
    world.simulator.edit(record, status="In Process")
    world.clock.advance(60)
    world.simulator.edit(record, OTHER, status="Dead", cRejectionReason="No fit")
    world.simulator.edit(record, OTHER, assignedUserId=OTHER)
    records, _ = read_all(world.adapter())
    told = changes(records, record)
    assert ("status", "New", "In Process", ME) in told
    assert ("status", "In Process", "Dead", OTHER) in told
    assert ("cRejectionReason", None, "No fit", OTHER) in told
    assert ("assignedUserId", None, OTHER, OTHER) in told


def test_the_history_of_a_stage_tells_what_it_means(espo):
    world = espo()
    deal = world.simulator.add_deal("65f1")
    world.clock.advance(60)
    world.simulator.edit(("Opportunity", deal), stage="Proposal")
    world.clock.advance(60)
    world.simulator.close(deal, OTHER, won=True)
    records, _ = read_all(world.adapter())
    assert changes(records, ("Opportunity", deal)) == [
        ("stage", "Prospecting", "Proposal", ME), ("stage_order", 1, 3, ME), ("stage", "Proposal", "Closed Won", OTHER),
        ("$state", "open", "won", OTHER), ("stage_order", 3, 5, OTHER),
    ]  # fmt: skip
    (found,) = [one for one in records if one.id == deal]
    assert (found.fields["$state"], found.fields["stage_order"]) == ("won", 5)
    assert list(found.links["contact"]) == [("Contact", "65f1")]


def test_streams_are_read_only_where_somebody_else_changed_the_record_lately(espo):
    world = espo()
    ours, old, fresh = (world.add(number) for number in (1, 2, 3))
    world.simulator.edit(old, status="In Process")
    world.clock.advance(3 * 86_400)
    world.simulator.edit(fresh, status="In Process")
    world.simulator.edit(ours, status="In Process")
    world.clock.advance(1)
    world.adapter().write([world.change(ours, 1, 60)])
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    asked = [one.path.split("/")[-2] for one in world.simulator.calls("GET", "/stream$")]
    assert asked == [fresh[1]]
    by_id = {one.id: one for one in records}
    assert (by_id[ours[1]].precision, by_id[ours[1]].changed_by) == ("poll", None)
    assert (by_id[fresh[1]].precision, by_id[fresh[1]].changed_by) == ("exact", ME)


def test_without_streams_decisions_are_dated_by_the_look(espo):
    world = espo()
    record = world.add(1)
    world.clock.advance(60)
    world.simulator.edit(record, status="Dead")
    world.simulator.rights["Lead"]["stream"] = "no"
    records, _ = read_all(world.adapter())
    (found,) = [one for one in records if (one.object, one.id) == record]
    assert (found.precision, list(found.history), found.changed_by) == ("poll", [], ME)
    assert any("stream" in line.what for line in world.adapter().check() if line.level == "warn")


def test_hundreds_of_one_second_are_walked_by_id_and_then_the_rest(espo):
    world = espo()
    many = {world.add(number) for number in range(1, 14)}
    world.clock.advance(1)
    later = {world.add(number) for number in range(20, 24)}
    world.clock.advance(60)
    records, _ = read_all(world.adapter())
    assert ids(records) == many | later


def test_moments_and_amounts_come_as_mappings_know_them(espo):
    world = espo(fields={"Lead": ("convertedAt", "cTags"), "Opportunity": ("amount", "createdAt")})
    lead = world.add(1)
    contact, deal = world.simulator.convert(lead[1])
    world.simulator.edit(("Opportunity", deal), amount="1250.50")
    records, _ = read_all(world.adapter())
    by_id = {one.id: one for one in records}
    stamp = world.clock.now().replace(microsecond=0).isoformat().replace("+00:00", "Z")
    assert by_id[lead[1]].fields == {"convertedAt": stamp, "cTags": None}
    assert by_id[deal].fields == {"amount": 1250.5, "createdAt": stamp}
    assert dict(by_id[lead[1]].links) == {"contact": [("Contact", contact)], "deal": [("Opportunity", deal)]}


def test_an_object_that_the_role_hides_is_named(espo):
    world = espo()
    world.simulator.rights["Opportunity"] = False
    with pytest.raises(ConfigError, match="Opportunity"):
        read_all(world.adapter())
    failing = [line.what for line in world.adapter().check() if line.level == "fail"]
    assert failing == ["leadloop's user does not see Opportunity"]


def test_a_cursor_of_something_else_is_refused(espo):
    with pytest.raises(ConfigError, match="cursor"):
        read_all(espo().adapter(), {"Lead": "yesterday"})
