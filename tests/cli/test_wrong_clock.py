"""A first run in a wrong year, through the public command."""

from datetime import timedelta

from connector.state.store import Store
from tests.cli.company import NOW


def test_leads_that_were_scored_in_a_wrong_year_are_scored_anew_once_the_clock_is_right(company):
    company.now = NOW + timedelta(days=3650)
    company.run()
    company.now = NOW
    [scored] = [step for step in company.run()["steps"] if step["step"] == "score"]
    assert scored["read"] == 3
    store = Store.open_to_read(company.state)
    assert {row[0][:10] for row in store.read().execute("SELECT at FROM scores")} == {"2026-11-20"}
    store.close()
    assert len(company.leads.read_text().splitlines()) == 2
