"""`leadloop auth`: a person signs in, and what the platform grants is stored."""

import threading
import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from connector.cli.callback import code_from_browser, code_in
from tests.cli.company import marketing, unused_port

CODE = "simulated-code"


@pytest.fixture
def new(company, rd):
    """A company whose refresh token nobody has granted yet: its variable is not set."""
    company.configure(marketing=marketing(rd, credentials={**rd.credentials, "refresh_token": "${RD_REFRESH_TOKEN}"}))
    return company


def test_before_anybody_signed_in_a_run_ends_with_3_and_names_the_verb(new):
    result = new.leadloop("run", "--once", "--json")
    assert result.exit_code == 3
    assert "run 'leadloop auth rd'" in result.stdout


def test_a_code_becomes_tokens_that_the_next_run_uses(new):
    assert new.json("auth", "rd", "--code", CODE) == {"connection": "rd", "signed_in": True}
    assert new.leadloop("run", "--once").exit_code == 0
    assert new.leadloop("check", "rd").exit_code == 0
    assert new.leadloop("discover", "rd").exit_code == 0


def test_the_address_names_the_app_and_where_to_come_back(new):
    result = new.leadloop("auth", "rd", "--paste", typed=f"https://acme.example/back?code={CODE}\n")
    assert result.exit_code == 0, result.output
    address = next(word for word in result.stderr.split() if "/auth/dialog?" in word)
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == ["http://127.0.0.1:8322/"]
    assert asked["client_id"]
    assert len(asked["state"][0]) == 32


def test_a_code_that_the_platform_refuses_ends_with_3(new):
    result = new.leadloop("auth", "rd", "--code", "stale")
    assert result.exit_code == 3
    assert "Traceback" not in result.output


def test_where_nobody_signs_in_there_is_nothing_to_do(company):
    assert "nothing to do" in company.leadloop("auth", "sales").stdout


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("abc", "abc"),
        (" abc\n", "abc"),
        ("http://127.0.0.1/?state=1&code=abc", "abc"),
        ("http://127.0.0.1/", None),
        ("", None),
    ],
)
def test_a_code_is_found_alone_or_in_the_whole_address(pasted, code):
    assert code_in(pasted) == code


def test_the_browser_brings_the_code_and_nobody_elses_state_is_taken():
    redirect = f"http://127.0.0.1:{unused_port()}/"
    found = []
    waiting = threading.Thread(target=lambda: found.append(code_from_browser(redirect, "ours", 30)))
    waiting.start()
    with pytest.raises(urllib.error.HTTPError) as refused:
        visit(redirect, code="theirs", state="another")
    refused.value.close()
    visit(redirect, code="abc", state="ours")
    waiting.join(30)
    assert found == ["abc"]


def visit(address, **query):
    """As a browser that is led back; tried until somebody listens."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{address}?{urlencode(query)}", timeout=10) as answer:  # noqa: S310 - our own loopback address
                return answer.read()
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            threading.Event().wait(0.02)
    raise AssertionError("nobody listened")
