"""What ships: models that pass their own tests, lists without slips, a page whose model runs, a schema for editors."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector.conditions import key_of
from connector.documents import read
from connector.scoring import ScoringModel, load_model, run_tests, schema, unknown_names
from connector.scoring.lists import shipped_lists
from tests.unit.scoring.leads import from_text

ROOT = Path(__file__).parents[3]
MODELS = sorted((ROOT / "mappings" / "scoring").glob("*.yaml"))
LISTS = sorted((ROOT / "mappings" / "lists").glob("*.txt"))


def test_there_are_models_for_three_kinds_of_business() -> None:
    assert {path.stem for path in MODELS} == {"b2b", "b2b-saas", "education"}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_shipped_model_passes_its_tests_and_names_nothing_unknown(path: Path) -> None:
    results = run_tests(load_model(path, time_zone="America/Sao_Paulo"))
    assert len(results) >= 5
    assert [result for result in results if not result.passed] == []
    assert unknown_names(*read(path, ScoringModel)) == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_a_shipped_list_has_no_entry_twice(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    keys = [key_of(line) for line in lines]
    assert sorted({str(key) for key in keys if keys.count(key) > 1}) == []
    assert shipped_lists()[path.stem] == frozenset(lines)


def test_free_mail_knows_the_providers_of_the_world_and_of_our_countries() -> None:
    known = shipped_lists()["free_mail"]
    assert len(known) >= 100
    assert {"gmail.com", "uol.com.br", "bol.com.br", "sapo.pt", "hotmail.es", "gmx.de"} <= known


def test_the_model_on_the_page_runs() -> None:
    page = (ROOT / "docs" / "scoring.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert [result.passed for result in run_tests(from_text(text))] == [True]


def test_the_schema_refuses_unknown_keys_and_knows_every_key() -> None:
    made = schema()
    assert made["additionalProperties"] is False
    assert set(made["properties"]) == set(ScoringModel.model_fields)
    answer = made["$defs"]["Answer"]
    assert {"grade", "is", "words", "pattern", "between", "at_least", "at_most", "list", "blank"} == set(
        answer["properties"]
    )
