import pytest

from connector.config import json_schema, samples, validate
from connector.config.samples import write_samples
from connector.errors import ConfigError
from connector.shipped import shipped


@pytest.fixture(autouse=True)
def shipped_elsewhere(monkeypatch, tmp_path_factory):
    """Adapters that exist in these tests alone have no shipped mapping: any name gives an empty one."""
    empty = tmp_path_factory.mktemp("shipped") / "empty.yaml"
    empty.touch()
    monkeypatch.setattr(samples, "shipped", lambda name: empty)


@pytest.mark.parametrize(
    ("marketing", "crm"),
    [(["acme"], ["own"]), (["sheet"], ["sheet"]), (["acme", "acme"], ["own", "own", "sheet"]), (["acme"], [])],
)
def test_validate_accepts_the_sample_with_nothing_but_unset_variables(tmp_path, spec_of, marketing, crm):
    write_samples(tmp_path / "new", marketing, crm, spec_of)
    report = validate(tmp_path / "new/leadloop.yaml", {}, spec_of)
    assert report.problems == ()
    assert all("is not set" in warning.message for warning in report.warnings)
    asked = (tmp_path / "new/.env.example").read_text(encoding="utf-8").splitlines()
    filled = {line.rstrip("="): "https://x.example" for line in asked if line.endswith("=")}
    filled |= {name: name for name in filled if name.endswith("_FOLDER")}
    assert validate(tmp_path / "new/leadloop.yaml", filled, spec_of, strict=True).problems == ()


def test_every_commented_key_of_the_sample_can_be_switched_on(tmp_path, spec_of):
    write_samples(tmp_path, ["acme"], ["own", "sheet"], spec_of)
    path = tmp_path / "leadloop.yaml"
    keys = ("since:", "take:", "daily_share:", "lists:", "size:", "object:", "pattern:", "identity:", "consent:",
            "schedule:", "server:", "secret_key:", "auth_url:", "limits:")  # fmt: skip
    lines = path.read_text(encoding="utf-8").splitlines()
    switched = [
        line.replace("# ", "", 1) if line.lstrip().startswith(tuple(f"# {key}" for key in keys)) else line
        for line in lines
    ]
    path.write_text("\n".join(switched), encoding="utf-8")
    assert validate(path, {}, spec_of).problems == ()
    assert sum(before != after for before, after in zip(lines, switched, strict=True)) == 17


def test_the_sample_names_the_other_way_to_sign_in_and_every_option(tmp_path, spec_of):
    write_samples(tmp_path, ["acme"], ["own"], spec_of)
    text = (tmp_path / "leadloop.yaml").read_text(encoding="utf-8")
    assert "      token: ${ACME_TOKEN}\n" in text
    assert "# or instead: client_id, client_secret, refresh_token" in text
    assert "# which lists to read" in text
    assert "# which record (person | deal)" in text
    assert "    # auth_url: https://login.acme.example\n" in text
    assert "    # limits: {per_second: 10}\n" in text


def test_nothing_is_overwritten_and_nothing_is_written_halfway(tmp_path, spec_of):
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings/own.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mappings/own\.yaml exists in .* nothing was written"):
        write_samples(tmp_path, ["acme"], ["own"], spec_of)
    assert [path.name for path in tmp_path.iterdir()] == ["mappings"]
    assert (tmp_path / "mappings/own.yaml").read_text(encoding="utf-8") == "mine"


def test_the_schema_lies_beside_the_sample_when_given(tmp_path, spec_of):
    schema = json_schema([spec_of("marketing", "acme")], [spec_of("crm", "own")])
    written = write_samples(tmp_path, ["acme"], ["own"], spec_of, schema)
    assert tmp_path / "leadloop.schema.json" in written
    first = (tmp_path / "leadloop.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=leadloop.schema.json"


def test_the_schema_knows_what_each_adapter_takes(spec_of):
    schema = json_schema(
        [spec_of("marketing", "acme"), spec_of("marketing", "sheet")], [spec_of("crm", "own"), spec_of("crm", "sheet")]
    )
    connection = schema["$defs"]["own_crm"]["properties"]
    assert connection["object"]["enum"] == ["person", "deal"]
    assert {"client_id", "key"} == set(schema["$defs"]["own_crm_credentials"]["properties"])
    assert "folder" in schema["$defs"]["sheet_marketing"]["required"]
    assert not schema["additionalProperties"]


def test_a_shipped_file_is_found_and_an_unknown_one_is_told():
    assert shipped("__init__.py").is_file()
    with pytest.raises(ConfigError, match=r"no file 'nothing\.yaml' ships with leadloop"):
        shipped("nothing.yaml")
