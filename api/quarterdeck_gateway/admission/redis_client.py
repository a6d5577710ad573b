"""Runs scripts on the server that owns our keys, and connects anew when that changes.

Every failure leaves here as StoreAway; as StoreRefused where the server only cannot do what this
one question needs. Nothing is repeated unless the server said that it did not
run it, so a question that timed out may have been heard: askers settle it by its id.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from quarterdeck_gateway.admission.address import Node, RedisAddress
from quarterdeck_gateway.admission.connection import (
    Disconnected,
    RedisConnection,
    Refused,
    Reply,
    Word,
)
from quarterdeck_gateway.admission.dial import dial, owners, slot_of
from quarterdeck_gateway.admission.lua import Script
from quarterdeck_gateway.admission.port import StoreAway, StoreRefused

_REDIRECTIONS: Final = 3
_WRONG_SERVER: Final = ("READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH")
_ABOUT_THE_QUESTION: Final = ("ERR", "WRONGTYPE")
_FROM_A_SCRIPT: Final = "script: "
"""Ends the message of what went wrong inside a script, with the place."""


class RedisClient:
    """One shared connection; ``tag`` is the hash tag of all keys. Connects when first used."""

    def __init__(
        self,
        address: RedisAddress,
        tag: str,
        scripts: Sequence[Script],
        timeout_seconds: float,
    ) -> None:
        self._address = address
        self._slot = slot_of(tag)
        self._scripts = scripts
        self._timeout = timeout_seconds
        self._nodes = list(address.nodes)
        self._connection: RedisConnection | None = None
        self._connecting: asyncio.Task[RedisConnection] | None = None
        self._is_closed = False

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[Word]) -> Reply:
        """The script's reply; it gets the server's run id before ``args``.

        Raises StoreAway, and StoreRefused when the script failed."""
        count = len(keys)
        for _ in range(_REDIRECTIONS):
            connection = self._connection
            if connection is None or not connection.is_open:
                connection = await self._connected()
            run = connection.run_id
            try:
                return await connection.call("EVALSHA", script.sha, count, *keys, run, *args)
            except Disconnected as exc:
                raise StoreAway(str(exc)) from exc
            except Refused as exc:
                if str(exc).startswith("NOSCRIPT"):
                    return await self._run_source(connection, script, count, *keys, run, *args)
                self._redirect(connection, exc)
        raise StoreAway("the nodes of the cluster disagree about who owns the keys")

    async def command(self, *words: Word) -> Reply:
        """The reply to one plain command. Raises StoreAway."""
        connection = await self._connected()
        try:
            return await connection.call(*words)
        except Disconnected as exc:
            raise StoreAway(str(exc)) from exc
        except Refused as exc:
            self._redirect(connection, exc)
            raise StoreAway(str(exc)) from exc

    async def close(self) -> None:
        """End the connection; questions after that raise StoreAway."""
        self._is_closed = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        if self._connection is not None:
            self._connection.close()

    async def _run_source(self, connection: RedisConnection, script: Script, *rest: Word) -> Reply:
        # The server lost its scripts; EVAL runs and keeps this one in the same round trip.
        try:
            return await connection.call("EVAL", script.source, *rest)
        except Disconnected as exc:
            raise StoreAway(str(exc)) from exc
        except Refused as exc:
            raise _failure(exc) from exc

    def _redirect(self, connection: RedisConnection, refusal: Refused) -> None:
        """Prepare for asking the right server; raise StoreAway where there is none."""
        kind, _, rest = str(refusal).partition(" ")
        if kind == "MOVED" and self._address.is_cluster:
            host, _, port = rest.partition(" ")[2].rpartition(":")
            self._prefer(Node(host or connection.node.host, int(port)))
            connection.close("the keys moved to another node")
            return
        if kind == "MOVED":
            raise StoreAway("is a cluster: its address begins with redis+cluster:") from refusal
        if kind in _WRONG_SERVER:
            connection.close(kind)
        raise _failure(refusal) from refusal

    async def _connected(self) -> RedisConnection:
        if self._is_closed:
            raise StoreAway("the store is closed")
        if self._connection is not None and self._connection.is_open:
            return self._connection
        # All who wait share one attempt, so that a dead server is dialled once.
        if self._connecting is None:
            self._connecting = asyncio.create_task(self._open())
            self._connecting.add_done_callback(self._opened)
        try:
            return await asyncio.shield(self._connecting)
        except (Disconnected, Refused) as exc:
            raise StoreAway(str(exc)) from exc
        except asyncio.CancelledError:
            if self._is_closed:
                raise StoreAway("the store was closed") from None
            raise

    def _opened(self, task: asyncio.Task[RedisConnection]) -> None:
        self._connecting = None
        if task.cancelled():
            return
        if task.exception() is None:
            self._connection = task.result()
        else:
            # Another node may have taken over: the next attempt begins with the next one.
            self._nodes.append(self._nodes.pop(0))

    async def _open(self) -> RedisConnection:
        connection = await self._dial(self._nodes[0])
        if not self._address.is_cluster:
            return connection
        try:
            owner, known = await owners(connection, self._slot)
        except BaseException:
            connection.close()
            raise
        self._nodes += [node for node in known if node not in self._nodes]
        if owner == connection.node:
            return connection
        connection.close()
        self._prefer(owner)
        return await self._dial(owner)

    async def _dial(self, node: Node) -> RedisConnection:
        return await dial(self._address, node, self._scripts, self._timeout)

    def _prefer(self, node: Node) -> None:
        self._nodes = [node, *(each for each in self._nodes if each != node)]


def _failure(refusal: Refused) -> StoreAway:
    """What an error reply means: the state of the server concerns all, a failed script one."""
    message = str(refusal)
    if message.startswith(_ABOUT_THE_QUESTION) and _FROM_A_SCRIPT in message:
        return StoreRefused(message)
    return StoreAway(message)
