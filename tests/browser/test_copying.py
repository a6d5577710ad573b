"""Copying where scripts are given no clipboard: on plain http beyond one's own machine."""

import pytest
from playwright.sync_api import Page, expect

from support.browser_chat import completed, start

NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined})"


@pytest.fixture
def page(admin: Page) -> Page:
    admin.add_init_script(NO_CLIPBOARD)
    return admin


def copied(page: Page) -> str:
    """What lies in the clipboard, as another page is told that may see it."""
    other = page.context.new_page()
    other.goto("/favicon.svg")
    other.bring_to_front()
    text: str = other.evaluate("() => navigator.clipboard.readText()")
    other.close()
    return text


def test_a_new_key_is_copied_out_of_its_dialog(page: Page) -> None:
    page.goto("/keys")
    page.get_by_role("button", name="New key").click()
    form = page.get_by_role("dialog", name="New API key")
    form.get_by_label("Owner").fill("plain")
    form.get_by_role("textbox", name="Name", exact=True).fill("plain")
    form.get_by_role("radio", name="user").check()
    form.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("alertdialog", name="Store the key now")
    button = shown.get_by_role("button", name="Copy the key")
    button.click()
    expect(shown.get_by_role("button", name="Copied")).to_be_focused()
    assert copied(page) == shown.get_by_role("status", name="API key").inner_text().strip()


def test_an_answer_is_copied_out_of_the_page(page: Page) -> None:
    start(page, "shop", "Copy me")
    completed(page).get_by_role("button", name="Copy the answer").click()
    expect(completed(page).get_by_role("button", name="Copied")).to_be_focused()
    assert copied(page) in completed(page).inner_text()
