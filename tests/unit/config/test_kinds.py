from contextlib import suppress

import pytest
from pydantic import TypeAdapter, ValidationError

from connector.config.kinds import Listen, Name, TimeZone, WebAddress, When, is_loopback, is_private
from connector.config.schedules import interval_s
from connector.errors import ConfigError
from connector.http.origins import Origin


def accepts(kind, value):
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", ["rd", "sf-2", "a_b", "x" * 31])
def test_names_are_short_and_lower_case(name):
    assert accepts(Name, name)


@pytest.mark.parametrize("name", ["", "RD", "2x", "-a", "a b", "é", "x" * 32, "a\n"])
def test_other_names_are_refused(name):
    assert not accepts(Name, name)


@pytest.mark.parametrize(
    "address",
    [
        "https://api.rd.services",
        "https://x.example:8443/v2",
        "http://127.0.0.1:8000",
        "http://localhost",
        "http://[::1]:5",
    ],
)
def test_addresses_are_https_or_of_this_machine(address):
    assert accepts(WebAddress, address)


@pytest.mark.parametrize(
    "address",
    [
        "http://api.rd.services", "http://127.0.0.1.example.com", "http://localhost.example.com", "ftp://x.example",
        "http://sim.localhost:8080",
        "https://", "https://a:b@x.example", "https://x.example?key=1", "https://x.example#a", "https://x.example:port",
        "https://[::1", "https://a b.example", "x.example", "", "http://0.0.0.0", "https://x\\@y.example",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(address):
    assert not accepts(WebAddress, address)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "[::1]", "localhost", "sim.localhost", "x.example"])
def test_what_the_configuration_takes_is_what_the_network_takes(host):
    def is_asked():
        with suppress(ConfigError):
            return bool(Origin.of(f"http://{host}"))
        return False

    assert accepts(WebAddress, f"http://{host}") == is_asked()


def test_an_address_loses_its_last_slash():
    assert TypeAdapter(WebAddress).validate_python("https://x.example/v2/") == "https://x.example/v2"


@pytest.mark.parametrize("host", ["10.0.0.1", "192.168.1.1", "169.254.169.254", "172.16.0.1", "fd00::1", "0.0.0.0"])  # noqa: S104
def test_literal_addresses_outside_the_internet_are_private(host):
    assert is_private(host)
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "x.example", "127.0.0.1", "::1", "localhost"])
def test_this_machine_and_the_internet_are_not_private(host):
    assert not is_private(host)


@pytest.mark.parametrize(
    "text",
    ["90s", "5m", "1h", "2d", "0 3 * * *", "*/5 8-18 * * mon-fri", "0,30 * 1 jan,JUL 7", "15 2-6/2 1-15 * 0",
     "0 3 29 2 *", "0 3 31 2 mon", "0 3 30,31 2-3 *", "0 3 28/2 feb *"],
)  # fmt: skip
def test_intervals_and_cron_texts_are_schedules(text):
    assert accepts(When, text)


@pytest.mark.parametrize(
    "text",
    ["", "5", 5, 1.5, "0m", "٣ 3 * * *", "-5m",
     "5 m", "5min", "1w", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *",
     "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *", "a * * * *", "* * * * jan", "1, * * * *", "@daily",
     "0 3 30 2 *", "0 3 31 4,6,sep *"],
)  # fmt: skip
def test_other_schedules_are_refused(text):
    assert not accepts(When, text)


def test_an_interval_has_seconds_and_a_cron_text_has_none():
    assert [interval_s(text) for text in ("90s", "5m", "1h", "2d", "0 3 * * *")] == [90, 300, 3600, 172_800, None]


@pytest.mark.parametrize("zone", ["America/Sao_Paulo", "UTC", "Europe/Lisbon"])
def test_time_zones_are_names(zone):
    assert accepts(TimeZone, zone)


@pytest.mark.parametrize("zone", ["", "BRT+3", "America", "../etc/passwd", "america/sao_paulo"])
def test_other_time_zones_are_refused(zone):
    assert not accepts(TimeZone, zone)


@pytest.mark.parametrize("listen", ["127.0.0.1:8321", "[::1]:0", "localhost:80"])
def test_an_address_to_listen_on_is_host_and_port(listen):
    assert accepts(Listen, listen)


@pytest.mark.parametrize("listen", ["8321", ":80", "h:", "h:99999", "h:-1", "h:٣"])
def test_other_addresses_to_listen_on_are_refused(listen):
    assert not accepts(Listen, listen)
