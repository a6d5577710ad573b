"""Copying where scripts are given no clipboard: on plain http beyond one's own machine."""

import re

import pytest
from playwright.sync_api import Page, expect

from support.browser_chat import completed, start
from support.standalone import wait_for

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
    # Its name says for a moment that it is done.
    button = shown.get_by_role("button", name=re.compile("^(Copy the key|Copied)$"))
    button.click()
    expect(button).to_be_focused()
    key = shown.get_by_role("status", name="API key").inner_text().strip()
    wait_for(lambda: copied(page) == key, "the key is copied")


def test_an_answer_is_copied_out_of_the_page(page: Page) -> None:
    start(page, "shop", "Copy me")
    button = completed(page).get_by_role("button", name=re.compile("^(Copy the answer|Copied)$"))
    button.click()
    expect(button).to_be_focused()
    wait_for(lambda: copied(page) == "Hello, world!", "the answer is copied")
