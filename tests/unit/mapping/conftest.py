"""Mappings from text, as an admin writes them, without a file."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from connector import documents
from connector.mapping import CrmMapping, MarketingMapping, Reasons
from connector.mapping.crm_file import CrmFile
from connector.mapping.marketing_file import MarketingFile
from connector.mapping.reasons import ReasonsFile

ZONE = ZoneInfo("America/Sao_Paulo")


@pytest.fixture
def marketing() -> Callable[..., MarketingMapping]:
    def make(text: str, wanted: frozenset[str] | None = None) -> MarketingMapping:
        file, places = documents.read_text(f"platform: acme\n{dedent(text)}", "acme.yaml", MarketingFile)
        return MarketingMapping(file, places, ZONE, wanted)

    return make


@pytest.fixture
def crm() -> Callable[..., CrmMapping]:
    def make(text: str, reasons: Reasons | None = None) -> CrmMapping:
        head = "platform: acme\nobject: Lead\nalso: [Contact]\nkey: Our_Id\n"
        text = dedent(text)
        if "\nfields:" not in f"\n{text}":
            head += "fields: []\n"
        file, places = documents.read_text(head + text, "acme.yaml", CrmFile)
        return CrmMapping(file, places, ZONE, reasons)

    return make


@pytest.fixture
def reasons() -> Callable[[str], Reasons]:
    return lambda text: Reasons(*documents.read_text(dedent(text), "reasons.yaml", ReasonsFile))
