"""Kinds of values in leadloop.yaml that are more than a text: names, addresses, intervals, time zones."""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from connector.config.references import holds_reference
from connector.config.schedules import checked_schedule
from connector.documents import Wrong, closest

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")


def _unless_reference(check: Callable[[str], str]) -> AfterValidator:
    """A reference that `validate` could not resolve is no mistake of the file; `load` lets none through."""
    return AfterValidator(lambda text: text if holds_reference(text) else check(text))


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise Wrong(
            "is no name for a connection",
            "begin with a letter; use a to z, 0 to 9, _ and - only, at most 31 characters",
        )
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    host = _host(parts)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise Wrong("holds more than an address", "write https://host/path; credentials go under 'credentials'")
    if parts.scheme == "http" and not is_loopback(host):
        raise Wrong("http is accepted for this machine's own addresses alone", "write https://…")
    if parts.scheme not in ("http", "https"):
        raise Wrong("is no web address", "write https://host/path")
    return text.rstrip("/")


def _host(parts: SplitResult) -> str:
    try:
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or re.search(r"[\s\\]", parts.netloc):
        raise Wrong("is no web address", "write https://host/path")
    return host


def is_loopback(host: str) -> bool:
    """Does this host name or literal address mean this machine? A name below localhost is not taken for one."""
    if host == "localhost":
        return True
    address = _literal(host)
    return address is not None and address.is_loopback


def is_private(host: str) -> bool:
    """Is this literal address outside the public internet? Names are checked by what they resolve to, on connecting."""
    address = _literal(host)
    return address is not None and not address.is_global and not address.is_loopback


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _time_zone(text: str) -> str:
    names = zoneinfo.available_timezones()
    if text not in names:
        meant = closest(text, names)
        guess = f"did you mean '{meant}'? " if meant else ""
        raise Wrong("is no time zone", guess + "write a name such as America/Sao_Paulo, Europe/Lisbon or UTC")
    return text


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not re.fullmatch("[0-9]+", port) or int(port) > 65_535:
        raise Wrong("is no address to listen on", "write host:port, such as 127.0.0.1:8321")
    return text


def _with_unit(value: Any) -> Any:
    if isinstance(value, (int, float)):
        raise Wrong("has no unit", "write 90s, 5m, 1h, 2d, or five cron fields such as '0 3 * * *'")
    return value


def _asked(when: dict[str, Any]) -> dict[str, Any]:
    if not when:
        raise Wrong("is empty and would take nobody", "name an attribute and its values, or delete the line")
    return when


def _before_the_at(mailbox: str) -> str:
    if "@" in mailbox:
        remedy = f"write '{mailbox.partition('@')[0] or 'info'}': it counts at every company"
        raise Wrong("a shared mailbox is what stands before the @", remedy)
    return mailbox


Name = Annotated[str, AfterValidator(_name)]
WebAddress = Annotated[str, _unless_reference(_web_address)]
TimeZone = Annotated[str, _unless_reference(_time_zone)]
Listen = Annotated[str, _unless_reference(_listen)]
When = Annotated[str, BeforeValidator(_with_unit), _unless_reference(checked_schedule)]
Text = Annotated[str, Field(min_length=1)]
Mailbox = Annotated[Text, AfterValidator(_before_the_at)]
Plain = str | int | float | bool
Take = Annotated[dict[str, Plain | list[Plain] | dict[str, Any]], AfterValidator(_asked)]
"""A `when` asked of the lead, in the comparisons of the scoring model; compiled by whoever routes leads."""
