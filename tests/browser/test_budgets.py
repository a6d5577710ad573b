"""Budgets made and changed in the browser."""

import pytest
from playwright.sync_api import Page, expect

from support.browser import DESKTOP, MOBILE, axe, look, shot, width


@pytest.mark.usefixtures("past")
def test_a_budget_is_made_changed_and_deleted(admin: Page) -> None:
    admin.goto("/budgets")
    admin.get_by_role("button", name="New budget").click()
    dialog = admin.get_by_role("dialog", name="New budget")
    dialog.get_by_role("textbox", name="Name", exact=True).fill("tiny")
    dialog.get_by_label("Amount in USD").fill("1000")
    for size, viewport in (("desktop", DESKTOP), ("mobile", MOBILE)):
        for scheme in ("light", "dark"):
            look(admin, viewport, scheme)
            shot(admin, f"dialog-new-budget-{size}-{scheme}")
            assert axe(admin) == []
            assert width(admin) <= viewport["width"]
    look(admin, DESKTOP, "light")
    dialog.get_by_role("button", name="Create").click()
    card = admin.get_by_role("main").get_by_role("listitem").filter(has_text="tiny")
    expect(card).to_contain_text("$1,000.00")

    card.get_by_role("button", name="Edit").click()
    admin.get_by_role("dialog", name="Edit").get_by_label("Amount in USD").fill("2000")
    admin.get_by_role("dialog", name="Edit").get_by_role("button", name="Save").click()
    expect(card).to_contain_text("$2,000.00")

    card.get_by_role("button", name="Delete").click()
    question = admin.get_by_role("alertdialog")
    question.get_by_role("textbox").fill("tiny")
    shot(admin, "dialog-delete-budget-desktop-light")
    assert axe(admin) == []
    question.get_by_role("button", name="Delete").click()
    expect(card).to_be_hidden()
