"""Verbs about files alone: `init`, `validate`, `model test`."""

import json
import stat

import pytest
from click.testing import CliRunner

from connector.cli import main
from tests.cli.company import MODEL


@pytest.mark.parametrize(
    ("marketing", "crm"), [(["rdstation"], ["salesforce"]), (["csv"], ["csv"]), (["csv", "rdstation"], [])]
)
def test_init_writes_samples_that_validate_accepts(tmp_path, marketing, crm):
    chosen = [*(f"--marketing={name}" for name in marketing), *(f"--crm={name}" for name in crm)]
    result = CliRunner().invoke(main, ["init", str(tmp_path / "acme"), *chosen])
    assert result.exit_code == 0, result.output
    assert "leadloop validate" in result.stdout
    checked = CliRunner().invoke(main, ["validate", "-c", str(tmp_path / "acme/leadloop.yaml")])
    assert checked.exit_code == 0, checked.output
    assert all("is not set" in line for line in checked.stdout.splitlines() if line.startswith("warning:"))


def test_init_overwrites_nothing_and_names_the_adapters_that_exist(tmp_path):
    (tmp_path / "leadloop.yaml").write_text("mine")
    assert CliRunner().invoke(main, ["init", str(tmp_path), "--marketing", "csv"]).exit_code == 2
    assert (tmp_path / "leadloop.yaml").read_text() == "mine"
    unknown = CliRunner().invoke(main, ["init", str(tmp_path / "new"), "--marketing", "mailchump"])
    assert unknown.exit_code == 2
    assert "installed: " in unknown.stderr


def test_a_valid_configuration_is_told_so(company):
    assert company.json("validate") == {"ok": True, "problems": [], "warnings": []}


def test_a_mistake_in_a_file_that_the_configuration_names_is_found_with_its_place(company, tmp_path):
    wrong = tmp_path / "scoring.yaml"
    wrong.write_text(MODEL.read_text().replace("repeat: once_per_asset", "repeat: sometimes"))
    company.configure(scoring=str(wrong))
    result = company.leadloop("validate")
    assert result.exit_code == 2
    assert "scoring.yaml:17:" in result.stdout
    assert company.leadloop("run", "--once").exit_code == 2


def test_a_name_that_nothing_fills_is_a_warning_and_with_strict_a_mistake(company, tmp_path):
    odd = tmp_path / "scoring.yaml"
    odd.write_text(MODEL.read_text().replace("type: form_submission", "type: form_submision", 1))
    company.configure(scoring=str(odd))
    (warning,) = company.json("validate")["warnings"]
    assert warning["value"] == "'form_submision'"
    assert company.json("validate", "--strict", code=2)["problems"][0] == warning


def test_what_take_asks_and_no_mapping_fills_is_a_warning_with_the_name_that_was_meant(company):
    sales = json.loads(company.config.read_text())["crm"]["sales"]
    company.configure(crm={"sales": {**sales, "take": {"contry": ["BR"], "job_title": ["CEO"]}}})
    (warning,) = company.json("validate")["warnings"]
    assert warning["path"] == "crm.sales.take.contry"
    assert "no mapping fills the attribute 'contry'" in warning["message"]
    assert warning["remedy"] == "did you mean 'country'?"


def test_a_mapping_of_another_platform_is_a_warning(company, tmp_path):
    sales = json.loads(company.config.read_text())["crm"]["sales"]
    mapping = tmp_path / "copied.yaml"
    mapping.write_text((company.folder / sales["mapping"]).read_text().replace("platform: csv", "platform: hubspot"))
    company.configure(crm={"sales": {**sales, "mapping": str(mapping)}})
    (warning,) = company.json("validate")["warnings"]
    assert warning["path"] == "crm.sales.mapping"
    assert warning["message"] == "this mapping is for 'hubspot', and the connection's adapter is 'csv'"


def test_a_first_day_that_is_still_to_come_is_a_warning(company):
    sales = json.loads(company.config.read_text())["crm"]["sales"]
    company.configure(crm={"sales": {**sales, "since": "2062-01-01"}})
    (warning,) = company.json("validate")["warnings"]
    assert (warning["path"], warning["value"]) == ("crm.sales.since", "'2062-01-01'")
    assert warning["message"] == "this day is still to come: nothing is read"


def test_quotes_of_a_word_processor_and_answers_that_never_fit_are_warnings(company, tmp_path):
    odd = tmp_path / "scoring.yaml"
    odd.write_text(
        "profile: {attributes: {country: {weight: 1, answers: [{grade: 9, is: [BR, “PT”]}, {grade: 2, is: br}]}}}\n"
    )
    company.configure(scoring=str(odd))
    quotes, answer = company.json("validate")["warnings"]
    assert (quotes["value"], quotes["remedy"]) == ("'“PT”'", "write \" or ', or none")
    assert answer["message"] == "this answer never fits: answer 1 takes all its values"


def test_a_model_is_tried_though_variables_of_the_connections_are_not_set(company):
    marketing = json.loads(company.config.read_text())["marketing"]
    company.configure(marketing={name: {**one, "folder": "${NOT_SET}"} for name, one in marketing.items()})
    assert company.json("model", "test", str(MODEL))["model"]
    assert company.leadloop("model", "test").exit_code == 0


def test_a_folder_as_state_is_a_mistake_and_its_rights_stay_as_they_are(company):
    (company.folder / "data").mkdir(mode=0o755)
    company.configure(state="data")
    for verb in (["validate"], ["run", "--once"], ["status"], ["state", "check"]):
        result = company.leadloop(*verb)
        assert result.exit_code == 2
        assert "state: this is a folder" in result.output
    assert stat.S_IMODE((company.folder / "data").stat().st_mode) == 0o755


def test_an_asset_that_no_activity_has_is_a_warning_once_there_are_some(ran, tmp_path):
    odd = tmp_path / "scoring.yaml"
    odd.write_text(MODEL.read_text().replace('asset: "ebook-*"', "asset: ebook-7", 1))
    ran.configure(scoring=str(odd))
    assert "ebook-7" in ran.json("validate")["warnings"][0]["message"]


def test_an_unset_variable_stops_a_run_but_no_verb_that_only_looks(ran):
    ran.configure(secret_key="${LEADLOOP_KEY}")
    assert ran.leadloop("run", "--once").exit_code == 2
    assert ran.leadloop("status").exit_code == 0
    assert "LEADLOOP_KEY" in ran.leadloop("validate").stdout


def test_the_tests_of_a_model_pass_or_say_what_came_out_instead(company, tmp_path):
    document = company.json("model", "test")
    assert document["model"].startswith("tests-1+")
    assert [(one["passed"], one["differs"]) for one in document["tests"]] == [(True, {})]
    wrong = tmp_path / "scoring.yaml"
    wrong.write_text(MODEL.read_text().replace("points: 30, mql: false", "points: 31, mql: true"))
    (one,) = company.json("model", "test", str(wrong), code=1)["tests"]
    assert one["differs"] == {"points": {"expected": 31, "got": 30}, "mql": {"expected": True, "got": False}}
    assert f"scoring.yaml:{one['line']}" in company.leadloop("model", "test", str(wrong)).stdout


def test_a_model_is_tested_without_a_configuration_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["model", "test", str(MODEL)]).exit_code == 0


def test_a_model_that_is_refused_ends_with_2(company, tmp_path):
    wrong = tmp_path / "scoring.yaml"
    wrong.write_text("nmae: x\n")
    assert company.leadloop("model", "test", str(wrong)).exit_code == 2
