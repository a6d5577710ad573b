"""An agent whose chats cost one cent each, and people who chat with it through both gateways."""

import base64
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import httpx

from e2e.echo import echo_agent
from e2e.installation import SYSTEM
from e2e.objects import Manifest, read, staying
from e2e.port_forward import PortForward
from e2e.waiting import PATIENCE, eventually

GROUP: Final = "quarterdeck.dev/v1alpha1"
GATEWAY_PORT: Final = 8000
ANSWER_TOKENS: Final = 4
"""What the fake provider says that it wrote; asking for no more makes the estimate exact."""
CENT: Final = 0.01
LOST: Final = 0
"""In place of a status: no answer came, and the chat may have been counted all the same."""
REFUSED: Final = frozenset({401, 429})
"""Answers to a wrong key: the second from the 21st in a minute on. A read has no other 429."""
_PER_MILLION: Final = CENT / ANSWER_TOKENS * 1_000_000


def priced_agent() -> list[Manifest]:
    """The echo agent under the name ``dear``, with a price on its Model."""
    model, agent = echo_agent("dear")
    price = {"inputPerMillion": 0, "outputPerMillion": _PER_MILLION}
    model["metadata"]["name"] = agent["spec"]["model"] = "dear"
    model["spec"]["price"] = price
    return [model, agent]


def api_key(name: str, **spec: Any) -> Manifest:
    """An ApiKey manifest."""
    spec = {"owner": f"{name}@example.com"} | spec
    return {"apiVersion": GROUP, "kind": "ApiKey", "metadata": {"name": name}, "spec": spec}


def budget(name: str, cents: int, **spec: Any) -> Manifest:
    """A Budget manifest of so many chats."""
    spec = {"amountUSD": round(cents * CENT, 2), "period": "total"} | spec
    return {"apiVersion": GROUP, "kind": "Budget", "metadata": {"name": name}, "spec": spec}


def key_of(name: str, namespace: str) -> str:
    """The key, read as people are told to read it."""
    encoded = read("secret", f"apikey-{name}", namespace)["data"]["key"]
    return base64.b64decode(encoded).decode()


@contextmanager
def every_gateway() -> Iterator[list[str]]:
    """URLs of all gateways, each by itself."""
    pods = staying(SYSTEM, "app.kubernetes.io/component=gateway")
    names = [pod["metadata"]["name"] for pod in pods]
    with ExitStack() as stack:
        yield [stack.enter_context(PortForward(name, GATEWAY_PORT, SYSTEM)).url for name in names]


def chat(client: httpx.Client, url: str, key: str, model: str) -> httpx.Response:
    """One chat that costs a cent."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": "Well?"}],
        "max_tokens": ANSWER_TOKENS,
    }
    headers = {"Authorization": f"Bearer {key}"}
    return client.post(f"{url}/v1/chat/completions", json=body, headers=headers, timeout=60)


def chat_or_lost(client: httpx.Client, url: str, key: str, model: str) -> int:
    """The status of one chat; LOST when the way to the gateway broke off."""
    try:
        return chat(client, url, key, model).status_code
    except httpx.TransportError:
        return LOST


def crowd(urls: Sequence[str], key: str, model: str, chats: int) -> dict[str, Counter[int]]:
    """Statuses by gateway of so many chats at once, spread over all gateways."""
    seen: dict[str, Counter[int]] = {url: Counter() for url in urls}
    lock = threading.Lock()
    with httpx.Client() as client, ThreadPoolExecutor(max_workers=20) as people:

        def one(number: int) -> None:
            url = urls[number % len(urls)]
            status = chat(client, url, key, model).status_code
            with lock:
                seen[url][status] += 1

        list(people.map(one, range(chats)))
    return seen


def statuses(urls: Sequence[str], ask: Callable[[str], httpx.Response]) -> set[int]:
    """What all gateways answer to the same question."""
    return {ask(url).status_code for url in urls}


def look(client: httpx.Client, url: str, key: str, path: str = "/v1/models") -> httpx.Response:
    """One read that costs nothing; every key that is known opens the list of models."""
    return client.get(f"{url}{path}", headers={"Authorization": f"Bearer {key}"}, timeout=60)


def wait_known(urls: Sequence[str], key: str, path: str = "/v1/models") -> None:
    """Returns once all gateways answer there: each hears of a resource in its own time."""
    with httpx.Client() as client:
        eventually(
            f"all gateways answer at {path}",
            lambda: statuses(urls, lambda url: look(client, url, key, path)) == {200},
            seconds=PATIENCE,
        )
