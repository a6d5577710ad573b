"""Ordinary load: an agent with a price, an agent without, and people who chat with both."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import httpx

from e2e.echo import ROLL_SECONDS, echo_agent, provider_key
from e2e.installation import Installation
from e2e.money import ANSWER_TOKENS, budget, priced_agent
from e2e.objects import agent_is, condition, read
from e2e.pods import apply
from e2e.prometheus import Prometheus
from e2e.waiting import PATIENCE, eventually

PEOPLE: Final = 6


@dataclass(frozen=True)
class Scene:
    """Where load and faults happen: a namespace with agents ``echo`` and ``dear``."""

    installation: Installation
    prometheus: Prometheus
    namespace: str
    provider: str
    """Control of the fake provider."""

    def chat(self, agent: str, url: str = "", key: str = "", **options: Any) -> int:
        """One chat, of an administrator unless a key is given; the status, 0 without an answer."""
        body = {
            "model": f"{self.namespace}/{agent}",
            "messages": [{"role": "user", "content": "Well?"}],
            "max_tokens": ANSWER_TOKENS,
            **options,
        }
        chosen = key or self.installation.admin_key
        address = f"{url or self.installation.url}/v1/chat/completions"
        try:
            return httpx.post(address, json=body, headers=_bearer(chosen), timeout=60).status_code
        except httpx.TransportError:
            return 0

    def audited(self) -> None:
        """Do something that the audit log tells of."""
        body = {"name": f"noted-{secrets.token_hex(3)}", "owner": "noted@example.com"}
        url = f"{self.installation.url}/api/v1/keys"
        answer = httpx.post(
            url,
            json=body | {"namespace": self.namespace},
            headers=_bearer(self.installation.admin_key),
            timeout=60,
        )
        assert answer.status_code < 300, answer.text

    def chats(self, agent: str, number: int, **options: Any) -> list[int]:
        """So many chats, several at a time; their statuses."""
        with ThreadPoolExecutor(max_workers=PEOPLE) as people:
            return list(people.map(lambda _: self.chat(agent, **options), range(number)))

    def script(self, **script: Any) -> None:
        """How the provider answers from now on; nothing: as usual."""
        answer = httpx.put(f"{self.provider}/fake/script", json={"script": script}, timeout=60)
        answer.raise_for_status()


def set_up(scene: Scene) -> None:
    """The agents, Ready, and a Budget in force that pays for ``dear``."""
    namespace = scene.namespace
    plenty = budget("plenty", 100_000, scope={"kind": "Agent", "name": "dear"})
    apply(namespace, *echo_agent(), *priced_agent(), provider_key("first-key"), plenty)
    for agent in ("echo", "dear"):
        eventually(
            f"{agent} ready",
            lambda agent=agent: agent_is(agent, namespace, ready=True),  # type: ignore[misc]
            seconds=ROLL_SECONDS,
        )
    eventually("budget in force", lambda: in_force("plenty", namespace), seconds=PATIENCE)


def in_force(name: str, namespace: str) -> bool:
    """Whether the gateways count for that Budget."""
    return condition(read("budget", name, namespace), "Enforced").get("status") == "True"


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
