"""Wrong configurations: one folder is one leadloop.yaml, and in expected.txt every problem as a person reads it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.csv.crm import CsvCrm
from adapters.csv.marketing import CsvMarketing
from adapters.rdstation.marketing import RdStationMarketing
from adapters.salesforce.crm import SalesforceCrm
from connector.adapter import Spec
from connector.cli import main
from connector.cli.caller import Caller
from connector.config import load, validate
from connector.config.models import Side
from connector.errors import ConfigError

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
SPECS: dict[tuple[Side, str], Spec] = {
    ("marketing", "csv"): CsvMarketing.spec,
    ("marketing", "rdstation"): RdStationMarketing.spec,
    ("crm", "csv"): CsvCrm.spec,
    ("crm", "salesforce"): SalesforceCrm.spec,
}
CREDENTIALS = ("RD_CLIENT_ID", "RD_CLIENT_SECRET", "RD_REFRESH_TOKEN", "SF_CLIENT_ID", "SF_CLIENT_SECRET")
FILES = (
    "rdstation-marketing.yaml",
    "salesforce.yaml",
    "csv-marketing.yaml",
    "csv.yaml",
    "scoring/b2b.yaml",
    "reasons.yaml",
)


def spec_of(side: Side, name: str) -> Spec:
    if (side, name) in SPECS:
        return SPECS[side, name]
    installed = ", ".join(known for known_side, known in SPECS if known_side == side)
    raise ConfigError(f"no {side} adapter is called '{name}'", hint=f"installed: {installed}")


@pytest.fixture
def environ(tmp_path):
    """Every variable that the cases name, and files where they point: each case has no mistake but its own."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return {"MAPPINGS": str(tmp_path), **dict.fromkeys(CREDENTIALS, "hunter2-canary")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_configuration_names_each_place_value_and_remedy(case, environ, monkeypatch):
    monkeypatch.chdir(case)
    found = validate(Path("leadloop.yaml"), environ, spec_of).problems
    assert [str(problem) for problem in found] == Path("expected.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_wrong_configuration_stops_a_run_with_exit_code_2(case, environ, monkeypatch):
    monkeypatch.chdir(case)
    with pytest.raises(ConfigError) as refused:
        load(Path("leadloop.yaml"), environ, spec_of)
    assert refused.value.exit_code == 2
    assert refused.value.problems
    assert "hunter2-canary" not in str(refused.value) + "".join(map(str, refused.value.problems))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("verb", [["validate"], ["run", "--once"]], ids=["validate", "run"])
def test_the_command_tells_each_mistake_with_its_place_ends_with_2_and_sends_nothing(
    case, verb, environ, monkeypatch, socket_disabled
):
    monkeypatch.chdir(case)
    result = CliRunner().invoke(main, verb, obj=Caller(environ=environ))
    assert result.exit_code == 2
    for line in Path("expected.txt").read_text(encoding="utf-8").splitlines():
        told, _, _ = line.partition("installed: ")  # the cases know three adapters, the command all that are installed
        assert told in result.output
    assert not Path("state").exists()
    assert "hunter2-canary" not in result.output


def test_there_are_more_than_twenty_cases_and_none_is_like_another():
    texts = {(case / "leadloop.yaml").read_text(encoding="utf-8") for case in CASES}
    assert len(texts) == len(CASES) > 20
