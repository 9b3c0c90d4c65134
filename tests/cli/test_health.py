"""`check`, `doctor`, `prepare`, `discover`, `mapping check`, `adapters`: what accounts and this machine say."""

from datetime import timedelta
from pathlib import Path

import pytest

from connector.cli import machine
from connector.cli.lines import fail, ok, warn, worst
from connector.shipped import shipped
from connector.testing.simulators.salesforce import SalesforceSimulator
from tests.cli.company import DECISIONS, marketing, unused_port


@pytest.fixture
def sf(company):
    with SalesforceSimulator() as simulator:
        company.configure(
            crm={
                "sf": {
                    "adapter": "salesforce",
                    "auth_url": simulator.base_url,
                    "credentials": {"client_id": "simulated-client", "client_secret": "simulated-secret"},
                    "mapping": str(shipped("salesforce.yaml")),
                }
            }
        )
        yield simulator


def levels(document):
    return {line["level"] for line in document["lines"]}


def test_check_says_of_every_connection_what_it_found_also_before_the_first_run(company):
    company.write("decisions.csv", DECISIONS)
    document = company.json("check")
    assert {line["subject"] for line in document["lines"]} == {"export", "sales"}
    assert "fail" not in levels(document)
    assert {line["subject"] for line in company.json("check", "sales")["lines"]} == {"sales"}


def test_one_account_that_fails_hides_no_other_and_decides_the_exit_code(company, rd):
    company.configure(marketing=marketing(rd, credentials={**rd.credentials, "refresh_token": "stale"}))
    document = company.json("check", code=3)
    by_level = {line["level"]: line["subject"] for line in document["lines"]}
    assert by_level == {"fail": "rd", "ok": "sales"} | by_level
    company.configure(marketing=marketing(rd, base_url=f"http://127.0.0.1:{unused_port()}"))
    assert company.json("check", "rd", code=4)["outcome"] == "failed"


def test_a_mapping_that_names_a_field_that_the_account_lacks_is_told_with_its_line(company, sf, tmp_path):
    text = shipped("salesforce.yaml").read_text(encoding="utf-8").replace("to: LeadScore__c", "to: LedScore__c")
    wrong = tmp_path / "salesforce.yaml"
    wrong.write_text(text, encoding="utf-8")
    settings = company.settings["crm"]["sf"]
    company.configure(crm={"sf": {**settings, "mapping": str(wrong)}})
    document = company.json("mapping", "check", "sf", code=2)
    line = next(line for line in document["lines"] if "LedScore__c" in line["what"])
    assert line["level"] == "fail"
    assert "salesforce.yaml:" in line["what"]
    assert "did you mean 'LeadScore__c'" in line["what"]


@pytest.mark.parametrize(("apart_s", "said"), [(-90, "0:01:30 ahead"), (7200, "2:00:00 behind"), (30, "")])
def test_a_platform_whose_clock_is_over_a_minute_apart_is_warned_of(company, rd, apart_s, said):
    company.configure(marketing=marketing(rd))
    rd.clock = lambda: company.now - timedelta(seconds=apart_s)
    warnings = [line["what"] for line in company.json("check", "rd")["lines"] if "clock" in line["what"]]
    assert len(warnings) == bool(said)
    assert all(said in warning for warning in warnings)


def test_discover_shows_the_fields_that_an_account_really_has(company, sf):
    fields = {(one["object"], one["name"]): one for one in company.json("discover", "sf")["fields"]}
    assert fields["Lead", "LastName"]["required"] is True
    assert "Lead" in company.leadloop("discover", "sf").stdout


def test_prepare_says_what_stands_and_what_is_missing(company, sf):
    status = {one["name"]: one["status"] for one in company.json("prepare", "sf", "--dry-run", code=1)["fields"]}
    assert status["LeadScore__c"] == "exists"
    assert status["Rejection_Reason__c"] == "differs"  # a person adds the reasons that its list lacks


def test_prepare_makes_the_fields_of_marketing_only_without_dry_run(company, rd):
    company.configure(marketing=marketing(rd))
    shown = company.json("prepare", "rd", "--dry-run")["fields"]
    assert "would_create" in {one["status"] for one in shown}
    assert "created" in {one["status"] for one in company.json("prepare", "rd")["fields"]}
    assert {one["status"] for one in company.json("prepare", "rd", "--dry-run")["fields"]} == {"exists"}


