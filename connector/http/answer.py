"""An answer as adapters see it: whole, with its clock, decoded once and strictly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from connector.errors import RetryableError, UnknownOutcome
from connector.http.strict_json import BadJson, decode
from connector.http.wire import Reply

_UNREAD = object()


class HttpAnswer:
    """Implements connector.adapter.Answer. `safe` tells whether its request may be repeated when this is unreadable."""

    __slots__ = ("_json", "_reply", "_safe", "_what")

    def __init__(self, reply: Reply, *, what: str = "the answer", safe: bool = True) -> None:
        self._reply = reply
        self._what = what
        self._safe = safe
        self._json: Any = _UNREAD

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._reply.headers

    @property
    def content(self) -> bytes:
        return self._reply.content

    @property
    def date(self) -> datetime | None:
        return http_date(self._reply.headers.get("Date"))

    def json(self, only: Any = None) -> Any:
        """The body, decoded strictly; a write whose answer cannot be read has an unknown outcome."""
        if self._json is not _UNREAD:
            return self._json
        try:
            found = decode(self._reply.content, only)
        except BadJson as error:
            fault = str(error)
        else:
            if only is None:
                self._json = found
            return found
        raise bad_content(self._what, f"no JSON: {fault}", safe=self._safe)


def bad_content(what: str, fault: str, *, safe: bool) -> RetryableError:
    """The error for a body that is not what the platform documents (a maintenance page, a cut document)."""
    kind = RetryableError if safe else UnknownOutcome
    return kind(f"{what} came back with {fault}", code="bad_content")


def is_html(reply: Reply) -> bool:
    """Is this a web page (maintenance, login) where data is due? Its first characters decide, then its type."""
    start = reply.content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return True
    return start.startswith(b"<") and "html" in reply.headers.get("Content-Type", "").lower()


@lru_cache(maxsize=8)  # the answers of one second all have the same
def http_date(text: str | None) -> datetime | None:
    """An HTTP date as aware UTC; None when there is none or it is none."""
    if not text:
        return None
    try:
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
