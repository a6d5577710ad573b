"""One person, two tabs or two browsers: nothing is overwritten, and signing out counts for both."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from support.browser_chat import ask, completed, kept, start
from support.browser_stack import SignedIn

COMPOSER = "Message"


@pytest.fixture
def page(signed_in: SignedIn) -> Iterator[Page]:
    with signed_in("editor") as (page, _complaints):
        yield page


@pytest.fixture
def other(page: Page) -> Page:
    """A second tab with the same conversation; its complaints are what the test is about."""
    with kept(page):
        start(page, "shop", "Asked once")
    tab = page.context.new_page()
    tab.goto(page.url)
    completed(tab)
    return tab


def edit_last(tab: Page, text: str) -> None:
    tab.get_by_role("textbox", name=COMPOSER, exact=True).press("ArrowUp")
    editor = tab.get_by_role("textbox", name="Edit your message")
    editor.fill(text)
    editor.press("Enter")


def test_a_question_asked_anew_in_both_tabs(page: Page, other: Page) -> None:
    with kept(page):
        edit_last(page, "Asked anew here")
    edit_last(other, "Asked anew there")
    expect(other.get_by_text("changed in another window")).to_be_visible()
    composer = other.get_by_role("textbox", name=COMPOSER, exact=True)
    composer.fill("Not sent yet")
    other.get_by_role("button", name="Load the newer state").click()
    expect(other.get_by_role("article").get_by_text("Asked anew here")).to_be_visible()
    expect(composer).to_have_value("Asked anew there\n\nNot sent yet")
    expect(other.get_by_text("changed in another window")).to_be_hidden()
    composer.fill("Asked after that")
    other.get_by_role("button", name="Send").click()
    completed(other, 2)
    other.reload()
    expect(other.get_by_role("article").get_by_text("Asked after that")).to_be_visible()


def test_a_tab_goes_on_when_the_other_only_renamed(page: Page, other: Page) -> None:
    conversation = page.url.rpartition("/")[2]
    page.evaluate(
        """id => fetch(`/api/v1/conversations/${id}`, {
          method: "PATCH",
          headers: {"content-type": "application/json"},
          body: JSON.stringify({title: "Renamed"}),
        })""",
        conversation,
    )
    with other.expect_response(lambda got: got.ok and got.url.endswith("/messages/2")):
        ask(other, "And now?")
    completed(other, 2)
    other.reload()
    expect(other.get_by_role("article").get_by_text("And now?")).to_be_visible()


def test_signing_out_everywhere_ends_the_other_browser_too(signed_in: SignedIn) -> None:
    with signed_in("viewer") as (here, mine), signed_in("viewer") as (there, theirs):
        for page, complaints in ((here, mine), (there, theirs)):
            complaints.may_be_refused()
            page.goto("/agents")
            expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()
        here.get_by_role("button", name=re.compile("^Account of ")).click()
        here.get_by_role("menuitem", name="Sign out everywhere").click()
        expect(here).to_have_url(re.compile("/sign-in"))
        assert here.context.cookies() == []
        assert there.request.get("/api/v1/whoami").status == 401