def test_doctor_looks_at_everything_and_names_the_next_step(company, rd):
    company.configure(marketing=marketing(rd))
    before = company.json("doctor")
    told = " ".join(line["what"] for line in before["lines"])
    assert "there is none yet" in told
    assert "cannot exclude a duplicate" in told
    assert "lies beside them" in told
    company.state.chmod(0o644)
    line = next(line for line in company.json("doctor")["lines"] if "others may read" in line["what"])
    assert line["next_step"].startswith("chmod 600")


def test_doctor_tells_in_one_line_how_much_of_a_platform_no_live_account_has_confirmed(company, rd):
    company.configure(marketing=marketing(rd))
    told = [line["what"] for line in company.json("doctor")["lines"] if "not confirmed" in line["what"]]
    count = len(next(one["unverified"] for one in company.json("adapters")["adapters"] if one["name"] == "rdstation"))
    assert len(told) == 1
    assert told[0].startswith(f"{count} statements of RD Station Marketing")


def test_doctor_with_a_wrong_configuration_says_so_and_ends_with_2(company):
    company.configure(shedule={})
    document = company.json("doctor", code=2)
    assert any("shedule" in line["what"] for line in document["lines"] if line["level"] == "fail")


def test_a_damaged_state_is_found(ran):
    with ran.state.open("r+b") as file:
        file.seek(16384 * 3)
        file.write(b"\0" * 16384 * 4)
    assert ran.leadloop("doctor").exit_code == 5
    assert ran.leadloop("state", "check").exit_code == 5


@pytest.mark.parametrize(
    ("version", "level"),
    [((3, 40, 1), "warn"), ((3, 51, 2), "warn"), ((3, 51, 3), "ok"), ((3, 44, 6), "ok"), ((3, 44, 5), "warn")],
)
def test_releases_of_sqlite_with_a_known_fault_are_named(version, level):
    assert [line.level for line in machine.lines_of_sqlite(version)] == [level]


@pytest.mark.parametrize(("free", "level"), [(10 << 30, "ok"), (500 << 20, "warn"), (10 << 20, "fail")])
def test_little_room_is_a_warning_and_none_a_failure(free, level):
    assert [line.level for line in machine.lines_of_room(free)] == [level]


def test_a_package_that_brings_our_names_is_a_failure(monkeypatch):
    monkeypatch.setattr(machine, "packages_distributions", lambda: {"connector": ["leadloop", "other"]})
    assert [(line.level, "other" in line.what) for line in machine.lines_of_packages()] == [("fail", True)]


def test_the_file_system_of_a_folder_is_that_of_its_nearest_mount(tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 0:5 / /mnt/share rw shared:1 - nfs4 server:/x rw\n")
    assert machine.file_system(Path("/mnt/share/state"), table) == "nfs4"
    assert machine.file_system(Path("/var/lib"), table) == "ext4"
    assert machine.file_system(Path("/var/lib"), tmp_path / "absent") == ""


def test_the_worst_failure_decides_and_a_warning_does_not():
    assert worst([ok("a", ""), warn("a", "")]) == 0
    assert worst([fail("a", "", code=4), fail("a", "", code=1), fail("b", "", code=3)]) == 3
    assert worst([fail("a", "", code=3), fail("b", "", code=5)]) == 5


def test_adapters_prints_what_each_can_do(company):
    found = {(one["side"], one["name"]): one for one in company.json("adapters")["adapters"]}
    assert {("marketing", "csv"), ("marketing", "rdstation"), ("crm", "csv"), ("crm", "salesforce")} <= set(found)
    rdstation = found["marketing", "rdstation"]
    assert rdstation["credentials"] == [["client_id", "client_secret", "refresh_token"]]
    assert rdstation["capabilities"]["removals"] == "sweep"
    assert rdstation["unverified"]
    text = company.leadloop("adapters").stdout
    assert "record, tag, task, note" in text
    assert "token or client_id, client_secret, refresh_token" in text
