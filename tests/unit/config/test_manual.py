"""The manual's page of the configuration holds what the models hold."""

import re
from pathlib import Path

import pytest

from adapters.rdstation.marketing import RdStationMarketing
from adapters.salesforce.crm import SalesforceCrm
from connector.config import Config, CrmConnection, Guard, Identity, Limits, Schedule, validate
from connector.config.models import Consent, Server

PAGE = (Path(__file__).parents[3] / "docs/configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [Config, CrmConnection, Guard, Identity, Limits, Schedule, Consent, Server])
def test_every_key_has_its_entry(model):
    named = set(re.findall(r"`([a-z_0-9]+)`|([a-z_0-9]+):", PAGE.split("## Top level")[1]))
    assert set(model.model_fields) <= {word for pair in named for word in pair}


def test_the_example_is_a_configuration_that_validate_accepts(tmp_path):
    specs = {"rdstation": RdStationMarketing.spec, "salesforce": SalesforceCrm.spec}
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    path = tmp_path / "leadloop.yaml"
    path.write_text(example[1], encoding="utf-8")
    for name in re.findall(r"mappings/\S+", example[1]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert validate(path, {}, lambda side, name: specs[name]).problems == ()
