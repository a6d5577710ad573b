"""A session that ends under an open page: why, a key is asked for, and nothing typed is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from support.browser import DESKTOP, MOBILE, Complaints, axe, look, quiet, settled, shot
from support.browser_chat import ask, completed, kept, start
from support.browser_stack import SignedIn, Stack
from support.standalone import api_key


@pytest.fixture
def visited(stack: Stack, signed_in: SignedIn) -> Iterator[tuple[Page, Complaints]]:
    """A page of somebody whose sessions these tests may end."""
    stack.standalone.apply(api_key("wanderer", role="editor"))
    with signed_in("wanderer") as (page, complaints):
        yield page, complaints
        # What was asked for in between was refused.
        complaints.said = [line for line in complaints.said if "401" not in line]


def end_sessions(page: Page) -> None:
    """As from another device."""
    assert page.request.delete("/api/v1/session?all=true").ok


def asked(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Sign in to go on")


def sign_in_again(page: Page, key: str) -> None:
    asked(page).get_by_label("API key", exact=True).fill(key)
    asked(page).get_by_role("button", name="Sign in").click()
    expect(asked(page)).to_be_hidden()


def test_a_question_is_kept_until_one_has_signed_in_again(
    visited: tuple[Page, Complaints], stack: Stack, signed_in: SignedIn
) -> None:
    page, _complaints = visited
    with kept(page):
        start(page, "shop", "While it lasts")
    with quiet(page, "agents", "conversations"):
        with signed_in("wanderer") as (elsewhere, _):
            end_sessions(elsewhere)
        ask(page, "And then?")
        expect(asked(page)).to_contain_text("Somebody signed out of this session")
    for size, viewport in (("desktop", DESKTOP), ("mobile", MOBILE)):
        look(page, viewport, "light")
        shot(page, f"session-ended-{size}-light")
        assert axe(page) == []
    look(page, DESKTOP, "light")
    address = page.url
    sign_in_again(page, stack.key("wanderer"))
    assert page.url == address
    messages = page.get_by_role("region", name="Messages")
    messages.get_by_role("button", name="Try again").click()
    completed(page, 2)
    expect(page.get_by_text("Not saved yet")).to_be_hidden(timeout=40_000)
    page.reload()
    expect(page.get_by_role("article").get_by_text("And then?")).to_be_visible()


def test_a_first_question_comes_back_into_its_field(
    visited: tuple[Page, Complaints], stack: Stack
) -> None:
    page, _complaints = visited
    page.goto("/chat?agent=shop")
    composer = page.get_by_role("textbox", name="Message", exact=True)
    expect(composer).to_be_focused()
    with quiet(page, "agents"):
        end_sessions(page)
        ask(page, "Are you there?")
        expect(asked(page)).to_be_visible()
    sign_in_again(page, stack.key("wanderer"))
    expect(composer).to_have_value("Are you there?")


def test_a_manifest_that_is_being_written_stays(
    visited: tuple[Page, Complaints], stack: Stack
) -> None:
    page, _complaints = visited
    page.goto("/agents/default/shop/edit")
    field = page.get_by_label("Description")
    field.fill("Typed before the session ended")
    with quiet(page, "agents", "models"):
        end_sessions(page)
        page.get_by_role("button", name="Check").click()
        expect(asked(page)).to_be_visible()
    sign_in_again(page, stack.key("wanderer"))
    expect(field).to_have_value("Typed before the session ended")
    expect(page).to_have_url(re.compile("/agents/default/shop/edit"))


def test_the_key_is_revoked_and_another_person_goes_on(stack: Stack, signed_in: SignedIn) -> None:
    stack.standalone.apply(api_key("gone", role="viewer"))
    with signed_in("gone") as (page, complaints):
        page.goto("/agents")
        settled(page)
        with quiet(page, "agents"):
            assert stack.standalone.run("keys", "revoke", "gone").returncode == 0
            page.get_by_role("navigation").get_by_role("link", name="Models").click()
            expect(asked(page)).to_contain_text("revoked")
        sign_in_again(page, stack.admin_key)
        expect(page.get_by_role("button", name="Account of admin")).to_be_visible()
        expect(page).to_have_url("/models")
        complaints.forgive("401")


def test_a_page_that_is_loaded_anew_says_why_and_leads_back(
    visited: tuple[Page, Complaints], stack: Stack
) -> None:
    page, _complaints = visited
    page.goto("/costs?range=7d")
    settled(page)
    with_cookie = page.context.cookies()
    end_sessions(page)
    page.context.add_cookies(with_cookie)  # type: ignore[arg-type]
    page.goto("/costs?range=7d")
    expect(page.get_by_role("status").filter(has_text="session has ended")).to_be_visible()
    page.get_by_label("API key", exact=True).fill(stack.key("wanderer"))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/costs\?range=7d"))


def test_signing_in_in_another_tab_is_enough(
    visited: tuple[Page, Complaints], stack: Stack
) -> None:
    page, _complaints = visited
    page.goto("/agents")
    settled(page)
    with quiet(page, "agents"):
        end_sessions(page)
        page.get_by_role("navigation").get_by_role("link", name="Models").click()
        expect(asked(page)).to_be_visible()
    assert page.request.post("/api/v1/session", data={"key": stack.key("wanderer")}).ok
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    expect(asked(page)).to_be_hidden()
    expect(page.get_by_role("heading", name="Models", level=1)).to_be_visible()
