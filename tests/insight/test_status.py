"""How the loop is doing: freshness, backlog, quota, every write in one state, what stands still and why."""

from connector.adapter import Limit
from connector.errors import RecordError
from connector.insight import Connected, exit_code, metrics, status
from connector.insight.render import status_as_text
from connector.model import LeadWrite
from connector.state import operation, outbox, reading
from connector.state.clock import stamp
from tests.insight.company import DAY, NOW, START, Company

RD = Connected("rd", "marketing", "rdstation")
SF = Connected("sf", "crm", "salesforce")


def writes(firm: Company, *states: str) -> None:
    """One write per state, each of another lead."""
    for number, state in enumerate(states):
        write = LeadWrite(f"effect {number}", "record", "ll", object="Lead", fields={"Score": number})
        held = "blast guard" if state == "held" else None
        row = outbox.plan(firm.tx, "sf", "crm", firm.lead(), 1, write, NOW - DAY, run="r", held=held)
        if state not in ("planned", "held"):
            outbox.settle(firm.tx, row, state, NOW)


def line_of(content, name):
    [line] = [line for line in content["connections"] if line["name"] == name]
    return line


def test_a_new_state_has_nothing_to_tell(write):
    content = status(write(lambda firm: None), [RD, SF], NOW)
    assert (content["outcome"], content["holder"], content["last_run"], content["notes"]) == ("ok", None, None, [])
    assert line_of(content, "sf")["writes"]["total"] == 0
    assert "Nothing has run yet" in status_as_text(content)


def test_every_write_is_in_one_state_and_the_counts_add_up(write):
    content = status(write(lambda firm: writes(firm, *outbox.STATES, "confirmed")), [SF], NOW)
    counts = line_of(content, "sf")["writes"]
    assert counts["total"] == sum(counts[state] for state in outbox.STATES) == 10
    assert counts["confirmed"] == 2
    assert content["notes"] == ["Writes of sf that are held: 1. See 'leadloop held list'."]


def test_the_backlog_has_an_age(write):
    line = line_of(status(write(lambda firm: writes(firm, "planned", "unknown")), [SF], NOW), "sf")
    assert (line["backlog"], line["oldest_s"]) == (2, 86_400)


def test_a_connection_is_as_fresh_as_its_stalest_stream(write):
    def recipe(firm):
        reading.mark_fresh(firm.tx, "rd", "contacts", NOW - DAY)
        reading.mark_fresh(firm.tx, "rd", "activities", NOW)
        reading.mark_fresh(firm.tx, "rd", "everyone", START)

    line = line_of(status(write(recipe), [RD], NOW), "rd")
    assert line["fresh_at"] == stamp(NOW - DAY)
    assert line["streams"]["everyone"] == stamp(START), "a nightly walk makes nothing stale"


def test_a_stream_never_read_to_its_end_makes_a_connection_not_fresh(write):
    def recipe(firm):
        reading.mark_fresh(firm.tx, "rd", "contacts", NOW)
        reading.move_cursor(firm.tx, "rd", "activities", {"page": 2}, NOW)

    assert line_of(status(write(recipe), [RD], NOW), "rd")["fresh_at"] is None


def test_refused_credentials_need_a_person_and_end_with_3(write):
    def recipe(firm):
        hint = "run 'leadloop auth rd'"
        operation.wait(firm.tx, "rd", "pull/contacts", "sign_in", "rd: nobody has signed in yet", hint, None, NOW)

    content = status(write(recipe), [RD, SF], NOW)
    assert (content["outcome"], exit_code(content)) == ("failed", 3)
    assert "run 'leadloop auth rd'" in status_as_text(content)


def test_a_stream_that_waits_is_told_and_fails_nothing(write):
    def recipe(firm):
        operation.wait(firm.tx, "rd", "pull/contacts", "quota", "today's calls are used up", None, NOW + DAY, NOW)

    content = status(write(recipe), [RD], NOW)
    assert (content["outcome"], exit_code(content)) == ("partial", 0)
    assert "until 2026-12-02 09:00: today's calls are used up (quota)" in " ".join(status_as_text(content).split())


def test_a_pause_is_told(write):
    content = status(write(lambda firm: operation.pause(firm.tx, "*", NOW, "asked for")), [RD, SF], NOW)
    assert all(line["paused"] for line in content["connections"])
    assert "- Everything is paused since 2026-12-01 09:00 (asked for); 'leadloop resume'" in status_as_text(content)


