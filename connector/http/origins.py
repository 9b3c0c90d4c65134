"""Where a connection may send: the origins it was set up with, and no address inside a network that was not meant.

`https` only; `http` for loopback addresses that are written plainly. A name's addresses are checked when it is
connected to, so that a name which changes its mind (DNS rebinding) reaches nothing either.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from connector.errors import ConfigError, ContractError

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\]", re.ASCII)
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Origin(Struct, frozen=True):
    """Scheme, host and port: what a token may be sent to."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of an address that a person configured. Raises ConfigError, and says why."""
        if _FORBIDDEN.search(url):
            raise _bad("holds characters that no address has")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _bad("is no address") from None
        host = _host(parts)
        if parts.scheme not in _PORTS or not host:
            raise _bad("is not https")
        origin = cls(parts.scheme, host, port or _PORTS[parts.scheme])
        if origin.scheme == "http" and not origin.is_loopback:
            raise _bad("is not https (http serves loopback addresses only)")
        return origin

    @property
    def is_loopback(self) -> bool:
        """Is it this machine, and written plainly so?"""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def _host(parts: SplitResult) -> str:
    if "@" in parts.netloc:
        raise _bad("holds a user name")
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else _ascii(host)
    if host and not _HOST.fullmatch(host):
        raise _bad("has no proper host name")
    return host.rstrip(".")


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode().lower() if host else ""
    except UnicodeError:
        raise _bad("has no proper host name") from None


def _bad(why: str) -> ConfigError:
    return ConfigError(f"the address of the connection {why}", code="bad_address", hint="write it as https://host/path")


class Origins(Struct, frozen=True):
    """The pinned origins of one connection."""

    pinned: frozenset[Origin]

    @classmethod
    def of(cls, urls: Iterable[str]) -> Origins:
        """Pins of the configured addresses; empty ones are left out."""
        return cls(frozenset(Origin.of(url) for url in urls if url))

    def also(self, url: str, suffixes: Iterable[str]) -> Origins:
        """With an address that a sign-in named, if the adapter declares its like (Salesforce's `instance_url`).

        Raises ContractError for any other: a token is never carried to a host that somebody else chose.
        """
        origin = _told(url)
        fits = any(origin.host.endswith("." + suffix.lstrip(".")) for suffix in suffixes)
        ours = origin.is_loopback and any(pin.is_loopback for pin in self.pinned)
        if origin in self.pinned or ours or (fits and origin.scheme == "https"):
            return Origins(self.pinned | {origin})
        raise _foreign(origin.host)

    def locate(self, base_url: str, path: str) -> tuple[str, Origin]:
        """The address of a path below `base_url`, or of an absolute URL on a pinned origin."""
        if _ABSOLUTE.match(path):
            url, origin = path, _told(path)
        else:
            url, origin = f"{base_url.rstrip('/')}/{path.lstrip('/')}", _told(base_url)
        if origin not in self.pinned:
            raise _foreign(origin.host)
        return url, origin


@lru_cache(maxsize=64)
def _told(url: str) -> Origin:
    """The origin of an address that did not come from the configuration."""
    try:
        return Origin.of(url)
    except ConfigError as error:
        reason = error.message
    raise ContractError(f"an address was refused: {reason}", code="bad_address")


def _foreign(host: str) -> ContractError:
    return ContractError(f"refused to follow an address on the foreign host {host}", code="foreign_origin")


class Reach(Struct, frozen=True):
    """Which addresses may be connected to: public ones, loopback when it was asked for, private ones when allowed."""

    loopback: bool = False
    private: bool = False

    def refuses(self, address: str) -> bool:
        """Is this resolved address out of bounds? IPv4 addresses inside IPv6 ones are judged as themselves."""
        ip = _innermost(ipaddress.ip_address(address.partition("%")[0]))
        if ip.is_multicast or ip.is_unspecified:
            return True
        if ip.is_loopback:
            return not (self.loopback or self.private)
        return not (ip.is_global or self.private)


def _innermost(ip: IpAddress) -> IpAddress:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
