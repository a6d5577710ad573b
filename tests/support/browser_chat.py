"""Chats as a person has them: the composer, the answers, the list of conversations."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, Response, expect

from support.browser import PATIENCE


def start(page: Page, agent: str, question: str) -> None:
    """Begin a conversation with the agent; returns once it has an address of its own."""
    page.goto(f"/chat?agent={agent}")
    ask(page, question)
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f]{32}"))


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Message", exact=True).fill(question)
    page.get_by_role("button", name="Send").click()


def answers(page: Page) -> Locator:
    """All answers, oldest first; kept ones are nameless."""
    return page.get_by_role("article", name=re.compile("^Answer( of |$)"))


def completed(page: Page, number: int = 1, *, patience: int = PATIENCE) -> Locator:
    """The answer of this number (from 1), once it is whole; ``patience`` in milliseconds."""
    answer = answers(page).nth(number - 1)
    expect(answer).to_have_attribute("aria-busy", "false", timeout=patience)
    return answer


@contextmanager
def kept(page: Page, position: int = 1) -> Iterator[None]:
    """Ask within; leaves once the gateway has the message at ``position`` (from 0): by default the
    first answer, or its refusal."""

    def keeps(response: Response) -> bool:
        written = response.request.method == "PUT" and response.ok
        return written and response.url.endswith(f"/messages/{position}")

    with page.expect_response(keeps):
        yield


def in_list(page: Page, title: str) -> Locator:
    """The link of a conversation in the list."""
    return page.get_by_role("link", name=title, exact=True)


def menu_of(page: Page, title: str) -> None:
    """Open the menu of a conversation in the list."""
    in_list(page, title).hover()
    page.get_by_role("button", name=f"Actions for {title}").click()
