import pytest

from connector.documents import is_secret_name, parse
from connector.errors import Problem

TEXT = """\
fields:
  - {to: Phone, from: contact.phone}
  - to: City
    from: contact.city
steps: {30: 0.5}
key: LeadLoop_Id__c
sign_in: {key: abc, user_password: "${PASS}", fallback_token: "${T:-abc}"}
site: https://ana:abc@example.com/x
"""
_, PLACES = parse(TEXT, "m.yaml")


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("fields",), (1, 1)),
        (("fields", 0), (2, 5)),
        (("fields", 0, "to"), (2, 10)),
        (("fields", 1, "from"), (4, 11)),
        (("fields", 1, "absent", "deeper"), (3, 5)),
        (("steps", 30), (5, 13)),
        (("nothing",), (1, 1)),
    ],
)
def test_a_path_has_the_place_of_its_value_or_of_its_nearest_parent(path, place):
    assert PLACES.line(path) == place


def test_a_problem_shows_what_stands_there_and_counts_list_items_from_one():
    found = PLACES.problem(("fields", 1, "to"), "is no field of the account", remedy="see 'leadloop discover'")
    assert found == Problem(
        "m.yaml", 3, 9, "fields[2].to", "is no field of the account", "'City'", "see 'leadloop discover'"
    )


def test_a_number_as_key_is_no_index():
    assert PLACES.dotted(("steps", 30)) == "steps.30"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (("sign_in", "key"), "***"),
        (("sign_in", "user_password"), "'${PASS}'"),
        (("sign_in", "fallback_token"), "***"),
        (("key",), "'LeadLoop_Id__c'"),
        (("site",), "'https://***@example.com/x'"),
        (("fields",), None),
    ],
)
def test_secrets_are_masked_and_plain_references_are_not(path, shown):
    assert PLACES.problem(path, "wrong").value == shown


def test_a_private_key_is_masked_wherever_it_stands():
    assert PLACES.problem(("site",), "wrong", value="-----BEGIN PRIVATE KEY-----\nabc").value == "***"


def test_a_long_value_is_cut():
    assert len(PLACES.problem(("site",), "wrong", value="x" * 500).value or "") == 82


@pytest.mark.parametrize(
    "name", ["token", "api_key", "client_secret", "Private-Key", "password", "refresh_token", "key"]
)
def test_names_of_secrets_are_known(name):
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["keyword", "client_id", "username", "monkey", "tokenized"])
def test_other_names_are_no_secrets(name):
    assert not is_secret_name(name)
