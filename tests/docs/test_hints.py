"""What a message tells a person to type can be typed as it stands: the verb exists and has all that it asks for."""

import ast
import re
from pathlib import Path

import click
import pytest

from connector.cli import main

ROOT = Path(__file__).parents[2]
SOURCES = [path for part in ("adapters", "connector") for path in sorted((ROOT / part).rglob("*.py"))]
QUOTED = re.compile(r"'leadloop ([a-z][^'\n]*)'")


def texts_of(source: str) -> list[str]:
    """All texts of a module but its docstrings, each with `{}` where a value is put in."""
    tree = ast.parse(source)
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    plain = [
        str(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | docs
    ]
    filled = [
        "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    ]
    return plain + filled


def lacks(line: str) -> list[str]:
    """What the verb of a command line still asks for, or the word that is no verb."""
    command: click.Command = main
    words = re.sub(r"\{[^}]*\}", "VALUE", line).split()
    while isinstance(command, click.Group):
        if not words or words[0] not in command.commands:
            return [f"no verb {line}"]
        command = command.commands[words.pop(0)]
    given = [word for word in words if not word.startswith("-")]
    needed = [one.name or "" for one in command.params if isinstance(one, click.Argument) and one.required]
    return needed[len(given) :]


@pytest.mark.parametrize("part", ["adapters", "connector"])
def test_every_command_in_a_message_can_be_typed_as_it_stands(part: str) -> None:
    wrong = {
        (str(path.relative_to(ROOT)), line): missing
        for path in SOURCES
        if path.is_relative_to(ROOT / part)
        for text in texts_of(path.read_text(encoding="utf-8"))
        for line in QUOTED.findall(text)
        if (missing := lacks(line))
    }
    assert wrong == {}
