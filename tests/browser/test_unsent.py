"""What was typed and not sent, and what was said and not saved: nothing goes without a question."""

import re

from playwright.sync_api import Locator, Page, expect

from support.browser_chat import ask, completed, in_list, start
from support.browser_stack import SignedIn


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message", exact=True)


def test_what_was_typed_waits_in_its_conversation(signed_in: SignedIn) -> None:
    with signed_in("editor") as (page, _complaints):
        start(page, "shop", "Typed and left")
        completed(page)
        composer(page).fill("The next question")
        page.get_by_role("link", name="New chat").click()
        expect(page).to_have_url(re.compile("/chat$"))
        expect(composer(page)).to_have_value("")
        composer(page).fill("Another beginning")
        page.get_by_role("navigation").get_by_role("link", name="Budgets").click()
        expect(page.get_by_role("heading", name="Budgets", level=1)).to_be_visible()
        page.get_by_role("navigation").get_by_role("link", name="Chat").click()
        expect(composer(page)).to_have_value("Another beginning")
        in_list(page, "Typed and left").click()
        expect(composer(page)).to_have_value("The next question")
        composer(page).press("Enter")
        completed(page, 2)
        expect(composer(page)).to_have_value("")


def test_an_edited_question_is_not_lost_with_its_page(signed_in: SignedIn) -> None:
    with signed_in("editor") as (page, _complaints):
        start(page, "shop", "Edited and left")
        completed(page)
        composer(page).press("ArrowUp")
        page.get_by_role("textbox", name="Edit your message").fill("Edited much")
        page.get_by_role("navigation").get_by_role("link", name="Budgets").click()
        expect(page.get_by_role("heading", name="Budgets", level=1)).to_be_visible()
        page.go_back()
        expect(composer(page)).to_have_value("Edited much")


def test_the_tab_asks_before_it_closes_while_something_is_not_saved(signed_in: SignedIn) -> None:
    with signed_in("editor") as (page, complaints):
        start(page, "shop", "Closed too early")
        completed(page)
        keeping = re.compile("/api/v1/conversations/.*/messages/")
        page.route(keeping, lambda route: route.abort())
        ask(page, "And then?")
        expect(page.get_by_text("Not saved yet")).to_be_visible()
        with page.expect_event("dialog") as asked:
            page.close(run_before_unload=True)
        assert asked.value.type == "beforeunload"
        asked.value.dismiss()
        page.unroute(keeping)
        expect(page.get_by_text("Not saved yet")).to_be_hidden()
        expect(page.get_by_role("article").get_by_text("And then?")).to_be_visible()
        with page.expect_event("close"):
            page.close(run_before_unload=True)
        complaints.forgive("ERR_FAILED")
