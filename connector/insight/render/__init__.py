"""What `insight` finds, as plain text for people and CSV for spreadsheets; the JSON is the documents themselves."""

from connector.insight.render.lead import lead_as_text
from connector.insight.render.local_times import clock_times, in_zone
from connector.insight.render.operation import status_as_text
from connector.insight.render.reports import as_csv, as_text

__all__ = ["as_csv", "as_text", "clock_times", "in_zone", "lead_as_text", "status_as_text"]
