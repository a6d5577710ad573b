"""However an address is written, where it leads is what counts."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.addresses import (
    IN_CLUSTER,
    ON_A_LAPTOP,
    PUBLIC_ONLY,
    AddressPolicy,
    host_refusal,
    literal_address,
    real_address,
    url_refusal,
)
from quarterdeck_contract.guarded_sockets import ForbiddenAddress, guarded_sockets

POLICIES = (PUBLIC_ONLY, IN_CLUSTER, ON_A_LAPTOP)
OPEN_AS_CAN_BE = AddressPolicy(
    private=True, loopback=True, allowed=(ip_network("0.0.0.0/0"), ip_network("::/0"))
)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert [policy.refusal(address) for policy in POLICIES] == [None] * 3


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fd20:ce::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",
        "0.1.2.3",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
        "250.1.1.1",
        "::ffff:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
        "64:ff9b:1::a9fe:a9fe",
        "64:ff9b:1:fffe::a9fe:a9fe",
        "::ffff:0:169.254.169.254",
        "nonsense",
        "",
    ],
)
def test_some_are_never_allowed(address: str) -> None:
    for policy in (*POLICIES, OPEN_AS_CAN_BE):
        assert policy.refusal(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.9.9",
        "192.168.1.1",
        "100.64.0.1",
        "fd12::1",
        "fec0::1",
        "::ffff:10.0.0.1",
        "::ffff:0:10.0.0.1",
        "64:ff9b:1:fffe::10.0.0.1",
    ],
)
def test_private_addresses(address: str) -> None:
    assert [policy.refusal(address) is None for policy in POLICIES] == [False, True, True]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback(address: str) -> None:
    assert [policy.refusal(address) is None for policy in POLICIES] == [False, False, True]


def test_allowed_networks() -> None:
    policy = AddressPolicy(allowed=(ip_network("10.1.0.0/16"), ip_network("127.0.0.0/8")))
    assert policy.refusal("10.1.2.3") is None
    assert policy.refusal("::ffff:10.1.2.3") is None
    assert policy.refusal("127.0.0.1") is None
    assert policy.refusal("10.2.0.1") == "10.2.0.1 is an address of a private network"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "0x7F.1",
        "0177.0.0.1",
        "017700000001",
        "[::1]",
        "::1",
        "[::ffff:7f00:1]",
        "１２７.0.0.1",
        "127。0。0。1",
        "localhost",
        "LOCALHOST.",
        "x.localhost",
    ],
)
def test_every_spelling_of_loopback(host: str) -> None:
    assert host_refusal(host, IN_CLUSTER)
    assert host_refusal(host, ON_A_LAPTOP) is None


def test_names_are_left_to_their_addresses() -> None:
    for name in ("example.com", "agent.team-a.svc", "10.example.com", "0xg", "1.2.3.4.5"):
        assert host_refusal(name, PUBLIC_ONLY) is None
    assert host_refusal("Metadata.Google.Internal", ON_A_LAPTOP)


@given(st.ip_addresses(v=4))
def test_decimal_hexadecimal_and_octal_are_one_address(address: IPv4Address) -> None:
    number = int(address)
    octets = [f"0{octet:o}" for octet in address.packed]
    for text in (str(number), hex(number), ".".join(octets)):
        assert literal_address(text) == address


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_as_itself(address: IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::", "64:ff9b:1::", "::ffff:0:0:0"):
        inside = IPv6Address(int(IPv6Address(prefix)) | int(address))
        assert real_address(inside) == address
        for policy in POLICIES:
            assert (policy.refusal(inside) is None) == (policy.refusal(address) is None)


@pytest.mark.parametrize(
    ("url", "because"),
    [
        ("ftp://example.com", "http://"),
        ("file:///etc/passwd", "http://"),
        ("//example.com", "http://"),
        ("http://", "no host"),
        ("http://a:b@example.com", "user name"),
        ("http://[::1", "not a URL"),
        ("http://x:99999", "not a URL"),
        ("http://169.254.169.254/latest", "metadata"),
        ("http://10.0.0.1", "private"),
        ("http://2130706433/", "machine itself"),
    ],
)
def test_urls_that_cannot_be_right(url: str, because: str) -> None:
    assert because in (url_refusal(url, PUBLIC_ONLY) or "")


def test_a_url_that_may_be_right() -> None:
    assert url_refusal("https://example.com:8443/x?y", PUBLIC_ONLY) is None
    assert url_refusal("http://agent.team-a.svc:8080", IN_CLUSTER) is None


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    url_refusal(text, PUBLIC_ONLY)
    host_refusal(text, PUBLIC_ONLY)
    url_refusal("http://" + text, PUBLIC_ONLY)


def test_a_socket_is_made_for_allowed_addresses_alone() -> None:
    open_socket = guarded_sockets(IN_CLUSTER)
    kind = socket.SOCK_STREAM
    with open_socket((socket.AF_INET, kind, 6, "", ("10.0.0.1", 80))) as made:
        assert (made.family, made.type) == (socket.AF_INET, kind)
    for family, address in ((socket.AF_INET, "169.254.169.254"), (socket.AF_INET6, "::1")):
        with pytest.raises(ForbiddenAddress, match=r"refused to connect: .* is "):
            open_socket((family, kind, 6, "", (address, 80)))
