"""The adapter of docs/write-an-adapter.md is what it says: it reads, resumes, writes, and tells what became of it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from connector.adapter import Options
from connector.errors import AuthError
from connector.http import Network, Settings, World
from connector.model import LeadWrite
from connector.testing.conformance.clock import Clock
from connector.testing.simulator import Fault
from connector.testing.stores import MemoryBudgetStore, MemoryTokenStore
from tests.docs.acme import AcmeSimulator

PAGE = Path(__file__).parents[2] / "docs" / "write-an-adapter.md"


@pytest.fixture(scope="module")
def acme():
    """The page's Python, in the order in which it stands there."""
    module = ModuleType("leadloop_acme")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    exec(compile(code, str(PAGE), "exec"), module.__dict__)  # noqa: S102 - the page is ours
    return module


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def platform(clock):
    with AcmeSimulator(clock=clock.now, monotonic=clock.monotonic) as simulator:
        for number in range(5):
            at = clock.now() - timedelta(hours=number)
            simulator.people[f"c{number}"] = {"id": f"c{number}", "updated_at": at.isoformat()}
        yield simulator


@pytest.fixture
def adapter(acme, platform, clock):
    return adapter_for(acme, platform, clock, token="sesame")


def adapter_for(acme, platform, clock, token):
    world = World(now=clock.now, monotonic=clock.monotonic, sleep=clock.sleep, chance=lambda: 0.5)
    network = Network(MemoryTokenStore(clock.now), MemoryBudgetStore(), world)
    settings = Settings("acme", {"token": token}, base_url=platform.base_url)
    client = network.client(acme.SPEC, settings, acme.AcmeMarketing)
    return acme.AcmeMarketing(client, Options("acme", since=datetime(2026, 1, 1, tzinfo=UTC)))


def score_of(id_, points):
    return LeadWrite(effect=f"{id_}:{points}", kind="field", key="ll-1", record_id=id_, fields={"score": points})


def test_it_checks_and_names_the_fields(adapter):
    assert [line.level for line in adapter.check()] == ["ok"]
    assert [field.name for field in adapter.fields()] == ["score"]


def test_a_refused_token_asks_for_a_person(acme, platform, clock):
    with pytest.raises(AuthError):
        adapter_for(acme, platform, clock, token="guess").check()


def test_it_reads_every_page_and_the_cursor_moves_with_the_last(adapter):
    pages = list(adapter.changes(None))
    assert [record["id"] for page in pages for record in page.records] == ["c0", "c1", "c2", "c3", "c4"]
    assert [page.cursor is not None for page in pages] == [False, False, True]


def test_a_second_read_brings_only_what_the_overlap_covers(adapter):
    *_, last = adapter.changes(None)
    (page,) = adapter.changes(last.cursor)
    assert [record["id"] for record in page.records] == ["c0"]


def test_it_keeps_the_limit_though_it_never_waits_itself(adapter, platform):
    list(adapter.contacts(["c1"] * 25))
    assert {entry.status for entry in platform.ledger} == {200}


def test_one_contact_that_is_gone_sinks_no_other_write(adapter, platform):
    platform.deleted.add("c1")
    outcomes = adapter.write_back([score_of("c0", 40), score_of("c1", 50), score_of("c2", 60)])
    assert [(outcome.status, outcome.moved) for outcome in outcomes] == [
        ("updated", False), ("rejected", True), ("updated", False),
    ]  # fmt: skip


def test_a_lost_answer_is_repeated_and_the_write_can_be_read_back(adapter, platform):
    platform.faults.append(Fault("lose_after", method="PATCH"))
    (outcome,) = adapter.write_back([score_of("c3", 70)])
    (stands,) = adapter.read_back([score_of("c3", 70)])
    assert (outcome.status, stands.fields) == ("updated", {"score": 70})
