"""Opening a connection: dial, log in, find the right node of a cluster, announce the scripts."""

import asyncio
import binascii
from collections.abc import Sequence
from functools import partial
from typing import Final

import structlog

from quarterdeck_gateway.admission.address import Node, RedisAddress
from quarterdeck_gateway.admission.connection import (
    Disconnected,
    RedisConnection,
    Refused,
    Reply,
)
from quarterdeck_gateway.admission.lua import Script

log = structlog.get_logger(__name__)

_SLOTS: Final = 16_384
_OLDEST: Final = 7


def slot_of(tag: str) -> int:
    """The hash slot of all keys with this hash tag."""
    return binascii.crc_hqx(tag.encode(), 0) % _SLOTS


async def dial(
    address: RedisAddress, node: Node, scripts: Sequence[Script], timeout_seconds: float
) -> RedisConnection:
    """A connection that is logged in and knows the scripts.

    Raises Disconnected, or Refused where the server objects; neither holds the password.
    """
    connection = await _connect(address, node, timeout_seconds)
    try:
        await _log_in(connection, address)
        connection.run_id = await _run_id(connection)
        await asyncio.gather(
            *(connection.call("SCRIPT", "LOAD", script.source) for script in scripts)
        )
    except BaseException:
        connection.close()
        raise
    return connection


async def owners(connection: RedisConnection, slot: int) -> tuple[Node, tuple[Node, ...]]:
    """The node of a cluster that serves ``slot``, and all that it knows."""
    ranges = await connection.call("CLUSTER", "SLOTS")
    known = {_node(each, connection.node) for _, _, *nodes in ranges for each in nodes}
    for first, last, owner, *_ in ranges:
        if first <= slot <= last:
            return _node(owner, connection.node), tuple(sorted(known, key=str))
    raise Refused(f"CLUSTERDOWN no node serves slot {slot}")


def _node(entry: Sequence[Reply], asked: Node) -> Node:
    # A node that does not know its own address leaves it out, or says "?".
    host = entry[0].decode() if entry[0] else ""
    return Node(asked.host if host in ("", "?") else host, int(entry[1]))


async def _connect(address: RedisAddress, node: Node, timeout_seconds: float) -> RedisConnection:
    loop = asyncio.get_running_loop()
    make = partial(RedisConnection, node, timeout_seconds)
    try:
        async with asyncio.timeout(timeout_seconds):
            if node.port:
                _, connection = await loop.create_connection(
                    make, node.host, node.port, ssl=address.tls
                )
            else:
                _, connection = await loop.create_unix_connection(make, node.host)
    except TimeoutError as exc:
        raise Disconnected(f"{node}: no connection within {timeout_seconds} s") from exc
    except OSError as exc:
        raise Disconnected(f"{node}: {exc}") from exc
    return connection


async def _log_in(connection: RedisConnection, address: RedisAddress) -> None:
    if address.password:
        names = (address.username,) if address.username else ()
        await connection.call("AUTH", *names, address.password)
    if address.database:
        await connection.call("SELECT", address.database)


async def _run_id(connection: RedisConnection) -> str:
    """What names this life of the server; checks on the way that it can be relied on."""
    info = {**await _info(connection, "server"), **await _info(connection, "memory")}
    version = info.get("redis_version", "unknown")
    major = version.partition(".")[0]
    if not major.isdigit() or int(major) < _OLDEST or "run_id" not in info:
        raise Refused(f"{connection.node} is of version {version}, but 7 or newer is needed")
    policy = info.get("maxmemory_policy", "noeviction")
    if info.get("maxmemory", "0") != "0" and policy != "noeviction":
        log.warning("store_may_forget", node=str(connection.node), maxmemory_policy=policy)
    return info["run_id"]


async def _info(connection: RedisConnection, section: str) -> dict[str, str]:
    reply: bytes = await connection.call("INFO", section)
    return dict(line.split(":", 1) for line in reply.decode().splitlines() if ":" in line)
