"""Fixtures: the whole of standalone mode with the built web UI, and a browser that looks at it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from openai import OpenAI
from playwright.sync_api import Browser, Page, expect, sync_playwright

from support.browser import PATIENCE, UI, Complaints, launched, missing, opened, sign_in
from support.browser_stack import SignedIn, Stack, manifests
from support.provider_process import Provider, running_provider
from support.standalone import Standalone, as_yaml, wait_for

ATTEMPTS = 3
NETWORK_CHANGED = "ERR_NETWORK_CHANGED"
MADE_FOR_TESTS = os.environ.get("QUARTERDECK_TEST_CLUSTER") == "1"


def pytest_itemcollected(item: pytest.Item) -> None:
    """All tests of this folder need a browser."""
    item.add_marker("browser")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Begin a test anew that Chromium broke off because the machine's addresses changed.

    It gives up every connection then, even local ones, and a cluster on the same machine changes
    addresses with each pod.
    """
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for _attempt in range(ATTEMPTS):
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if not any(NETWORK_CHANGED in report.longreprtext for report in reports):
            break
        item._initrequest()  # type: ignore[attr-defined]
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    reason = missing()
    if reason is not None:
        # Where tests have a machine of their own, everything runs.
        (pytest.fail if MADE_FOR_TESTS else pytest.skip)(reason)
    folder = tmp_path_factory.mktemp("browser")
    with running_provider() as provider, Standalone(folder) as standalone:
        (folder / "m").mkdir()
        (folder / "m" / "all.yaml").write_text(as_yaml(*manifests(provider.url)))
        standalone.environment["QUARTERDECK_UI_DIRECTORY"] = str(UI)
        standalone.start("--manifests", "m")
        # The real model takes longer to load; the test that chats with it waits for it.
        standalone.wait_ready("shop", "broke", "narrow")
        yield Stack(standalone, provider)


@pytest.fixture(scope="session")
def past(stack: Stack) -> None:
    """Chats that were, so that pages about them have something to show."""
    client = stack.standalone.openai(max_retries=0)
    for question in ("Hello", "What do you sell?", "Thank you"):
        client.chat.completions.create(
            model="shop", messages=[{"role": "user", "content": question}]
        )
    wait_for(lambda: len(_usage(client)) >= 3, "the chats are in the ledger")


def _usage(client: OpenAI) -> list[Any]:
    found = client.get("/../api/v1/usage", cast_to=object)
    assert isinstance(found, dict)
    return list(found["items"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: while it lives an event loop runs, beside which no other may begin."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture
def provider(stack: Stack) -> Iterator[Provider]:
    """The provider behind ``shop``, which answers as usual after the test."""
    yield stack.provider
    stack.provider.forget()


@pytest.fixture
def visit(browser: Browser, stack: Stack) -> Iterator[tuple[Page, Complaints]]:
    """A page that nobody has signed in to, and what the browser complains about."""
    with opened(browser, stack.url) as visited:
        yield visited


@pytest.fixture
def signed_in(browser: Browser, stack: Stack) -> SignedIn:
    @contextmanager
    def open_as(role: str, **look: Any) -> Iterator[tuple[Page, Complaints]]:
        with opened(browser, stack.url, **look) as visited:
            sign_in(visited[0], stack.key(role))
            yield visited

    return open_as


@pytest.fixture
def admin(signed_in: SignedIn) -> Iterator[Page]:
    """A page of the installation's admin; it must not complain."""
    with signed_in("admin") as (page, _complaints):
        yield page
