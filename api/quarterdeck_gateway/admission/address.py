"""Where the shared store is, read from its URL once and strictly, so that a typo is no surprise.

The schemes are redis, rediss (TLS), redis+cluster, rediss+cluster and unix. A cluster may name
several nodes, separated by commas. TLS is verified; ``?ssl_ca_certs=``, ``ssl_certfile=`` and
``ssl_keyfile=`` name PEM files, ``ssl_check_hostname=false`` accepts the certificate of any host
(nodes of a cluster often tell only their IP), ``ssl_cert_reqs=none`` trusts everybody.
"""

import ssl
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

DEFAULT_PORT: Final = 6379
_SCHEMES: Final = ("redis", "rediss", "redis+cluster", "rediss+cluster", "unix")
_TLS_OPTIONS: Final = {
    "ssl_ca_certs",
    "ssl_certfile",
    "ssl_keyfile",
    "ssl_cert_reqs",
    "ssl_check_hostname",
}


@dataclass(frozen=True)
class Node:
    """One server: host and port, or the path of its socket as host and port 0."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" if self.port else self.host


@dataclass(frozen=True)
class RedisAddress:
    """How to reach the store and log in. Its repr holds no secret."""

    nodes: tuple[Node, ...]
    is_cluster: bool = False
    username: str = ""
    password: str = field(default="", repr=False)
    database: int = 0
    tls: ssl.SSLContext | None = field(default=None, repr=False)


def parse_address(url: str) -> RedisAddress:
    """The parts of a URL. Raises ValueError, whose message never quotes the URL."""
    parts = urlsplit(url)
    transport, _, mode = parts.scheme.partition("+")
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"the scheme must be one of {', '.join(_SCHEMES)}")
    login, _, where = parts.netloc.rpartition("@")
    username, _, password = login.partition(":")
    options = dict(parse_qsl(parts.query))
    if unknown := options.keys() - _TLS_OPTIONS - {"db"}:
        raise ValueError(f"unknown options: {', '.join(sorted(unknown))}")
    is_socket = transport == "unix"
    return RedisAddress(
        nodes=(Node(_socket_path(parts.path), 0),) if is_socket else _nodes(where, mode),
        is_cluster=mode == "cluster",
        username=unquote(username),
        password=unquote(password),
        database=_database(options.get("db", "" if is_socket else parts.path.strip("/")), mode),
        tls=_tls(options) if transport == "rediss" else None,
    )


def _nodes(where: str, mode: str) -> tuple[Node, ...]:
    found = tuple(_node(part) for part in where.split(",") if part)
    if not found:
        raise ValueError("the host is missing")
    if len(found) > 1 and mode != "cluster":
        raise ValueError("several hosts are for redis+cluster and rediss+cluster only")
    return found


def _node(text: str) -> Node:
    parts = urlsplit(f"//{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise ValueError("the port must be a number up to 65535") from exc
    if not host:
        raise ValueError("the host is missing")
    return Node(host, port or DEFAULT_PORT)


def _socket_path(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError("unix needs an absolute path, like unix:///run/redis.sock")
    return unquote(path)


def _database(text: str, mode: str) -> int:
    if not text.isdigit() and text:
        raise ValueError("the database must be a number, like redis://host:6379/0")
    number = int(text or 0)
    if number and mode == "cluster":
        raise ValueError("a cluster has only database 0")
    return number


def _tls(options: dict[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=options.get("ssl_ca_certs"))
    if "ssl_certfile" in options:
        context.load_cert_chain(options["ssl_certfile"], options.get("ssl_keyfile"))
    verifies = _choice(options, "ssl_cert_reqs", ("required", "none")) == "required"
    checks_host = _choice(options, "ssl_check_hostname", ("true", "false")) == "true"
    context.check_hostname = verifies and checks_host
    context.verify_mode = ssl.CERT_REQUIRED if verifies else ssl.CERT_NONE
    return context


def _choice(options: dict[str, str], name: str, allowed: tuple[str, str]) -> str:
    """The option's value; the first of ``allowed`` where it is not given."""
    value = options.get(name, allowed[0])
    if value not in allowed:
        raise ValueError(f"{name} must be {' or '.join(allowed)}")
    return value
