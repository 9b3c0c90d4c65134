"""Every command that a page shows exists: targets in the Makefile, verbs and options in the command."""

import re
from pathlib import Path

import pytest

from connector.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PAGE_IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def code_of(page: Path) -> list[str]:
    """All that the page sets as code: fenced lines without their comments, and spans."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"^```(?:sh|console|dockerfile)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.partition("  #")[0] for block in fenced for line in block.splitlines()]
    return lines + re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_make_target_on_a_page_exists(page):
    named = {match[1] for code in code_of(page) if (match := re.match(r"make ([a-z-]+)", code))}
    assert named - targets() == set()


def test_every_target_says_what_it_does():
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets()


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_verb_on_a_page_exists_with_its_options(page):
    shown = [code for code in code_of(page) if code.startswith("leadloop ")]
    assert {code: missing for code in shown if (missing := unknown_words(main, code))} == {}


def test_the_page_of_commands_names_every_verb():
    page = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    named = re.findall(r"`leadloop ([a-z ]+)", page)
    verbs = [" ".join(words) for words in verbs_of(main)]
    assert [verb for verb in verbs if not any(f"{name} ".startswith(f"{verb} ") for name in named)] == []


def verbs_of(command, words=()):
    """Every verb that can be called, as its words."""
    if not hasattr(command, "commands"):
        yield words
        return
    for name in command.commands:
        yield from verbs_of(command.commands[name], (*words, name))


def unknown_words(command, line: str) -> list[str]:
    """The words of a command line that the command does not know; arguments (after a verb's end) are free."""
    missing = []
    for word in line.split()[1:]:
        if word.startswith("-"):
            known = {spelling for option in command.params for spelling in (*option.opts, *option.secondary_opts)}
            missing += [] if word.partition("=")[0] in {*known, "--help", "--version"} else [word]
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return [*missing, word]
            command = command.commands[word]
    return missing
