"""The gateway's management API, as the command line asks it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp

from quarterdeck_cli.errors import NotFound, Refused
from quarterdeck_cli.gateway import Gateway, connection, message_of

Query = Mapping[str, str | int | Sequence[str] | None]

_TIMEOUT: Final = aiohttp.ClientTimeout(total=60, connect=5)


async def call(
    gateway: Gateway, method: str, path: str, *, query: Query | None = None, body: Any = None
) -> Any:
    """The decoded answer; None where there is none. Raises Refused and NotFound."""
    async with (
        connection(_TIMEOUT) as session,
        _request(session, gateway, method, path, query or {}, body) as response,
    ):
        await _require_success(response)
        return await response.json() if response.status != 204 else None


async def text(gateway: Gateway, path: str, *, query: Query) -> str:
    """The answer as it is, for forms that are not JSON. Raises Refused."""
    async with (
        connection(_TIMEOUT) as session,
        _request(session, gateway, "GET", path, query, None) as response,
    ):
        await _require_success(response)
        return await response.text()


def _request(
    session: aiohttp.ClientSession,
    gateway: Gateway,
    method: str,
    path: str,
    query: Query,
    body: Any,
) -> "aiohttp.client._RequestContextManager":
    return session.request(
        method,
        gateway.url + path,
        params=_pairs(query),
        json=body,
        headers={"Authorization": f"Bearer {gateway.key}"},
    )


def _pairs(query: Query) -> list[tuple[str, str]]:
    pairs = []
    for name, value in query.items():
        if value is None:
            continue
        values = [value] if isinstance(value, str | int) else value
        pairs += [(name, str(each)) for each in values]
    return pairs


async def _require_success(response: aiohttp.ClientResponse) -> None:
    if response.status < 300:
        return
    said = message_of(await response.text(), f"the gateway answers {response.status}")
    raise NotFound(said) if response.status == 404 else Refused(said)
