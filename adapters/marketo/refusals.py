"""How Marketo words an error, and how long it asks to wait.

Source: https://experienceleague.adobe.com/en/docs/marketo-developer/marketo/rest/error-codes
Quirk:  code 1029 means three things that only its text tells apart. Quotas end at midnight in Chicago, whatever the
        instance's own time zone is; no header says so.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from connector.adapter import Answer
from connector.errors import LeadloopError, RemoteError

CENTRAL: Final = ZoneInfo("America/Chicago")
NO_DATA: Final = "702"
DAILY: Final = ("607", "1029/quota")


def errors_in(answer: Answer) -> list[RemoteError]:
    """The errors of an answer that says `success: false`, or of an error page that is JSON."""
    body = _body(answer)
    if answer.status < 400 and body.get("success") is not False:
        return []
    errors = [_error(item) for item in told(body, "errors")]
    if not errors and body.get("success") is False:
        return [RemoteError("no_code", "the answer says success: false and names no error")]
    return [error for error in errors if error.code != NO_DATA]


def told(item: Any, *names: str) -> list[dict[str, Any]]:
    """The list of objects under the first of these names that has one; empty where there is none."""
    for name in names:
        found = item.get(name) if isinstance(item, dict) else None
        if isinstance(found, list) and found:
            return [one for one in found if isinstance(one, dict)]
    return []


def wait_in(answer: Answer) -> float | None:
    """Seconds until a daily quota is given anew, by the platform's clock; None for every other answer."""
    if answer.date is None or not any(error.code in DAILY for error in errors_in(answer)):
        return None
    now = answer.date.astimezone(CENTRAL)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), CENTRAL)
    return (midnight.astimezone(UTC) - now.astimezone(UTC)).total_seconds()


def _error(item: dict[str, Any]) -> RemoteError:
    code, text = str(item.get("code", "")), str(item.get("message", ""))
    return RemoteError(_kind_of_1029(text) if code == "1029" else code, text)


def _kind_of_1029(text: str) -> str:
    """Which of its three meanings: the queue is full, the daily quota is spent, or the job is queued already."""
    words = text.lower()
    if "quota" in words:
        return "1029/quota"
    return "1029/queued" if "already" in words else "1029/queue"


def _body(answer: Answer) -> dict[str, Any]:
    """The answer as an object; a file of a bulk extract is none, and is not decoded to find that out."""
    if not answer.content.lstrip().startswith(b"{"):
        return {}
    try:
        body = answer.json()
    except LeadloopError:
        return {}  # an error page is sorted by its status
    return body if isinstance(body, dict) else {}
