"""Where a connection may send: spellings of addresses, pins, private networks."""

import pytest

from connector.errors import ConfigError, ContractError
from connector.http.origins import Origin, Origins, Reach

NOT_TAKEN = [
    "", "acme.example", "//acme.example", "ftp://acme.example", "file:///etc/passwd", "http://acme.example",
    "https://", "https:///x", "https://user@acme.example", "https://user:pw@acme.example",
    "https://acme.example@evil.example",
    "https://acme.example\\@evil.example", "https://acme.example\t.evil.example", "https://acme.example\n",
    " https://acme.example",
    "https://acme .example", "https://acme.example:port",
    "https://acme.example:99999", "https://[::1", "https://%31%32%37.0.0.1",
    "https://acme.example%00.evil.example", "https://-acme.example", "https://a..example", "http://0.0.0.0",
    "http://2130706433", "http://0x7f000001", "http://017700000001", "http://0177.0.0.1", "http://127.1",
    "http://[::ffff:10.0.0.1]", "http://[::]", "http://10.0.0.1", "http://169.254.169.254",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example", "http://loopback", "javascript:alert(1)",
    "gopher://127.0.0.1", "https:acme.example",
    "http://localhost@evil.example",
]  # fmt: skip

REFUSED = [
    "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - a target, not a bind
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::", "224.0.0.1", "ff02::1", "255.255.255.255",
    "240.0.0.1", "198.18.0.1", "192.0.2.1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("url", NOT_TAKEN)
def test_an_address_that_is_not_plain_https_is_refused_before_anything_is_sent(url):
    with pytest.raises(ConfigError):
        Origin.of(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:9", "https://127.0.0.1"])
def test_loopback_written_plainly_may_be_http(url):
    assert Origin.of(url).is_loopback


@pytest.mark.parametrize("address", REFUSED)
def test_a_resolved_address_inside_a_network_is_refused(address):
    assert Reach().refuses(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34"])
def test_a_public_address_is_reached(address):
    assert not Reach().refuses(address)


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.1.1", "fc00::1", "127.0.0.1"])
def test_a_private_address_is_reached_when_allowed(address):
    assert not Reach(private=True).refuses(address)


def test_names_are_compared_without_case_and_with_their_default_port():
    assert Origin.of("HTTPS://API.Acme.Example./v2") == Origin.of("https://api.acme.example:443")


@pytest.mark.parametrize(
    "path",
    ["https://evil.example/next", "https://api.acme.example:444/", "http://api.acme.example/", "HTTPS://evil.example"],
)
def test_a_next_link_on_another_origin_is_refused(path):
    with pytest.raises(ContractError):
        Origins.of(["https://api.acme.example"]).locate("https://api.acme.example", path)


@pytest.mark.parametrize("path", ["//evil.example/x", "/x", "x", "@evil.example", ".evil.example", "/v2/../x"])
def test_a_relative_path_stays_on_the_base_address(path):
    _, origin = Origins.of(["https://api.acme.example"]).locate("https://api.acme.example", path)
    assert origin.host == "api.acme.example"


def test_an_address_told_by_a_sign_in_is_believed_for_declared_suffixes_only():
    pins = Origins.of(["https://login.acme.example"])
    told = pins.also("https://na7.my.acme.example", ["my.acme.example"])
    assert told.locate("https://na7.my.acme.example", "/x")[0] == "https://na7.my.acme.example/x"
    for evil in ("https://evilmy.acme.example", "https://my.acme.example.evil.example", "http://127.0.0.1:1"):
        with pytest.raises(ContractError):
            pins.also(evil, ["my.acme.example"])


def test_a_loopback_address_told_by_a_sign_in_is_believed_on_loopback_only():
    pins = Origins.of(["http://127.0.0.1:1"]).also("http://127.0.0.1:2", [])
    assert pins.locate("http://127.0.0.1:2", "/x")[0].endswith(":2/x")
