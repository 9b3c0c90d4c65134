"""A line that was a reject, and was repaired as its hint says: the reject is closed by the next reading of the file."""

from datetime import timedelta

import pytest

from adapters.csv.walk import PAGE_RECORDS
from connector.shipped import shipped
from tests.cli.company import CONTACTS, DECISIONS

BAD = "c4,dora@acme.example\n"


def places(company, state="open"):
    return [one["place"] for one in company.json("rejects", "list", "--state", state)["rejects"]]


def test_the_reject_of_a_line_that_was_repaired_is_closed(company):
    company.write("in/contacts.csv", CONTACTS + BAD)
    company.run(code=1)
    company.write("in/contacts.csv", CONTACTS + "c4,dora@acme.example,Dora,CEO,Google\n")
    company.run()
    assert (places(company), places(company, "closed")) == ([], ["contacts.csv:5"])


def test_the_reject_of_a_line_that_is_still_broken_stays_open_and_is_no_news(company):
    company.write("in/contacts.csv", CONTACTS + BAD + BAD)
    company.run(code=1)
    company.write("in/contacts.csv", CONTACTS + BAD + "c5,e@acme.example,E,CEO,Google\n")
    company.run()
    assert (places(company), places(company, "closed")) == (["contacts.csv:5"], ["contacts.csv:6"])


def test_a_reject_of_another_file_stays_as_it_is(company):
    files = {"adapter": "csv", "folder": "in", "contacts": "contacts*.csv", "activities": "acts.csv"}
    company.configure(marketing={"export": {**files, "mapping": str(shipped("csv-marketing.yaml"))}})
    company.write("in/contacts2.csv", CONTACTS + BAD)
    company.write("in/contacts.csv", CONTACTS + BAD)
    company.run(code=1)
    company.write("in/contacts.csv", CONTACTS + "c4,dora@acme.example,Dora,CEO,Google\n")
    company.run()
    assert places(company) == ["contacts2.csv:5"]


def test_a_reject_moves_with_its_line(company):
    many = "".join(f"x{n},x{n}@acme.example,X,Analyst,Fair\n" for n in range(3 * PAGE_RECORDS))
    company.write("in/contacts.csv", CONTACTS + many + BAD)
    company.run(code=1)
    [place] = places(company)
    company.write("in/contacts.csv", CONTACTS + "c9,i@acme.example,I,CEO,Google\n" + many + BAD)
    company.run(code=1)
    assert places(company, "closed") == [place]
    assert len(places(company)) == 1


def test_the_reject_of_a_line_of_decisions_that_was_repaired_is_closed_too(company):
    company.run()
    company.write("decisions.csv", DECISIONS + "c2,rejected\n")
    company.run(code=1)
    assert places(company) == ["decisions.csv:3"]
    company.write("decisions.csv", DECISIONS)
    company.run()
    assert places(company) == []


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_set_closes_nothing_that_is_still_broken(company, hours):
    company.write("in/contacts.csv", CONTACTS + BAD)
    company.run(code=1)
    company.now += timedelta(hours=hours)
    company.write("in/contacts.csv", CONTACTS.replace("Ana", "Anna") + BAD)
    company.run()
    assert places(company) == ["contacts.csv:5"]
