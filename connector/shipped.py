"""Where the files lie that ship with leadloop: mappings, scoring models, lists, examples.

`mappings` is a package, so that its files are found alike in a wheel, an editable install and the repository.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from connector.errors import ConfigError


@cache
def _root() -> Path:
    # Packages are never imported from inside a zip here: the wheel is unpacked by every installer.
    return Path(str(files("mappings")))


def shipped(name: str) -> Path:
    """The shipped file of that name, such as `scoring/b2b.yaml`. Raises ConfigError when there is none."""
    path = _root() / name
    if not path.is_file():
        raise ConfigError(
            f"no file '{name}' ships with leadloop",
            code="not_shipped",
            hint="an adapter from elsewhere brings its own mapping; otherwise reinstall leadloop",
        )
    return path
