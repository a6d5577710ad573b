"""Chats through the gateway, streamed: the command line as one more client of its OpenAI API."""

import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from quarterdeck_cli.errors import NoTarget, Refused
from quarterdeck_cli.instance import home_directory, running_instance

ENV_GATEWAY: Final = "QUARTERDECK_GATEWAY"
ENV_KEY: Final = "QUARTERDECK_API_KEY"

Message = Mapping[str, str]
"""``role`` and ``content``."""

_TIMEOUT: Final = aiohttp.ClientTimeout(total=None, connect=5, sock_read=600)


@dataclass(frozen=True)
class Gateway:
    """Where chats go, and the key that lets them in."""

    url: str
    key: str = field(repr=False)


def find_gateway(url: str | None, context: str | None) -> Gateway:
    """The gateway of the standalone instance, or the one that is named. Raises NoTarget."""
    instance = None if url or context else running_instance(home_directory())
    if instance is not None:
        return Gateway(instance.url, instance.key)
    url = url or os.environ.get(ENV_GATEWAY)
    if not url:
        raise NoTarget(
            "no gateway: start one with quarterdeck up, or reach a cluster's with\n"
            "  kubectl -n quarterdeck-system port-forward service/quarterdeck-gateway 8000\n"
            f"and --gateway http://127.0.0.1:8000, its key in {ENV_KEY}"
        )
    key = os.environ.get(ENV_KEY)
    if not key:
        raise NoTarget(f"the gateway at {url} wants a key: put it into {ENV_KEY}")
    return Gateway(url.rstrip("/"), key)


async def answer(gateway: Gateway, agent: str, messages: Sequence[Message]) -> AsyncIterator[str]:
    """The pieces of a streamed answer. Raises Refused, also in the middle."""
    body = {"model": agent, "messages": list(messages), "stream": True}
    async with connection(_TIMEOUT) as session, _post(session, gateway, body) as response:
        await _require_success(response)
        finished = False
        async for line in _lines(response):
            if line == "data: [DONE]":
                finished = True
            elif line.startswith("data: "):
                for piece in _pieces(line.removeprefix("data: ")):
                    yield piece
        if not finished:
            raise Refused("the answer broke off")


async def whole_answer(gateway: Gateway, agent: str, messages: Sequence[Message]) -> str:
    """The answer as the JSON that the gateway sends. Raises Refused."""
    body = {"model": agent, "messages": list(messages)}
    async with connection(_TIMEOUT) as session, _post(session, gateway, body) as response:
        await _require_success(response)
        return await response.text()


@asynccontextmanager
async def connection(limits: aiohttp.ClientTimeout) -> AsyncIterator[aiohttp.ClientSession]:
    """A session; what goes wrong with the connection comes out as Refused."""
    try:
        async with aiohttp.ClientSession(timeout=limits) as session:
            yield session
    except TimeoutError as exc:
        raise Refused("the gateway did not answer in time") from exc
    except aiohttp.ClientPayloadError as exc:
        raise Refused("the answer broke off") from exc
    except (aiohttp.ClientError, OSError) as exc:
        raise Refused(f"cannot reach the gateway: {exc}") from exc


def _post(
    session: aiohttp.ClientSession, gateway: Gateway, body: Mapping[str, Any]
) -> "aiohttp.client._RequestContextManager":
    return session.post(
        f"{gateway.url}/v1/chat/completions",
        json=body,
        headers={"Authorization": f"Bearer {gateway.key}"},
    )


async def _require_success(response: aiohttp.ClientResponse) -> None:
    if response.status != 200:
        raise Refused(message_of(await response.text(), f"the gateway answers {response.status}"))


async def _lines(response: aiohttp.ClientResponse) -> AsyncIterator[str]:
    pending = b""
    async for chunk in response.content.iter_any():
        *complete, pending = (pending + chunk).split(b"\n")
        for line in complete:
            yield line.decode().rstrip("\r")


def _pieces(data: str) -> list[str]:
    event = json.loads(data)
    if "error" in event:
        raise Refused(message_of(data, "the answer broke off"))
    texts = [choice.get("delta", {}).get("content") for choice in event.get("choices", ())]
    return [text for text in texts if text]


def message_of(body: str, otherwise: str) -> str:
    """What an error in OpenAI's shape says."""
    try:
        error = json.loads(body)["error"]
        return f"{error['message']} ({error['code']})" if error.get("code") else error["message"]
    except (ValueError, KeyError, TypeError):
        return otherwise
