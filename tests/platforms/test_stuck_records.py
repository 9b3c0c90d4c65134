"""A record of which a CRM does not tell a part (its contact, its history) holds up no other, and is not forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.dynamics365.history import History
from adapters.dynamics365.multipart import PartAnswer
from connector.loop.tally import exit_code
from connector.testing.simulator import Fault, Reply
from tests.adapters.dynamics365.desk import Desk as DynamicsDesk
from tests.adapters.espocrm.desk import Desk as EspoDesk
from tests.adapters.hubspot.desk import Desk as HubSpotDesk
from tests.adapters.pipedrive.desk import Desk as PipedriveDesk
from tests.adapters.rdstation.desk import AppDesk
from tests.adapters.rdstation.desk import Desk as RdDesk
from tests.adapters.zoho.desk import Desk as ZohoDesk
from tests.platforms.company import SalesCompany
from tests.sync.oracle import must_hold
from tests.sync.world import address

TROUBLE = {
    "an error of the server": Reply(500, {"x": 1}),
    "a refusal for this record": Reply(403, {}),
    "another shape": Reply(200, ["?"]),
    "an unknown status": Reply(418, {}),
}
NAMES = ("bia", "ana", "cid")


class Case:
    """How one platform tells a part of a record: the address of that call. Marketing knows everybody beforehand."""

    def __init__(self, kind: type[Any], of: Callable[[Any, str], str], every: str) -> None:
        self.kind = kind
        self.of = of
        self.every = every


def _contact_of(desk: AppDesk, email: str) -> str:
    [contact] = desk.deal(email)["contact_ids"]
    return f"/crm/v2/contacts/{contact}$"


def _person_of(desk: PipedriveDesk, email: str) -> str:
    [person] = [row["id"] for row in desk.simulator.live("person") if row["emails"][0]["value"] == email]
    return f"/v2/persons/{person}$"


def _lead_of(kind: str, mail: str, path: str) -> Callable[[Any, str], str]:
    """The address of what is told of a person's lead by its id."""

    def of(desk: Any, email: str) -> str:
        [lead] = [row["id"] for row in desk.simulator.live(kind) if row.get(mail) == email]
        return path.format(lead)

    return of


CASES = {
    "rdstation": Case(AppDesk, _contact_of, "/crm/v2/contacts/[^/]+$"),
    "pipedrive": Case(PipedriveDesk, _person_of, r"/v2/persons/\d+$"),
    "zoho": Case(ZohoDesk, _lead_of("Leads", "Email", "/{}/__timeline$"), "/__timeline$"),
    "espocrm": Case(EspoDesk, _lead_of("Lead", "emailAddress", "/{}/stream$"), "/stream$"),
}


class Broken(SalesCompany[Any]):
    case: Case

    def break_(self, path: str, reply: Reply) -> None:
        self.crm.faults.append(Fault("reply", path=path, method="GET", times=100_000, reply=reply))

    def forget_contacts(self) -> None:
        """The process starts anew: nothing that it looked up is believed any more."""
        self.close()


@pytest.fixture(params=CASES)
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broken]:
    with opened(tmp_path, CASES[request.param].kind) as company:
        company.case = CASES[request.param]
        yield company


@contextmanager
def opened(folder: Path, kind: type[Any]) -> Iterator[Broken]:
    with Broken(folder, kind) as company:
        [crm] = company.open().crm
        crm.adapter.ensure_fields(crm.mapping.field_plan())
        for name in NAMES:
            company.convert(name, "ebook-a", "ebook-b")
        company.run_until_quiet()
        company.later(hours=2)
        yield company


def accept(company: Broken, *names: str) -> None:
    for name in names:
        company.desk.accept(address(name))
    company.forget_contacts()


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_record_that_cannot_be_read_whole_is_a_reject_and_the_others_go_on(company: Broken, trouble: str) -> None:
    company.break_(company.case.of(company.desk, address("ana")), TROUBLE[trouble])
    accept(company, *NAMES)
    lines = company.run()
    if (company.case.kind, trouble) == (EspoDesk, "a refusal for this record"):
        assert company.stage("ana") == "accepted", "a role that may not read streams is an ordinary one"
        return
    assert [company.stage(name) for name in NAMES] == ["accepted", "mql", "accepted"]
    assert exit_code(lines) == 1
    assert [(connection, stream) for connection, stream, _ in company.rejects()] == [("crm", "decisions")]
    for line in lines:
        assert line.read == line.saved + line.unchanged + line.rejected, line
    company.crm.faults.clear()
    company.later(hours=1)
    company.run_until_quiet()
    assert company.stage("ana") == "accepted"
    assert company.rejects() == []
    must_hold(company)


def test_a_record_that_stays_so_is_asked_for_less_and_less_often(company: Broken) -> None:
    path = company.case.of(company.desk, address("ana"))
    company.break_(path, TROUBLE["an unknown status"])
    accept(company, *NAMES)
    company.run()
    company.later(minutes=20)
    begun = len(company.crm.calls("GET", path))
    for _ in range(12):
        company.later(minutes=5)
        company.run("decisions")
    assert len(company.crm.calls("GET", path)) - begun <= 4
    assert [stream for _, stream, _ in company.rejects()] == ["decisions"]


def test_a_platform_that_tells_it_of_nobody_is_asked_little_and_loses_nothing(company: Broken) -> None:
    more = [f"person{number}" for number in range(5)]
    for name in more:
        company.convert(name, "ebook-a", "ebook-b")
    company.run_until_quiet()
    company.later(hours=2)
    company.break_(company.case.every, TROUBLE["an error of the server"])
    accept(company, *NAMES, *more)
    before = len(company.crm.calls("GET", company.case.every))
    lines = company.run("decisions")
    assert exit_code(lines) == 4
    assert company.rejects() == []
    assert len(company.crm.calls("GET", company.case.every)) - before <= 3 * 5, "five attempts each"
    company.crm.faults.clear()
    company.later(minutes=10)
    company.run_until_quiet()
    assert {company.stage(name) for name in (*NAMES, *more)} == {"accepted"}
    must_hold(company)


