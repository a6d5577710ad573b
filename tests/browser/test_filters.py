"""Fields whose text stands in the address: what is typed stays, wherever the caret is."""

import re

import pytest
from playwright.sync_api import Page, expect

REST = 400
"""Milliseconds between two keys, for somebody who looks for each."""
CARET = "field => field.selectionStart"


@pytest.mark.parametrize("kind", ["agent", "model"])
def test_a_search_is_typed_in_the_middle_of_a_word(kind: str, admin: Page) -> None:
    admin.goto(f"/{kind}s")
    search = admin.get_by_role("searchbox", name=f"Search {kind}s")
    search.press_sequentially("scted")
    expect(admin).to_have_url(re.compile("search=scted"))
    for _ in "ted":
        search.press("ArrowLeft")
    search.press_sequentially("rip")
    expect(search).to_have_value("scripted")
    assert search.evaluate(CARET) == len("scrip")
    expect(admin).to_have_url(re.compile("search=scripted$"))
    expect(admin.get_by_role("main").get_by_role("link", name="scripted").first).to_be_visible()


def test_a_search_is_found_again_after_another_page(admin: Page) -> None:
    admin.goto("/agents")
    search = admin.get_by_role("searchbox", name="Search agents")
    search.press_sequentially("shop")
    expect(admin).to_have_url(re.compile("search=shop"))
    admin.get_by_role("main").get_by_role("link", name="shop", exact=True).click()
    expect(admin.get_by_role("heading", name="shop", level=1)).to_be_visible()
    admin.go_back()
    expect(search).to_have_value("shop")
    expect(admin).to_have_url(re.compile("search=shop"))


def test_filters_that_are_cleared_empty_the_search(admin: Page) -> None:
    admin.goto("/agents?search=nothing-is-called-so&state=ready")
    admin.get_by_role("button", name="Clear the filters").click()
    expect(admin.get_by_role("searchbox", name="Search agents")).to_have_value("")
    expect(admin).to_have_url(re.compile("/agents$"))


def test_a_day_is_typed_part_by_part(admin: Page) -> None:
    admin.goto("/costs?range=custom&from=2026-10-01&to=2026-10-31")
    first = admin.get_by_label("First day")
    # Day and month in either order; in between it is after the last day, and in the year 2.
    first.focus()
    admin.keyboard.type("12122025", delay=REST)
    expect(first).to_have_value("2025-12-12")
    expect(admin).to_have_url(re.compile("from=2025-12-12&to=2026-10-31"))
    expect(admin.get_by_label("Last day")).to_have_value("2026-10-31")


def test_a_day_that_is_left_half_typed_is_as_it_was(admin: Page) -> None:
    admin.goto("/costs?range=custom&from=2026-10-01&to=2026-10-31")
    first = admin.get_by_label("First day")
    first.focus()
    first.press("Backspace")
    expect(first).to_have_value("")
    admin.get_by_label("Last day").focus()
    expect(first).to_have_value("2026-10-01")
    expect(admin).to_have_url(re.compile("from=2026-10-01"))


def test_audit_filters_keep_the_focus_and_say_what_cannot_be(admin: Page) -> None:
    admin.goto("/audit")
    subject = admin.get_by_label("Subject")
    subject.fill("Agent/default/shop")
    subject.press("Enter")
    expect(admin).to_have_url(re.compile("subject="))
    expect(admin.get_by_role("button", name="Clear")).to_be_visible()
    expect(subject).to_be_focused()
    namespace = admin.get_by_label("Namespace")
    namespace.fill("Team_A")
    namespace.press("Enter")
    expect(admin.get_by_role("alert")).to_contain_text("No namespace can be called so")
    expect(namespace).to_be_focused()
    expect(admin).not_to_have_url(re.compile("namespace="))
    admin.get_by_role("button", name="Clear").click()
    expect(subject).to_have_value("")
    expect(namespace).to_have_value("")
    expect(admin.get_by_role("button", name="Apply")).to_be_focused()
