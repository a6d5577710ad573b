"""The URL of the shared store: every scheme, and clear words about typos."""

import ssl

import pytest

from quarterdeck_gateway.admission.address import Node, RedisAddress, parse_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://cache", RedisAddress((Node("cache", 6379),))),
        ("redis://cache:7000/3", RedisAddress((Node("cache", 7000),), database=3)),
        ("redis://cache?db=2", RedisAddress((Node("cache", 6379),), database=2)),
        ("redis://[::1]:7000", RedisAddress((Node("::1", 7000),))),
        ("redis://:s%40cret@cache", RedisAddress((Node("cache", 6379),), password="s@cret")),
        (
            "redis://me:pw@cache",
            RedisAddress((Node("cache", 6379),), username="me", password="pw"),
        ),
        (
            "redis+cluster://:pw@a:1,b:2",
            RedisAddress((Node("a", 1), Node("b", 2)), is_cluster=True, password="pw"),
        ),
        (
            "unix://:pw@/run/redis.sock?db=1",
            RedisAddress((Node("/run/redis.sock", 0),), password="pw", database=1),
        ),
    ],
)
def test_reads(url: str, address: RedisAddress) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize("scheme", ["rediss", "rediss+cluster"])
def test_verifies_tls(scheme: str) -> None:
    verified = parse_address(f"{scheme}://cache").tls
    trusting = parse_address(f"{scheme}://cache?ssl_cert_reqs=none").tls
    assert verified is not None
    assert (verified.verify_mode, verified.check_hostname) == (ssl.CERT_REQUIRED, True)
    any_host = parse_address(f"{scheme}://cache?ssl_check_hostname=false").tls
    assert any_host is not None
    assert (any_host.verify_mode, any_host.check_hostname) == (ssl.CERT_REQUIRED, False)
    assert trusting is not None
    assert (trusting.verify_mode, trusting.check_hostname) == (ssl.CERT_NONE, False)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://:secret@cache", "scheme"),
        ("unix+cluster:///secret", "scheme"),
        ("redis://:secret@", "host is missing"),
        ("redis://:secret@a,b", "several hosts"),
        ("redis://:secret@cache:70000", "port"),
        ("redis://:secret@cache/one", "database"),
        ("redis+cluster://:secret@cache/1", "database"),
        ("redis://:secret@cache?timeout=3", "unknown options: timeout"),
        ("rediss://:secret@cache?ssl_cert_reqs=maybe", "ssl_cert_reqs"),
        ("unix://secret", "absolute path"),
    ],
)
def test_complains_without_quoting(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        parse_address(url)
    assert "secret" not in str(caught.value)


def test_its_repr_holds_no_password() -> None:
    assert "secret" not in repr(parse_address("redis://me:secret@cache"))