def test_rejects_are_counted_by_code(write):
    def recipe(firm):
        for key in ("7", "8"):
            reading.add_reject(firm.tx, "rd", "contacts", key, RecordError("no e-mail", code="no_email"), NOW)
        reading.add_reject(firm.tx, "rd", "contacts", "9", RecordError("bad date", code="bad_value"), NOW)
        reading.close_rejects(firm.tx, "rd", "contacts", ["9"])

    content = status(write(recipe), [RD], NOW)
    assert content["rejects"]["open"] == 2
    assert [(line["code"], line["count"]) for line in content["rejects"]["by_code"]] == [("no_email", 2)]
    assert content["outcome"] == "ok", "old rejects do not make a run fail"


def test_values_without_an_entry_in_the_mapping_are_listed(write):
    def recipe(firm):
        rows = [("rd", "country", value, times, stamp(NOW)) for value, times in (("Brasil", 12), ("Lusitania", 3))]
        firm.tx.executemany("INSERT INTO unmapped VALUES (?, ?, ?, ?, ?)", rows)

    content = status(write(recipe), [RD], NOW)
    assert content["notes"] == ["rd: no entry in the mapping of country for 'Brasil' (12), 'Lusitania' (3)."]


def test_the_quota_of_an_account_counts_what_still_counts(write):
    def recipe(firm):
        rows = [
            ("sf:1", "*/86400", NOW + DAY, 30),
            ("sf:1", "*/86400", NOW - DAY, 500),
            ("sf:1", "login/3600", NOW + DAY, 4),
        ]
        firm.tx.executemany(
            "INSERT INTO budgets (account, bucket, slot, used) VALUES (?, ?, ?, ?)",
            [(account, bucket, stamp(slot), used) for account, bucket, slot, used in rows],
        )

    limits = (Limit(calls=100, per_s=86_400), Limit(calls=10, per_s=1), Limit(calls=50, per_s=3600, logins=True))
    content = status(write(recipe), [Connected("sf", "crm", "salesforce", "sf:1", limits)], NOW)
    assert line_of(content, "sf")["quota"] == [{"bucket": "*", "per_s": 86_400, "used": 30, "allowed": 100}]
    assert "all calls, 1 d " in status_as_text(content)


def test_a_connection_that_left_the_configuration_still_counts(write):
    content = status(write(lambda firm: writes(firm, "confirmed")), [RD], NOW)
    assert line_of(content, "sf")["writes"]["confirmed"] == 1
    assert line_of(content, "sf")["adapter"] == "not configured any more"


def test_the_process_that_holds_the_state_and_its_last_run_are_named(write):
    def recipe(firm):
        firm.tx.execute("UPDATE holder SET pid = 42, host = 'ops', since = ?", (stamp(START),))
        operation.start_run(firm.tx, "20261201-a", "daemon", START)
        operation.end_run(firm.tx, "20261201-a", "ok", [], NOW)

    content = status(write(recipe), [RD], NOW, held=True)
    assert (content["holder"]["pid"], content["last_run"]["outcome"]) == (42, "ok")
    assert "Process 42 on ops holds the state" in status_as_text(content)
    assert status_as_text(content).count("\n") > 3


def test_metrics_are_counts_and_ages_without_personal_data(write):
    def recipe(firm):
        firm.becomes_mql(firm.lead(email="ana@example.com"))
        writes(firm, "confirmed")
        reading.mark_fresh(firm.tx, "rd", "contacts", NOW - DAY)
        reading.add_reject(firm.tx, "rd", "contacts", "ana@example.com", RecordError("no country"), NOW)
        operation.start_run(firm.tx, "r1", "once", START)
        operation.end_run(firm.tx, "r1", "ok", [], NOW)
        operation.wait(firm.tx, "rd", "pull/contacts", "quota", "used up", None, NOW, NOW)

    found = metrics(write(recipe), NOW)
    numbers = {(name, *labels.values()): value for name, labels, value in found}
    assert numbers["leadloop_leads", "mql"] == 1
    assert numbers["leadloop_writes", "sf", "confirmed"] == 1
    assert numbers["leadloop_rejects_open", "rd", "contacts"] == 1
    assert numbers["leadloop_stream_age_seconds", "rd", "contacts"] == 86_400
    assert numbers["leadloop_runs", "ok"] == 1
    assert numbers["leadloop_streams_standing_still", "rd"] == 1
    assert "@" not in str(found)


def test_a_run_whose_process_is_gone_is_not_told_as_under_way(write):
    def recipe(firm):
        firm.tx.execute("UPDATE holder SET pid = 42, host = 'ops', since = ?", (stamp(START),))
        operation.start_run(firm.tx, "20261201-a", "once", START)

    state = write(recipe)
    assert "(20261201-a) broke off; it began at 2026-" in status_as_text(status(state, [RD], NOW, held=False))
    assert "(20261201-a) is under way." in status_as_text(status(state, [RD], NOW, held=True))
