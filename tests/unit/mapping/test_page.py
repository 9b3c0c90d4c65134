"""The admin's page tells every word of the language, and its examples load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from connector import documents
from connector.conditions import COMPARISONS
from connector.mapping import crm_file, marketing_file
from connector.mapping.contact import TARGETS
from connector.mapping.crm_file import CrmFile
from connector.mapping.marketing_file import MarketingFile
from connector.mapping.transforms import TRANSFORMS
from connector.model import ACTIVITY_TYPES, DECISION_KINDS, REASONS

PAGE = (Path(__file__).parents[3] / "docs" / "mapping.md").read_text(encoding="utf-8")
MODELS = [
    model
    for module in (marketing_file, crm_file)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel)
]
KEYS = {field.alias or name for model in MODELS for name, field in model.model_fields.items()}


@pytest.mark.parametrize("word", sorted({*KEYS, *TRANSFORMS, *TARGETS, *ACTIVITY_TYPES, *DECISION_KINDS, *REASONS}))
def test_every_word_has_its_place_on_the_page(word: str):
    assert re.search(rf"(?<![\w.]){re.escape(word)}(?!\w)", PAGE), word


def test_every_comparison_has_its_place_on_the_page():
    assert [name for name in COMPARISONS if f"`{name}`" not in PAGE and name != "list"] == []


def test_the_examples_are_mappings():
    examples = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("platform")]
    marketing, crm = examples
    documents.read_text(marketing, "docs", MarketingFile)
    documents.read_text(crm, "docs", CrmFile)
