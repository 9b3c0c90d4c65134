"""What no model of one value can see: how parts of the configuration go together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connector.config.kinds import is_private
from connector.config.models import Config, Connection, Side
from connector.config.references import holds_reference, is_inline
from connector.documents import Path as Place
from connector.documents import Places, is_secret_name
from connector.errors import Problem

SIDES: tuple[Side, ...] = ("marketing", "crm")


def together(config: Config, places: Places) -> Iterator[Problem]:
    """Mistakes between connections, and addresses that need a word of permission."""
    yield from _state(config, places)
    yield from _names(config, places)
    yield from _folders(config, places)
    for place, connection in _connections(config):
        yield from _addresses(place, connection, places)


def absent_files(config: Config, places: Places) -> Iterator[Problem]:
    """Files that the configuration points at and that are not there."""
    for file in config.files():
        try:
            if holds_reference(str(file.path)) or file.path.is_file():
                continue
        except PermissionError:
            remedy = "let the user of leadloop read the file and the folders on the way to it"
            yield places.problem(file.place, "this file lies where this user may not look", remedy=remedy)
            continue
        remedy = "correct the path; it is relative to the folder of this configuration"
        yield places.problem(file.place, "this file does not exist", remedy=remedy)


def inline_secrets(data: Any, places: Places) -> Iterator[Problem]:
    """Secrets that stand in the file itself, where backups and colleagues find them."""
    for place in _secret_places(data):
        value = places.found(place)
        if isinstance(value, str) and is_inline(value):
            name = f"{place[1] if len(place) > 1 else 'leadloop'}_{place[-1]}".upper().replace("-", "_")
            remedy = f"write ${{{name}}} or ${{file:path}}, and keep the secret there"
            yield places.problem(place, "a secret is written in the file", remedy=remedy)


def _secret_places(data: Any) -> Iterator[Place]:
    yield ("secret_key",)
    for side in SIDES:
        for name, connection in _group(_group_get(data, side)):
            for key, _ in _group(_group_get(connection, "credentials")):
                if is_secret_name(str(key)):
                    yield (side, name, "credentials", key)


def _group(value: Any) -> Iterator[tuple[Any, Any]]:
    return iter(value.items() if isinstance(value, dict) else ())


def _group_get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _connections(config: Config) -> Iterator[tuple[Place, Connection]]:
    for name, marketing in config.marketing.items():
        yield ("marketing", name), marketing
    for name, crm in config.crm.items():
        yield ("crm", name), crm


def _state(config: Config, places: Places) -> Iterator[Problem]:
    with suppress(OSError):  # a folder that this user may not look into: who opens the state says whose it is
        if config.state.is_dir():
            yield places.problem(("state",), "this is a folder", remedy="name a file in it, such as leadloop.db")


def _names(config: Config, places: Places) -> Iterator[Problem]:
    if not places.found(("marketing",)):
        yield places.problem(("marketing",), "no connection is named", remedy="add one: 'rd: {adapter: rdstation, …}'")
    for name in config.crm:
        if name in config.marketing:
            message = f"the name '{name}' is used on both sides"
            yield places.key_problem(("crm", name), message, "rename one of the two: commands take a connection's name")


def _folders(config: Config, places: Places) -> Iterator[Problem]:
    """A CRM of files replaces what lies in its folder, so that folder is its alone."""
    taken: dict[Path, str] = {}
    for place, connection in _connections(config):
        folder = connection.options().get("folder")
        if not isinstance(folder, str) or holds_reference(folder):
            continue
        where = (config.base_dir / folder).resolve()
        if where in taken and place[0] == "crm":
            message = f"this folder is used by '{taken[where]}' already"
            yield places.problem((*place, "folder"), message, remedy="give the CRM's files a folder of their own")
        taken[where] = str(place[1])


def _addresses(place: Place, connection: Connection, places: Places) -> Iterator[Problem]:
    for key, address in (("base_url", connection.base_url), ("auth_url", connection.auth_url)):
        if address is None or holds_reference(address) or connection.allow_private:
            continue
        if is_private(urlsplit(address).hostname or ""):
            remedy = "write 'allow_private: true' beside it if you mean it"
            yield places.problem((*place, key), "this address is in a private network", remedy=remedy)
