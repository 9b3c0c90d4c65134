"""Texts for people show the company's own clock; the documents stay in UTC."""

from connector.insight.render import clock_times, in_zone
from connector.model import Json


def test_every_moment_of_a_document_is_shown_in_the_zone_and_nothing_else_is_touched():
    document: Json = {
        "at": "2026-11-22T20:13:25.318000Z",
        "streams": {"contacts": "2026-11-22T01:00:00Z", "activities": None},
        "history": [{"at": "2026-12-31T22:00:00.000000Z", "reason_text": "call 2026-11-22T20:13:25Z again"}],
        "sent": [{"fields": {"MQL_At__c": "2026-11-22T20:13:25Z"}}],
    }
    shown = in_zone(document, "Asia/Kolkata")
    assert shown["at"].startswith("2026-11-23T01:43")
    assert shown["streams"] == {"contacts": "2026-11-22T06:30:00+05:30", "activities": None}
    assert shown["history"][0]["at"].startswith("2027-01-01T03:30")
    assert shown["history"][0]["reason_text"] == document["history"][0]["reason_text"]
    assert shown["sent"] == document["sent"]
    assert document["at"].endswith("Z")


def test_a_table_shows_moments_to_the_minute_and_blanks_where_there_are_none():
    rows: list[Json] = [{"since": "2026-11-22T20:13:25.318000Z", "why": "x"}, {"since": None, "why": "y"}]
    shown = clock_times(rows, ("since",), "Asia/Kolkata")
    assert shown == [{"since": "2026-11-23 01:43", "why": "x"}, {"since": "", "why": "y"}]
