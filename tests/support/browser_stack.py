"""What browser tests look at: standalone mode with agents, keys and budgets of every kind."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from playwright.sync_api import Page

from support.browser import Complaints
from support.provider_process import Provider
from support.standalone import PRICE, Standalone, agent, api_key, budget, model

LOCAL_MODEL = {
    "apiVersion": "quarterdeck.dev/v1alpha1",
    "kind": "Model",
    "metadata": {"name": "demo-model"},
    "spec": {
        "provider": "local",
        "model": "smollm2-135m-instruct",
        "parameters": {"temperature": 0.3, "maxTokens": 120},
    },
}


@dataclass(frozen=True)
class Stack:
    """Standalone mode with the agents ``demo`` (a real model) and ``shop`` (scripted, priced)."""

    standalone: Standalone
    provider: Provider
    _keys: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.standalone.url

    @property
    def admin_key(self) -> str:
        return self.standalone.key

    def key(self, role: str) -> str:
        """The key of the ApiKey that is named like its role; ``admin`` is the installation's."""
        if role == "admin":
            return self.admin_key
        if role not in self._keys:
            done = self.standalone.run("keys", "show", role)
            assert done.returncode == 0, done.stderr
            self._keys[role] = done.stdout.strip()
        return self._keys[role]


class SignedIn(Protocol):
    """Opens a page as somebody of a role; more arguments as of ``opened``."""

    def __call__(
        self, role: str, **look: Any
    ) -> AbstractContextManager[tuple[Page, Complaints]]: ...


def manifests(provider_url: str) -> list[dict[str, object]]:
    """What the stack begins with; ``unfinished`` never gets ready."""
    poor = {"kind": "Agent", "name": "broke"}
    return [
        LOCAL_MODEL,
        model("scripted", url=provider_url, price=PRICE),
        agent("demo", description="Small talk by a demo model."),
        agent("shop", model="scripted", description="Answers from a script."),
        agent("broke", model="scripted", description="Has no money."),
        agent("narrow", model="scripted", rateLimit={"requestsPerMinute": 1}),
        agent("unfinished", model="nowhere", description="Waits for a model that is not there."),
        budget("monthly", thresholds=[{"percent": 80, "action": "warn"}]),
        budget("pocket", amountUSD=0.000001, scope=poor),
        *(api_key(role, role=role) for role in ("viewer", "user", "editor")),
    ]
