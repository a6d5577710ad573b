"""Which agent answers: never another one than the reader sees."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from support.browser_chat import answers, ask, completed, start
from support.browser_stack import SignedIn, Stack
from support.standalone import agent

STEADY = "steady"


@pytest.fixture
def page(stack: Stack, signed_in: SignedIn) -> Iterator[Page]:
    """Of somebody who may chat with the agent STEADY too, which is ready at first."""
    stack.standalone.apply(agent(STEADY, model="scripted"))
    stack.standalone.wait_ready(STEADY)
    with signed_in("editor") as (page, _complaints):
        yield page
    assert stack.standalone.run("delete", "agent", STEADY).returncode == 0


def picker(page: Page) -> Locator:
    return page.get_by_role("combobox", name=re.compile("^Agent:"))


def pick(page: Page, name: str) -> None:
    picker(page).click()
    page.get_by_role("option", name=name).first.click()
    expect(picker(page)).to_have_accessible_name(f"Agent: {name}")


def _is_suspended(response: Response) -> bool:
    if not response.url.endswith("/api/v1/agents"):
        return False
    return any(each["name"] == STEADY and each["suspended"] for each in response.json()["items"])


def test_the_agent_stays_while_a_question_is_typed(page: Page, stack: Stack) -> None:
    start(page, STEADY, "By a link")
    completed(page)
    page.goto("/chat")
    expect(picker(page)).to_have_accessible_name(f"Agent: {STEADY}")
    composer = page.get_by_role("textbox", name="Message", exact=True)
    composer.fill("Half a quest")
    with page.expect_response(_is_suspended):
        stack.standalone.apply(agent(STEADY, model="scripted", suspended=True))
    composer.press_sequentially("ion")
    expect(picker(page)).to_have_accessible_name(f"Agent: {STEADY}")
    expect(composer).to_have_value("Half a question")


def test_a_link_counts_after_another_agent_was_picked(page: Page) -> None:
    page.goto("/chat?agent=shop")
    pick(page, STEADY)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="Command palette")
    palette.get_by_role("option", name="shop").click()
    expect(picker(page)).to_have_accessible_name("Agent: shop")


def test_each_answer_is_of_the_agent_that_was_asked(page: Page) -> None:
    start(page, "shop", "Who are you?")
    completed(page)
    with page.expect_response(lambda response: response.request.method == "PATCH") as changed:
        pick(page, STEADY)
    assert changed.value.ok
    ask(page, "And you?")
    completed(page, 2)
    named = [each.get_attribute("aria-label") for each in answers(page).all()]
    assert named == ["Answer of shop", f"Answer of {STEADY}"]
    page.reload()
    completed(page, 2)
    expect(picker(page)).to_have_accessible_name(f"Agent: {STEADY}")
    named = [each.get_attribute("aria-label") for each in answers(page).all()]
    assert named == ["Answer", "Answer"]
