from datetime import date

import pytest

from connector.config import Guard, load, validate
from connector.errors import ConfigError

WHOLE = """\
state: state/leadloop.db
secret_key: ${file:key}
time_zone: America/Sao_Paulo
marketing:
  main:
    adapter: acme
    credentials: {client_id: "${ID}", client_secret: "${SECRET}", refresh_token: "${SECRET}"}
    mapping: mappings/in.yaml
    since: 2026-01-01
    limits: {per_minute: "${PER_MINUTE:-500}", per_day: 9}
    lists: [a, b]
crm:
  own:
    adapter: own
    credentials: {client_id: "${ID}", key: "${SECRET}"}
    base_url: https://crm.example/api/
    auth_url: ${AUTH_URL}
    mapping: mappings/out.yaml
    create: never
    write: mql
    daily_share: 0.25
    since: 2026-02-01
    take: {country: [BR], company_size: {at_least: 10}}
    guard: {creates: 5, changes_percent: 50}
  files:
    adapter: sheet
    folder: out
    mapping: mappings/out.yaml
scoring: mappings/model.yaml
reasons: mappings/reasons.yaml
identity: {plus_addresses: same, shared_mailboxes: [info]}
consent: {unknown: hold, email_denied: pass}
schedule: {pull: 10m, reconcile: "0 4 * * sun"}
server: {listen: "[::1]:9000"}
"""
LEAST = """\
marketing: {in: {adapter: sheet, folder: data, mapping: mappings/in.yaml}}
scoring: mappings/model.yaml
"""
ENVIRON = {"ID": "id", "SECRET": "hunter2", "AUTH_URL": "https://login.example"}


def test_every_key_of_a_whole_configuration_arrives(house, spec_of):
    path = house(WHOLE)
    (path.parent / "key").write_text("k\n", encoding="utf-8")
    config = load(path, ENVIRON, spec_of)
    main, own = config.marketing["main"], config.crm["own"]
    assert config.state == path.parent / "state/leadloop.db"
    assert config.secret_key is not None
    assert config.secret_key.get_secret_value() == "k"
    assert {name: value.get_secret_value() for name, value in main.credentials.given().items()} == {
        "client_id": "id", "client_secret": "hunter2", "refresh_token": "hunter2",
    }  # fmt: skip
    assert main.limits.given() == {"per_minute": 500, "per_day": 9}
    assert (main.since, main.mapping) == (date(2026, 1, 1), path.parent / "mappings/in.yaml")
    assert main.options() == {"lists": ("a", "b"), "size": 100.0}
    assert (own.base_url, own.auth_url, own.options()) == (
        "https://crm.example/api", "https://login.example", {"object": "person"},
    )  # fmt: skip
    assert (own.create, own.write, own.daily_share, own.guard) == (
        "never",
        "mql",
        0.25,
        Guard(creates=5, changes_percent=50),
    )
    assert own.take == {"country": ["BR"], "company_size": {"at_least": 10}}
    assert config.crm["files"].guard is None
    assert config.schedule.pull == "10m"
    assert config.server.host_and_port == ("::1", 9000)


def test_defaults_are_those_of_the_manual(house, spec_of):
    path = house(LEAST)
    config = load(path, {}, spec_of)
    assert (config.time_zone, config.secret_key, config.reasons, config.crm) == ("UTC", None, None, {})
    assert config.state == path.parent / "state/leadloop.db"
    assert config.identity.plus_addresses == "distinct"
    assert (config.consent.unknown, config.consent.email_denied) == ("pass", "hold")
    assert dict(config.schedule) == {
        "pull": "5m", "push": "1m", "decisions": "5m", "feedback": "15m", "reconcile": "0 3 * * *",
    }  # fmt: skip
    assert config.server.host_and_port == ("127.0.0.1", 8321)


def test_a_crm_over_the_network_is_guarded_unless_said_otherwise(house, spec_of):
    text = WHOLE.replace("    guard: {creates: 5, changes_percent: 50}\n", "").replace("${file:key}", "${ID}")
    own = load(house(text), ENVIRON, spec_of).crm["own"]
    assert own.guard == Guard(creates=500, changes_percent=20)


def test_connections_are_found_by_name_on_either_side(house, spec_of):
    config = load(house(WHOLE.replace("${file:key}", "${ID}")), ENVIRON, spec_of)
    assert config.connection("main") is config.marketing["main"]
    assert config.connection("own") is config.crm["own"]
    assert (config.connection("nobody"), config.side("own"), config.side("nobody")) == (None, "crm", None)


def test_the_files_that_it_points_at_are_listed(house, spec_of):
    path = house(WHOLE.replace("${file:key}", "${ID}"))
    files = [(file.kind, file.connection, file.path.name) for file in load(path, ENVIRON, spec_of).files()]
    assert files == [
        ("mapping", "main", "in.yaml"), ("mapping", "own", "out.yaml"), ("mapping", "files", "out.yaml"),
        ("scoring", None, "model.yaml"), ("reasons", None, "reasons.yaml"),
    ]  # fmt: skip


