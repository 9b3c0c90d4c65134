"""Every platform's page has the same parts in the same order: who knows one page finds their way on all others."""

import re
from pathlib import Path

import pytest

from connector.adapter.registry import GROUPS, installed, spec_of

PAGES = Path(__file__).parents[2] / "docs" / "adapters"
BOTH = ("What to create in", "What it can and cannot do")
PARTS = {
    "marketing": (*BOTH, "Limits", "Telling", "What you may meet", "Not verified"),
    "crm": (*BOTH, "What counts as a decision", "Tasks", "Limits", "What you may meet", "Not verified"),
}
PLATFORMS = [(side, name) for side in GROUPS for name in installed(side) if spec_of(side, name).network]
NO_TASKS = ("hubspot", "tryton")  # told among what they can and cannot do


def headings(name):
    return re.findall(r"^##+ (.+)$", (PAGES / f"{name}.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("side", "name"), PLATFORMS, ids=str)
def test_a_platforms_page_has_every_part_in_order(side, name):
    found = iter(headings(name))
    wanted = [part for part in PARTS[side] if part != "Tasks" or name not in NO_TASKS]
    assert [part for part in wanted if not any(heading.startswith(part) for heading in found)] == []


def test_the_page_on_writing_an_adapter_names_the_parts():
    page = (PAGES.parent / "write-an-adapter.md").read_text(encoding="utf-8")
    assert [part for parts in PARTS.values() for part in parts if f"*{part}" not in " ".join(page.split())] == []
