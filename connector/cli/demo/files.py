"""The files of the demo: the shipped mappings and reasons, a scoring model that fits, and a leadloop.yaml over them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from connector.shipped import shipped

if TYPE_CHECKING:
    from connector.testing.company import Company

TIME_ZONE: Final = "America/Sao_Paulo"
CONFIGURATION: Final = "leadloop.yaml"
_OWN_FIELDS = re.compile(r"^  # (?=- \{to: (?:company|company_size), )", re.MULTILINE)
_TEXT: Final = """\
# The demo's configuration. Both platforms were simulated on this machine and ended with the demo, so that verbs which
# ask a platform find nobody; those that look work: status, explain, report, rejects list.
state: state/leadloop.db
time_zone: {time_zone}

marketing:
  rd:
    adapter: rdstation
    credentials: {{{marketing_credentials}}}
    base_url: {marketing_url}
    mapping: mappings/rdstation-marketing.yaml
    since: {since}
crm:
  sf:
    adapter: salesforce
    credentials: {{{crm_credentials}}}
    auth_url: {crm_url}
    mapping: mappings/salesforce.yaml
    since: {since}
    guard: {{creates: 500, changes_percent: 20}}
scoring: mappings/scoring.yaml
reasons: mappings/reasons.yaml
"""


def write_files(folder: Path, company: Company) -> Path:
    """Write them into `folder`; the configuration's path."""
    mappings = folder / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    marketing = shipped("rdstation-marketing.yaml").read_text(encoding="utf-8")
    _write(mappings / "rdstation-marketing.yaml", with_own_fields(marketing))
    for name in ("salesforce.yaml", "reasons.yaml"):
        _write(mappings / name, shipped(name).read_text(encoding="utf-8"))
    _write(mappings / "scoring.yaml", (files(__package__) / "scoring.yaml").read_text(encoding="utf-8"))
    _write(folder / CONFIGURATION, _configuration(company))
    return folder / CONFIGURATION


def _configuration(company: Company) -> str:
    return _TEXT.format(
        time_zone=TIME_ZONE,
        since=company.start.date().isoformat(),
        marketing_url=company.marketing.base_url,
        marketing_credentials=_inline(company.marketing.credentials),
        crm_url=company.crm.base_url,
        crm_credentials=_inline(company.crm_credentials),
    )


def with_own_fields(mapping: str) -> str:
    """The shipped mapping with its commented lines for the account's own fields switched on, as an admin would."""
    return _OWN_FIELDS.sub("  ", mapping)


def _inline(credentials: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in credentials.items())


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
