"""The way from sign-in to answer without a mouse, and the menu of a phone."""

import re

from playwright.sync_api import Page, expect

from support.browser import MOBILE, Complaints, axe, look, shot, width
from support.browser_chat import answers, completed
from support.browser_stack import SignedIn, Stack
from support.provider_process import Provider


def test_everything_about_a_chat_works_by_keyboard(
    visit: tuple[Page, Complaints], stack: Stack, provider: Provider
) -> None:
    page, _complaints = visit
    keys = page.keyboard
    page.goto("/")
    expect(page.get_by_label("API key", exact=True)).to_be_focused()
    keys.insert_text(stack.admin_key)
    keys.press("Enter")

    composer = page.get_by_role("textbox", name="Message", exact=True)
    expect(composer).to_be_focused()
    picker = page.get_by_role("combobox", name=re.compile("^Agent:"))
    picker.focus()
    keys.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
    keys.type("shop")
    keys.press("Enter")
    expect(picker).to_have_accessible_name("Agent: shop")
    expect(composer).to_be_focused()

    provider.script(pieces=["tick "] * 2000, piece_delay=0.02)
    keys.type("Count for me")
    keys.press("Enter")
    expect(answers(page)).to_contain_text("tick tick")
    keys.press("Escape")
    expect(completed(page)).to_contain_text("You stopped this answer.")

    provider.script(pieces=["Done"])
    expect(composer).to_be_focused()
    keys.press("ArrowUp")
    expect(page.get_by_role("textbox", name="Edit your message")).to_be_focused()
    keys.type(" again")
    keys.press("Enter")
    expect(completed(page)).to_contain_text("Done")
    expect(page.get_by_role("article", name="You", exact=True)).to_contain_text("me again")


def test_the_palette_leads_everywhere(admin: Page) -> None:
    admin.goto("/agents")
    expect(admin.get_by_role("heading", name="Agents", level=1)).to_be_visible()
    admin.keyboard.press("Control+k")
    palette = admin.get_by_role("dialog", name="Command palette")
    expect(palette.get_by_role("combobox")).to_be_focused()
    expect(palette.get_by_role("option", name="shop")).to_be_visible()
    shot(admin, "palette-desktop-light")
    assert axe(admin) == []
    look(admin, MOBILE, "dark")
    shot(admin, "palette-mobile-dark")
    assert axe(admin) == []
    admin.keyboard.type("costs")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="Costs", level=1)).to_be_visible()
    expect(palette).to_be_hidden()


def test_the_first_tab_skips_to_the_content(admin: Page) -> None:
    admin.goto("/models")
    expect(admin.get_by_role("heading", name="Models", level=1)).to_be_visible()
    admin.keyboard.press("Tab")
    expect(admin.get_by_role("link", name="Skip to the content")).to_be_focused()
    admin.keyboard.press("Enter")
    expect(admin.locator("#main")).to_be_focused()
    admin.keyboard.press("Tab")
    inside = "() => document.querySelector('main').contains(document.activeElement)"
    admin.wait_for_function(inside)


def test_the_menu_of_a_phone_leads_to_the_pages(signed_in: SignedIn) -> None:
    with signed_in("admin", viewport=MOBILE) as (page, _complaints):
        page.goto("/agents")
        page.get_by_role("button", name="Open the menu").click()
        menu = page.get_by_role("dialog", name="Menu")
        shot(page, "menu-mobile-light")
        assert axe(page) == []
        menu.get_by_role("link", name="Budgets").click()
        expect(page.get_by_role("heading", name="Budgets", level=1)).to_be_visible()
        expect(menu).to_be_hidden()
        assert width(page) <= MOBILE["width"]


def test_the_theme_is_chosen_and_remembered(admin: Page) -> None:
    admin.goto("/agents")
    admin.get_by_role("button", name="Account of admin").click()
    admin.get_by_role("menuitemradio", name="Dark").click()
    expect(admin.locator("html")).to_have_class(re.compile("dark"))
    admin.reload()
    expect(admin.locator("html")).to_have_class(re.compile("dark"))
