"""Where addresses of webhooks may lead: to servers of the public internet, in whatever disguise others come."""

import socket
from collections.abc import Callable

import pytest

from sheaf import settings
from sheaf.webhooks import addresses
from sheaf.webhooks.addresses import RefusedAddressError

PUBLIC = "93.184.216.34"

type Resolve = Callable[..., None]


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Say as which addresses every name is looked up; on AWS, and at first as a public one."""
    monkeypatch.setattr(settings, "has_local_engine", lambda: False)

    def resolve(*found: str) -> None:
        answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in found]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)

    resolve(PUBLIC)
    return resolve


@pytest.mark.usefixtures("resolving")
@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.example.com", "hooks.example.com", 443, "/"),
        ("https://hooks.example.com:443/a", "hooks.example.com", 443, "/a"),
        ("HTTPS://Hooks.Example.COM:8443/a/b?c=d&e", "hooks.example.com:8443", 8443, "/a/b?c=d&e"),
        ("https://xn--bcher-kva.example/%2e%2e/", "xn--bcher-kva.example", 443, "/%2e%2e/"),
        ("https://1.example.0a/", "1.example.0a", 443, "/"),
    ],
)
def test_a_server_of_the_internet_is_found(url: str, host: str, port: int, path: str) -> None:
    found = addresses.target(url)
    assert (found.host_header, found.port, found.path, found.address) == (host, port, path, PUBLIC)
    assert found.is_encrypted


@pytest.mark.usefixtures("resolving")
@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "//hooks.example.com/",
        "hooks.example.com",
        "https:hooks.example.com",
        "https:///path",
        "https://",
        "https://:443/",
        "javascript:alert(1)",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://0x7f.0x0.0x0.0x1/",
        "https://a.0x7f000001/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://127.0.0.1.:443/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://[2606:4700::1111]/",
        "https://[::1",
        "https://localhost/",
        "https://localhost.:8443/",
        "https://intranet/",
        "https://hooks.example.com./",
        "https://.example.com/",
        "https://hooks..example.com/",
        "https://-hooks.example.com/",
        "https://hooks_1.example.com/",
        "https://%6c%6fcalhost/",
        "https://127.0.0.1%2f@hooks.example.com/",
        "https://me@hooks.example.com/",
        "https://me:secret@hooks.example.com/",
        "https://@hooks.example.com/",
        "https://hooks.example.com@127.0.0.1/",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://hooks.example.com#@127.0.0.1/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:80/",
        "https://hooks.example.com:65536/",
        "https://hooks.example.com:-1/",
        "https://hooks.example.com:4\u0664\u0663/",
        "https://hooks.example.com:a/",
        "https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
        "https://hooks\u3002example.com/",
        "https://b\u00fccher.example/",
        "https://hooks.example.com/\r\nx-injected: 1",
        "https://hooks.example.com/\tx",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\x00",
        " https://hooks.example.com/",
        f"https://{'a' * 64}.example.com/",
        f"https://{'a.' * 126}aaa/",
    ],
)
def test_any_other_address_is_refused_before_it_is_looked_up(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *where, **_: looked_up.append(where))
    with pytest.raises(RefusedAddressError, match=r"^url "):
        addresses.target(url)
    assert looked_up == []


PRIVATE = [
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    f"::ffff:{PUBLIC}",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_network_is_refused(resolving: Resolve, address: str) -> None:
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):
        resolving(*found)
        with pytest.raises(RefusedAddressError, match=r"^url names a host that is not on the public internet$"):
            addresses.target("https://hooks.example.com/")


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"])
def test_a_public_address_is_taken(resolving: Resolve, address: str) -> None:
    resolving(address)
    assert addresses.target("https://hooks.example.com/").address == address


@pytest.mark.usefixtures("resolving")
def test_a_name_that_is_not_found_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(RefusedAddressError, match=r"^url names a host that was not found$"):
        addresses.target("https://hooks.example.com/")


@pytest.mark.parametrize("url", ["http://localhost:8999/", "http://127.0.0.1/a", "https://localhost:80/"])
def test_with_a_local_engine_a_receiver_may_be_on_this_machine(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "has_local_engine", lambda: True)
    assert addresses.target(url).address in ("127.0.0.1", "::1")
    monkeypatch.setattr(settings, "has_local_engine", lambda: False)
    with pytest.raises(RefusedAddressError):
        addresses.target(url)


@pytest.mark.parametrize("url", ["http://127.0.0.2/", "http://[::1]/", "http://192.168.1.1/", "http://intranet/"])
def test_with_a_local_engine_nothing_else_is_allowed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "has_local_engine", lambda: True)
    with pytest.raises(RefusedAddressError):
        addresses.target(url)
