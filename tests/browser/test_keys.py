"""API keys: made, shown once, used, revoked."""

import pytest
from openai import AuthenticationError
from playwright.sync_api import Locator, Page, expect

from support.browser import DESKTOP, MOBILE, axe, clipboard, look, shot, width
from support.browser_stack import Stack
from support.standalone import wait_for


def _made(page: Page, owner: str) -> Locator:
    """Make a key for the owner; the dialog that shows it."""
    page.goto("/keys")
    page.get_by_role("button", name="New key").click()
    form = page.get_by_role("dialog", name="New API key")
    form.get_by_label("Owner").fill(owner)
    form.get_by_role("textbox", name="Name", exact=True).fill(owner)
    form.get_by_role("radio", name="user").check()
    form.get_by_role("button", name="Make the key").click()
    return page.get_by_role("alertdialog", name="Store the key now")


def test_a_key_is_shown_once_works_and_ends(admin: Page, stack: Stack) -> None:
    shown = _made(admin, "robin")
    key = shown.get_by_role("status", name="API key").inner_text().strip()
    assert key.startswith("qd_")
    admin.keyboard.press("Escape")
    expect(shown).to_be_visible()
    expect(shown.get_by_role("button", name="Close")).to_be_disabled()
    shown.get_by_role("checkbox", name="I have stored it").check()
    shown.get_by_role("button", name="Close").click()
    expect(shown).to_be_hidden()
    assert key not in admin.content()
    admin.reload()
    row = admin.get_by_role("row").filter(has_text="robin")
    expect(row).to_be_visible()
    assert key not in admin.content()

    client = stack.standalone.openai(key=key, max_retries=0)
    assert "shop" in {each.id for each in client.models.list()}

    row.get_by_role("button", name="Actions for default/robin").click()
    admin.get_by_role("menuitem", name="Revoke").click()
    question = admin.get_by_role("alertdialog")
    question.get_by_role("textbox").fill("robin")
    assert axe(admin) == []
    question.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")
    with pytest.raises(AuthenticationError):
        client.models.list()


def test_the_key_is_copied(admin: Page) -> None:
    shown = _made(admin, "sam")
    shown.get_by_role("button", name="Copy the key").click()
    key = shown.get_by_role("status", name="API key").inner_text().strip()
    wait_for(lambda: clipboard(admin) == key, "the key is copied")
    shot(admin, "dialog-key-shown-desktop-light")
    assert axe(admin) == []
    look(admin, MOBILE, "dark")
    shot(admin, "dialog-key-shown-mobile-dark")
    assert axe(admin) == []
    assert width(admin) <= MOBILE["width"]


def test_the_form_says_what_is_missing(admin: Page) -> None:
    admin.goto("/keys")
    admin.get_by_role("button", name="New key").click()
    form = admin.get_by_role("dialog", name="New API key")
    form.get_by_role("button", name="Make the key").click()
    expect(form.get_by_label("Owner")).to_have_attribute("aria-invalid", "true")
    for size, viewport in (("desktop", DESKTOP), ("mobile", MOBILE)):
        for scheme in ("light", "dark"):
            look(admin, viewport, scheme)
            shot(admin, f"dialog-new-key-{size}-{scheme}")
            assert axe(admin) == []
            assert width(admin) <= viewport["width"]
