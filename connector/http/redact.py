"""Nothing secret or personal leaves in a text: error messages and log lines pass through here."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, urlsplit

TEXT_CAP = 200
"""Characters kept of a platform's own text."""
_LOOKED_AT = 4_000
_PATHS_KEPT = 64
"""A stream asks the same path page after page; paths with an id in them are too many to keep."""
_SHORTEST_SECRET = 4
_MASK = "***"
_EMAIL = re.compile(r"[^\s@<>\"'(),:;=&?/\[\]]+(?:@|%40)[^\s@<>\"'(),:;=&?/\[\]]+\.\w{2,}")
_NAMED_SECRET = re.compile(
    r"(?i)((?:bearer|basic)\s+|(?:access_token|refresh_token|id_token|client_secret|api_?key|api_?token|password"
    r"|assertion|authorization)[\"']?\s*[=:]\s*[\"']?(?:bearer\s+|basic\s+)?)[^\s\"'&,;}]+"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def redact(text: str, secrets: Iterable[str] = (), cap: int = TEXT_CAP) -> str:
    """`text` on one line of at most `cap` characters, without secrets (plain, URL-quoted, base64) and e-mails."""
    return _masked(text, _spellings(secrets), cap)


def _masked(text: str, spellings: Iterable[str], cap: int) -> str:
    text = text[:_LOOKED_AT]
    for spelling in spellings:
        text = text.replace(spelling, _MASK)
    text = _NAMED_SECRET.sub(rf"\1{_MASK}", text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _CONTROL.sub(" ", text).strip()
    return text if len(text) <= cap else text[: cap - 1] + "…"


def _spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """All ways in which they may show up, the longest first: one may be part of another."""
    found = {spelling for secret in secrets if len(secret) >= _SHORTEST_SECRET for spelling in _ways_of(secret)}
    return tuple(sorted(found, key=lambda spelling: (-len(spelling), spelling)))


def _ways_of(secret: str) -> set[str]:
    encoded = base64.b64encode(secret.encode()).decode()
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], encoded, encoded.rstrip("=")}


class Redactor:
    """`redact` with the secrets of one connection; tokens are added as they are issued.

    Every request passes here and tokens gather over weeks: each is spelled out once, when it is added.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._spellings: tuple[str, ...] = ()
        self._paths: dict[str, str] = {}
        self.add(*secrets)

    def add(self, *secrets: str | None) -> None:
        """Know these too. What was known stays known: an old token must not show up either."""
        known = self._secrets | {secret for secret in secrets if secret}
        if known != self._secrets:
            self._secrets, self._spellings = known, _spellings(known)
            self._paths = {}

    def __call__(self, text: str, cap: int = TEXT_CAP) -> str:
        return _masked(text, self._spellings, cap)

    def path(self, url: str) -> str:
        """The path of an address as it may be shown: no host, no query, no e-mail."""
        known = self._paths.get(url)
        if known is None:
            known = self(urlsplit(url).path or "/")
            if len(self._paths) < _PATHS_KEPT:
                self._paths[url] = known
        return known
