"""What an import rule cannot see: the pure parts read no clock, though they know what a date is."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOCKS = {"now", "utcnow", "today"}


def pure_files() -> list[Path]:
    """The files of the modules that the import rule calls pure, wherever they lie."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (rule,) = [one for one in project["tool"]["importlinter"]["contracts"] if one["id"] == "pure"]
    places = [ROOT.joinpath(*name.split(".")) for name in rule["source_modules"]]
    return sorted(
        {file for place in places for file in (*place.rglob("*.py"), place.with_suffix(".py")) if file.exists()}
    )


@pytest.mark.parametrize("file", pure_files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_pure_part_reads_no_clock(file):
    calls = [node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    read = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS]
    assert [
        (node.lineno, ast.unparse(node)) for node in read if ast.unparse(node.func.value) in ("datetime", "date")
    ] == []