def test_paths_are_relative_to_the_configuration_wherever_the_command_runs(house, spec_of, monkeypatch, tmp_path):
    path = house(LEAST)
    monkeypatch.chdir(tmp_path.parent)
    config = load(path.relative_to(tmp_path.parent), {}, spec_of)
    assert config.base_dir == path.parent
    assert config.scoring == path.parent / "mappings/model.yaml"


def test_a_secret_never_shows_in_a_configuration_printed(house, spec_of):
    config = load(house(WHOLE.replace("${file:key}", "${SECRET}")), ENVIRON, spec_of)
    assert "hunter2" not in repr(config) + str(config) + config.model_dump_json()


def test_a_configuration_cannot_be_changed(house, spec_of):
    config = load(house(LEAST), {}, spec_of)
    with pytest.raises(ValueError, match="frozen"):
        config.time_zone = "Europe/Lisbon"


def test_an_unset_variable_stops_a_run_and_only_warns_in_validate(house, spec_of):
    path = house(LEAST.replace("data", "'${DATA}'"))
    with pytest.raises(ConfigError) as refused:
        load(path, {}, spec_of)
    report = validate(path, {}, spec_of)
    assert refused.value.problems == report.warnings
    assert report.problems == ()
    assert report.warnings[0].path == "marketing.in.folder"


def test_an_unset_variable_where_no_text_fits_only_warns(house, spec_of):
    text = WHOLE.replace(":-500", "").replace("create: never", "create: ${CREATE}").replace("[a, b]", "${LISTS}")
    report = validate(house(text), ENVIRON, spec_of)
    assert report.problems == ()
    assert [warning.path for warning in report.warnings] == [
        "secret_key", "marketing.main.limits.per_minute", "marketing.main.lists", "crm.own.create",
    ]  # fmt: skip


def test_an_unset_refresh_token_stops_no_run_and_the_warning_names_the_sign_in(house, spec_of):
    text = WHOLE.replace("secret_key: ${file:key}\n", "")
    path = house(text.replace('refresh_token: "${SECRET}"', 'refresh_token: "${TOKEN}"'))
    assert load(path, ENVIRON, spec_of).marketing["main"].credentials.given().keys() == {"client_id", "client_secret"}
    (warning,) = validate(path, ENVIRON, spec_of).warnings
    assert "leadloop auth main" in warning.remedy


def test_an_unset_adapter_only_warns(house, spec_of):
    text = LEAST.replace("adapter: sheet", "adapter: '${ADAPTER}'")
    report = validate(house(text), {}, spec_of)
    assert (report.problems, [warning.path for warning in report.warnings]) == ((), ["marketing.in.adapter"])


def test_a_secret_in_the_file_warns_and_under_strict_is_a_mistake(house, spec_of):
    path = house(WHOLE.replace('key: "${SECRET}"', "key: hunter2").replace("${file:key}", "${K:-hunter2}"))
    report = validate(path, ENVIRON, spec_of)
    strict = validate(path, ENVIRON, spec_of, strict=True)
    assert [warning.path for warning in report.warnings] == ["secret_key", "crm.own.credentials.key"]
    assert (strict.problems, strict.warnings) == (report.warnings, ())
    assert "hunter2" not in "".join(map(str, report.warnings))
    assert "${OWN_KEY}" in (report.warnings[1].remedy or "")


def test_names_and_ids_in_the_file_are_no_secrets(house, spec_of):
    report = validate(house(WHOLE.replace('"${ID}"', "plain-id").replace("${file:key}", "${ID}")), ENVIRON, spec_of)
    assert report.warnings == ()


def test_a_private_address_is_accepted_when_it_is_meant(house, spec_of):
    text = WHOLE.replace("${file:key}", "${ID}").replace(
        "https://crm.example/api/", "https://10.0.0.5\n    allow_private: true"
    )
    assert validate(house(text), ENVIRON, spec_of).problems == ()


def test_an_account_s_own_address_must_be_given(house, spec_of):
    text = WHOLE.replace("    base_url: https://crm.example/api/\n    auth_url: ${AUTH_URL}\n", "")
    missing = [problem.message for problem in validate(house(text), ENVIRON, spec_of).problems]
    assert missing == ["'base_url' is missing", "'auth_url' is missing"]


def test_the_other_files_are_checked_by_the_hook_only_when_all_are_there(house, spec_of):
    path = house(LEAST)
    asked = []

    def check(config, places):
        asked.append(config.scoring)
        return [places.problem(("scoring",), "holds a mistake")]

    assert [problem.message for problem in validate(path, {}, spec_of, check_files=check).problems] == [
        "holds a mistake"
    ]
    (path.parent / "mappings/in.yaml").unlink()
    found = [problem.message for problem in validate(path, {}, spec_of, check_files=check).problems]
    assert found == ["this file does not exist"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    "text", ["- 1", "5", "marketing: 5", "marketing: {a: {credentials: [1]}}", "marketing:\ncrm:\n"]
)
def test_a_configuration_of_quite_another_shape_is_a_report_too(house, spec_of, text):
    assert validate(house(text), {}, spec_of).problems


def test_an_unreadable_configuration_is_a_report_too(tmp_path, spec_of):
    report = validate(tmp_path / "leadloop.yaml", {}, spec_of)
    assert report.problems[0].message == "the file cannot be read: No such file or directory"
