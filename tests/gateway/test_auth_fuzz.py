"""Whatever stands in an Authorization header: an answer, never a bug and never an open door."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quarterdeck_gateway.server import server_config
from support.front_door import FrontDoor, front_door, settings_with
from support.oidc_issuer import AUDIENCE, OidcIssuer
from support.running_gateway import listening

REFUSALS = {b"400", b"401", b"429", b"431"}
GOOD = {b"Bearer qd_viewer", b"bearer qd_viewer"}
UNHURRIED = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

CREDENTIALS = st.one_of(
    st.binary(max_size=200),
    st.binary(max_size=200).map(lambda rest: b"Bearer " + rest),
    st.builds(
        lambda parts: b"Bearer " + b".".join(parts),
        st.lists(st.from_regex(rb"[A-Za-z0-9_=-]{0,80}", fullmatch=True), min_size=2, max_size=4),
    ),
    st.sampled_from(
        [b"", b"Bearer", b"Bearer " + b"x" * 31_000, b"Bearer " + b"." * 3000, b"Bearer \xff\xfe"]
    ),
)


@pytest.fixture
async def issuer() -> AsyncIterator[OidcIssuer]:
    async with OidcIssuer() as running:
        yield running


@pytest.fixture
async def door(issuer: OidcIssuer) -> AsyncIterator[FrontDoor]:
    options: dict[str, Any] = {
        "oidc_issuer": issuer.url,
        "oidc_audience": AUDIENCE,
        "allowed_networks": "127.0.0.0/8",
    }
    async with front_door(**options) as opened:
        yield opened


async def raw(url: str, head: bytes) -> bytes:
    """The status of the answer to these bytes; empty when the connection was just closed."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head)
    async with asyncio.timeout(60):
        line = await reader.readline()
    writer.close()
    return line.split(b" ")[1] if line else b""


async def test_raw_bytes_in_the_header(door: FrontDoor) -> None:
    config = server_config(door.app, settings_with(), loop="none")
    loop = asyncio.get_running_loop()
    async with listening(config) as url:

        async def ask(value: bytes) -> bytes:
            head = b"GET /api/v1/whoami HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
            return await raw(url, head + b"authorization: " + value + b"\r\n\r\n")

        assert await ask(b"Bearer qd_viewer") == b"200"

        @UNHURRIED
        @given(value=CREDENTIALS)
        @example(b"Bearer qd_viewer\r\nauthorization: Bearer qd_admin")
        @example(b"Bearer qd_viewer\x00")
        @example(b"Bearer \r\n qd_viewer")
        @example(b"Bearer " + b"y" * 40_000)
        def check(value: bytes) -> None:
            if value.strip() in GOOD:
                return
            status = asyncio.run_coroutine_threadsafe(ask(value), loop).result(60)
            assert status in REFUSALS, value

        await asyncio.to_thread(check)
        assert await ask(b"Bearer qd_viewer") == b"200"


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/v1/whoami HTTP/1.1\r\nhost: x\r\nauthorization Bearer x\r\n\r\n",
        b"GET /api/v1/whoami HTTP/1.1\r\nhost: x\r\nauthorization : Bearer x\r\n\r\n",
        b"GET /api/v1/whoami HTTP/1.1\r\nhost: x\r\n: Bearer x\r\n\r\n",
        b"GET /api/v1/whoami HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
)
async def test_heads_that_are_none(door: FrontDoor, head: bytes) -> None:
    async with listening(server_config(door.app, settings_with(), loop="none")) as url:
        assert await raw(url, head) in REFUSALS | {b"", b"404"}