def test_a_replay_asks_at_once(company: Broken) -> None:
    company.break_(company.case.of(company.desk, address("ana")), TROUBLE["another shape"])
    accept(company, *NAMES)
    company.run()
    assert company.rejects() != []
    company.crm.faults.clear()
    company.replay()
    company.run()
    assert company.stage("ana") == "accepted"
    assert company.rejects() == []


def test_a_record_that_a_batch_does_not_tell_is_asked_for_again(tmp_path: Path) -> None:
    """HubSpot tells many records at once, and an error for each of which it could not."""
    with opened(tmp_path, HubSpotDesk) as company:
        company.crm.faults.append(Fault("edit_after", path="/batch/read", times=100_000, edit=_without(address("ana"))))
        accept(company, *NAMES)
        assert exit_code(company.run()) == 1
        assert [company.stage(name) for name in NAMES] == ["accepted", "mql", "accepted"]
        assert [(connection, stream) for connection, stream, _ in company.rejects()] == [("crm", "decisions")]
        company.crm.faults.clear()
        company.later(hours=1)
        company.run_until_quiet()
        assert (company.stage("ana"), company.rejects()) == ("accepted", [])


def _without(email: str) -> Callable[[Reply], Reply]:
    """A batch's answer in which an error stands instead of a record."""

    def edit(reply: Reply) -> Reply:
        left = [row for row in reply.body["results"] if row["properties"].get("email") != email]
        lost = [row["id"] for row in reply.body["results"] if row not in left]
        errors = [{"status": "error", "category": "INTERNAL_ERROR", "message": "?", "context": {"ids": lost}}]
        return Reply(207, {**reply.body, "results": left, "errors": errors}) if lost else reply

    return edit


def test_a_change_that_the_audit_log_does_not_tell_puts_off_its_record_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dynamics names the changes and tells each by itself, many in one batch."""
    asked = History._details
    ana = ""

    def details(history: History, lines: Sequence[Any]) -> list[PartAnswer | None]:
        told = asked(history, lines)
        return [
            PartAnswer(500, {}, None) if line["_objectid_value"] == ana else answer
            for line, answer in zip(lines, told, strict=True)
        ]

    with opened(tmp_path, DynamicsDesk) as company:
        accept(company, *NAMES)
        [ana] = [row["leadid"] for row in company.crm.live("lead") if row["emailaddress1"] == address("ana")]
        with monkeypatch.context() as patched:
            patched.setattr(History, "_details", details)
            assert exit_code(company.run()) == 1
        assert [company.stage(name) for name in NAMES] == ["accepted", "mql", "accepted"]
        company.later(hours=1)
        company.run_until_quiet()
        assert (company.stage("ana"), company.rejects()) == ("accepted", [])
        assert company.ask("SELECT DISTINCT precision FROM decisions") == [("exact",)]


@pytest.mark.parametrize("kind", [*(case.kind for case in CASES.values()), HubSpotDesk, DynamicsDesk])
def test_a_record_that_is_asked_for_by_its_id_is_told_as_a_walk_tells_it(tmp_path: Path, kind: type[Any]) -> None:
    with opened(tmp_path, kind) as company:
        accept(company, *NAMES)
        company.desk.qualify(address("bia"))
        company.desk.qualify(address("cid"))
        company.desk.win(address("cid"), 900.0)
        [crm] = company.open().crm
        walked = [record for page in crm.adapter.records(None) for record in page.records]
        assert {record.email for record in walked} >= {address(name) for name in NAMES}
        for record in walked:
            asked = crm.adapter.record(record.object, record.id)
            assert asked is not None
            for part in ("fields", "changed_at", "email", "key", "links", "created_at"):
                assert getattr(asked, part) == getattr(record, part), (record.object, part)
        known = {record.object for record in walked}
        assert [crm.adapter.record(one, _nobody(walked, one)) for one in known] == [None] * len(known)


def _nobody(walked: Sequence[Any], object_name: str) -> str:
    """An id of the platform's kind that no record has."""
    some = next(record.id for record in walked if record.object == object_name)
    return f"{some[:-4]}9999" if len(some) > 4 else "999999"


def test_neighbours_that_cannot_be_read_stop_no_walk_whose_mark_moves_at_its_end(tmp_path: Path) -> None:
    """RD Station CRM's version 1 is walked newest first: what a cut walk has told is told again by the next."""
    with opened(tmp_path, RdDesk) as company:
        more = [f"person{number}" for number in range(4)]
        for name in more:
            company.convert(name, "ebook-a", "ebook-b")
        company.run_until_quiet()
        company.later(hours=2)
        for name in (*more, *NAMES):  # those who fail are met first
            company.later(minutes=1)
            company.crm.lose(company.desk.deal(address(name))["id"])
        for name in NAMES:
            company.break_(f"/api/v1/deals/{company.desk.deal(address(name))['id']}$", TROUBLE["an unknown status"])
        company.crm.page_rows = len(NAMES)
        company.close()
        assert exit_code(company.run()) == 1
        for _ in range(3):
            company.later(minutes=10)
            company.run()
        assert {company.stage(name) for name in more} == {"lead"}
        assert {company.stage(name) for name in NAMES} == {"mql"}
        company.crm.faults.clear()
        company.later(hours=6)
        company.run_until_quiet()
        assert {company.stage(name) for name in NAMES} == {"lead"}
        assert company.rejects() == []
