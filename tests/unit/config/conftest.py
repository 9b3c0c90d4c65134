"""Adapters that exist here alone: a lookup as the registry gives it, and a folder with a configuration."""

import pytest

from connector.adapter import CrmSpec, Limit, MarketingSpec, OAuth, Option, StaticAuth
from connector.errors import ConfigError

SPECS = {
    ("marketing", "acme"): MarketingSpec(
        name="acme",
        title="Acme Marketing",
        base_url="https://api.acme.example",
        auth_url="https://login.acme.example",
        limits=(Limit(calls=10, per_s=1), Limit(calls=24, per_s=86_400, per_record=True)),
        auth=(
            StaticAuth(credentials=("token",)),
            OAuth(
                grant="refresh_token",
                credentials=("client_id", "client_secret", "refresh_token"),
                token_url="{base}/token",
            ),
        ),
        options=(
            Option(name="lists", help="which lists to read", type="texts"),
            Option(name="size", help="records a page", type="number", default="100"),
        ),
    ),
    ("marketing", "sheet"): MarketingSpec(
        name="sheet",
        title="Sheets",
        network=False,
        options=(Option(name="folder", help="where the sheets are", required=True),),
    ),
    ("crm", "own"): CrmSpec(
        name="own",
        title="Own CRM",
        auth=(OAuth(grant="client_credentials", credentials=("client_id", "key"), token_url="{auth}/token"),),
        options=(Option(name="object", help="which record", choices=("person", "deal"), default="person"),),
    ),
    ("crm", "sheet"): CrmSpec(
        name="sheet",
        title="Sheets",
        network=False,
        options=(
            Option(name="folder", help="where leads go", required=True),
            Option(name="pattern", help="which sheets hold decisions", default="*.csv"),
        ),
    ),
}


@pytest.fixture
def spec_of():
    def look_up(side, name):
        if (side, name) not in SPECS:
            raise ConfigError(f"no {side} adapter is called '{name}'", hint="installed: acme, sheet")
        return SPECS[side, name]

    return look_up


@pytest.fixture
def house(tmp_path):
    """A folder with the files that a configuration points at; call it with the text of leadloop.yaml."""
    (tmp_path / "mappings").mkdir()
    for name in ("in.yaml", "out.yaml", "model.yaml", "reasons.yaml"):
        (tmp_path / "mappings" / name).touch()

    def write(text):
        path = tmp_path / "leadloop.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write
