"""The pages say what is there: links lead somewhere, adapters have their pages, decisions have one shape."""

import re
import tomllib
from pathlib import Path

import pytest

import connector
from connector.adapter.registry import GROUPS, installed
from tests.docs.adapter_table import README, adapter_table, between_markers

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
DECISIONS = sorted(ROOT.glob("docs/adr/*.md"))
ADAPTERS = sorted({name for side in GROUPS for name in installed(side)})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page):
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("name", ADAPTERS)
def test_every_adapter_has_its_page(name):
    assert (ROOT / "docs" / "adapters" / f"{name}.md").read_text(encoding="utf-8").startswith("# ")


def test_the_table_of_adapters_is_what_they_declare():
    assert between_markers(README.read_text(encoding="utf-8")) == adapter_table(), "run: make docs"


def test_decisions_are_numbered_without_a_gap():
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_context_choice_what_it_is_not_and_consequences(page):
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0].startswith(f"{page.name[:4]}: ")
    assert headings[1:] == ["Context", "Choice", "What it is not", "Consequences"]


def test_the_changelog_tells_of_this_version():
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert connector.__version__ in headings


def test_the_requirements_of_the_project_are_the_locked_ones():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=~! \[;]", line, maxsplit=1)[0].replace(".", "-") for line in project["dependencies"]}
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements/run.lock").read_text(), re.MULTILINE))
    assert wanted - locked == set(), "run: make lock"


def test_the_sample_of_a_service_is_started_again_once_a_full_disk_has_room():
    unit = (ROOT / "deploy" / "leadloop.service").read_text(encoding="utf-8")
    assert "Restart=on-failure\n" in unit
    assert re.findall(r"^RestartPreventExitStatus=(.+)$", unit, re.MULTILINE) == ["2 3"]
