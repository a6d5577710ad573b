"""Fixtures: the whole of standalone mode with the built web UI, and a browser that looks at it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from support.browser import UI, Complaints, launched, missing, opened
from support.provider_process import Provider, running_provider
from support.standalone import PRICE, Standalone, agent, api_key, as_yaml, budget, model

MADE_FOR_TESTS = os.environ.get("QUARTERDECK_TEST_CLUSTER") == "1"
ROLES = ("viewer", "user", "editor", "admin")
LOCAL_MODEL = {
    "apiVersion": "quarterdeck.dev/v1alpha1",
    "kind": "Model",
    "metadata": {"name": "demo-model"},
    "spec": {
        "provider": "local",
        "model": "smollm2-135m-instruct",
        "parameters": {"temperature": 0.3, "maxTokens": 400},
    },
}


@dataclass(frozen=True)
class Stack:
    """Standalone mode with the agents ``demo`` (a real model) and ``shop`` (scripted, priced)."""

    standalone: Standalone
    provider: Provider

    @property
    def url(self) -> str:
        return self.standalone.url

    @property
    def admin_key(self) -> str:
        return self.standalone.key

    def key(self, role: str) -> str:
        """The key of the ApiKey that is named like its role."""
        done = self.standalone.run("keys", "show", role)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    reason = missing()
    if reason is not None:
        # Where tests have a machine of their own, everything runs.
        (pytest.fail if MADE_FOR_TESTS else pytest.skip)(reason)
    folder = tmp_path_factory.mktemp("browser")
    with running_provider() as provider, Standalone(folder) as standalone:
        manifests = folder / "m"
        manifests.mkdir()
        (manifests / "all.yaml").write_text(as_yaml(*_manifests(provider.url)))
        standalone.environment["QUARTERDECK_UI_DIRECTORY"] = str(UI)
        standalone.start("--manifests", "m")
        standalone.wait_ready("demo", "shop", "broke")
        yield Stack(standalone, provider)


def _manifests(provider_url: str) -> list[dict[str, object]]:
    exhausted = budget("pocket", amountUSD=0.000001, scope={"kind": "Agent", "name": "broke"})
    return [
        LOCAL_MODEL,
        model("scripted", url=provider_url, price=PRICE),
        agent("demo", description="Small talk by a demo model."),
        agent("shop", model="scripted", description="Answers from a script."),
        agent("broke", model="scripted", description="Has no money."),
        budget("monthly", thresholds=[{"percent": 80, "action": "warn"}]),
        exhausted,
        *(api_key(role, role=role) for role in ROLES),
    ]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[tuple[Page, Complaints]]:
    """A page that nobody has signed in to, and what the browser complains about."""
    with opened(browser, stack.url) as visited:
        yield visited
