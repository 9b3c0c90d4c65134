"""Read a file, check it by its model, and tell all its mistakes together."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connector.documents.complaints import Broken
from connector.documents.mistakes import mistakes
from connector.documents.places import Places
from connector.documents.tree import MAX_BYTES, grow
from connector.errors import ConfigError, Problem

M = TypeVar("M", bound=BaseModel)


def read(path: pathlib.Path, model: type[M]) -> tuple[M, Places]:
    """The file at `path` as a model, with the places of its values. Raises ConfigError with every mistake."""
    return read_text(text_of(path), str(path), model)


def read_text(text: str, name: str, model: type[M]) -> tuple[M, Places]:
    """As `read`, for text at hand; `name` is what errors call it."""
    data, places = parse(text, name)
    return checked(data, model, places), places


def parse(text: str, name: str) -> tuple[Any, Places]:
    """YAML 1.2 as plain values and their places. Raises ConfigError when it is unreadable or empty."""
    try:
        root = grow(text)
    except Broken as error:
        problem = Problem(name, error.line, error.column, "document", error.message, None, error.remedy)
        raise refused([problem]) from None
    if root.value is None:
        raise refused([Problem(name, 1, 1, "document", "the file is empty")])
    return root.value, Places(name, root)


def checked(data: Any, model: type[M], places: Places) -> M:
    """Plain values as a model. Raises ConfigError with every mistake, in the order of the file."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        # `from None`: pydantic's own text repeats the values, secrets among them.
        raise refused(mistakes(error, model, places, data)) from None


def refused(problems: Sequence[Problem]) -> ConfigError:
    """The error that carries these problems; its message counts them, each problem names its own file."""
    files = list(dict.fromkeys(problem.file for problem in problems))
    count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    return ConfigError(f"{count} in {', '.join(files)}", problems=problems, code="wrong_file")


def text_of(path: pathlib.Path) -> str:
    """The file's text. Raises ConfigError when it is absent, unreadable, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        # strerror, not str(error): the same words whatever the path, which `file` names already.
        raise refused([Problem(str(path), 1, 1, "document", f"the file cannot be read: {error.strerror}")]) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(content) > MAX_BYTES:
            return content.decode("utf-8-sig", "replace")  # cut inside a character; refused for its size
        before = content[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message, remedy = "a character is not UTF-8", "save the file as UTF-8"
        raise refused([Problem(str(path), line, column, "document", message, None, remedy)]) from None
