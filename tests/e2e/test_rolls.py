"""Story: workers and gateways are replaced while people chat, and nobody notices."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

import httpx
import pytest
from openai import APIStatusError, OpenAI

from e2e.echo import QUESTION, ROLL_SECONDS, answer, keys_used, provider_key
from e2e.installation import SYSTEM, Installation
from e2e.objects import agent_is, config_hashes, exists
from e2e.pods import apply
from e2e.port_forward import PortForward
from e2e.trouble import gateway_pod
from e2e.waiting import PATIENCE, eventually
from support.cluster import kubectl

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(300)]

SLOW_PIECES: Final = 40
SLOW_SECONDS: Final = 8.0
PROVIDER_AWAY: Final = ("provider_timeout", "provider_unavailable")


def _answered(client: OpenAI, model: str) -> bool:
    """Whether a chat is answered; not yet, when the worker could not reach its provider.

    That is neither gateway nor worker at fault: one lost packet of a pod's first look-up is enough.
    """
    try:
        answer = client.chat.completions.create(model=model, messages=QUESTION)
    except APIStatusError as exc:
        if exc.code in PROVIDER_AWAY:
            return False
        raise
    return bool(answer.choices[0].message.content)


class Chatter(threading.Thread):
    """Chats without pause until told to stop, and keeps what went wrong."""

    def __init__(self, client: OpenAI, model: str) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._model = model
        self._over = threading.Event()
        self.answered = 0
        self.provider_away = 0
        self.failed: list[str] = []

    def run(self) -> None:
        while not self._over.is_set():
            try:
                if _answered(self._client, self._model):
                    self.answered += 1
                else:
                    self.provider_away += 1
            except Exception as exc:  # noqa: BLE001 - whatever it is, the test reports it
                self.failed.append(repr(exc))
            time.sleep(0.05)

    def stop(self) -> None:
        self._over.set()
        self.join(timeout=120)


def test_a_changed_secret_rolls_the_workers_while_chats_go_on(
    provider: str, echo: str, client: OpenAI
) -> None:
    (before,) = config_hashes("echo", echo)
    chatter = Chatter(client, f"{echo}/echo")
    chatter.start()
    try:
        eventually("chats answered", lambda: chatter.answered > 3, seconds=PATIENCE)
        apply(echo, provider_key("second-key"))
        eventually(
            "workers rolled",
            lambda: (hashes := config_hashes("echo", echo)) and before not in hashes,
            seconds=ROLL_SECONDS,
        )
        eventually(
            "second key in use",
            lambda: "Bearer second-key" in keys_used(provider),
            seconds=PATIENCE,
        )
    finally:
        chatter.stop()
    assert chatter.failed == []
    assert chatter.provider_away <= 3
    httpx.delete(f"{provider}/fake/requests", timeout=60)
    eventually("a chat", lambda: _answered(client, f"{echo}/echo"), seconds=PATIENCE)
    assert set(keys_used(provider)) == {"Bearer second-key"}


@pytest.fixture
def slow(provider: str, echo: str, client: OpenAI) -> Iterator[str]:
    """Answers take several seconds, piece by piece; the whole text is given."""
    eventually("a chat answered", lambda: answer(client, f"{echo}/echo"), seconds=PATIENCE)
    pieces = [f"word{number} " for number in range(SLOW_PIECES)]
    script = {"pieces": pieces, "piece_delay": SLOW_SECONDS / SLOW_PIECES}
    httpx.put(f"{provider}/fake/script", json={"script": script}, timeout=60).raise_for_status()
    yield "".join(pieces)
    httpx.put(f"{provider}/fake/script", json={"script": {}}, timeout=60).raise_for_status()


def _streamed(client: OpenAI, model: str, meanwhile: Callable[[], object]) -> str:
    """The text of a streamed answer; ``meanwhile`` happens after its first piece."""
    text = ""
    for chunk in client.chat.completions.create(model=model, messages=QUESTION, stream=True):
        first = not text
        text += "".join(choice.delta.content or "" for choice in chunk.choices)
        if first and text:
            meanwhile()
    return text


def test_a_stream_outlives_the_roll_of_its_worker(echo: str, slow: str, client: OpenAI) -> None:
    (before,) = config_hashes("echo", echo)
    text = _streamed(client, f"{echo}/echo", lambda: apply(echo, provider_key("third-key")))
    assert text == slow
    eventually(
        "workers rolled", lambda: before not in config_hashes("echo", echo), seconds=ROLL_SECONDS
    )


def test_a_stream_outlives_its_gateway(echo: str, slow: str, installation: Installation) -> None:
    eventually("ready", lambda: agent_is("echo", echo, ready=True), seconds=ROLL_SECONDS)
    pod = gateway_pod()

    def retire() -> None:
        kubectl("delete", "pod", pod, "-n", SYSTEM, "--wait=false")

    with PortForward(pod, 8000, SYSTEM) as gateway:
        url, key = f"{gateway.url}/v1", installation.admin_key
        with OpenAI(base_url=url, api_key=key, max_retries=0) as client:
            assert _streamed(client, f"{echo}/echo", retire) == slow
    eventually("gone once idle", lambda: not exists("pod", pod, SYSTEM), seconds=PATIENCE)
