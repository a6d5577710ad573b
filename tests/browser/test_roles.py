"""What each role sees; the gateway decides anyway, so this is about what is offered."""

import re

import pytest
from playwright.sync_api import Page, expect

from support.browser_stack import SignedIn

OF_ADMINS = ["Keys", "Audit"]
PAGES = {
    "viewer": ["Agents", "Models", "Budgets", "Health", "Metrics", "Costs"],
    "user": ["Chat", "Agents", "Models", "Budgets", "Health", "Metrics", "Costs"],
    "editor": ["Chat", "Agents", "Models", "Budgets", "Health", "Metrics", "Costs"],
    "admin": ["Chat", "Agents", "Models", "Keys", "Budgets", "Health", "Metrics", "Costs", "Audit"],
}


@pytest.mark.parametrize("role", PAGES)
def test_the_menu_has_the_pages_of_the_role(role: str, signed_in: SignedIn) -> None:
    with signed_in(role) as (page, _complaints):
        page.goto("/health")
        expect(page.get_by_role("heading", name="Health", level=1)).to_be_visible()
        links = page.get_by_role("navigation", name="Main").get_by_role("link")
        expect(links).to_have_text(PAGES[role], use_inner_text=True)


@pytest.mark.parametrize("path", ["/keys", "/audit"])
def test_a_page_of_admins_says_which_role_it_needs(path: str, signed_in: SignedIn) -> None:
    with signed_in("viewer") as (page, _complaints):
        page.goto(path)
        expect(page.get_by_text("needs the role admin")).to_be_visible()
        expect(page.get_by_role("table")).to_be_hidden()


def test_a_viewer_is_offered_no_changes(signed_in: SignedIn) -> None:
    with signed_in("viewer") as (page, _complaints):
        for path, wait in (
            ("/agents", "shop"),
            ("/agents/default/shop", "Conditions"),
            ("/models", "scripted"),
            ("/models/default/scripted", "Conditions"),
            ("/budgets", "monthly"),
        ):
            page.goto(path)
            expect(page.get_by_role("main").get_by_text(wait).first).to_be_visible()
            assert _changes(page) == [], path


def _changes(page: Page) -> list[str]:
    main = page.get_by_role("main")
    changing = re.compile(r"^(Create|New|Edit|Delete|Suspend|Chat)\b")
    found = [main.get_by_role(role, name=changing) for role in ("button", "link")]
    return [each.first.inner_text() for each in found if each.count()]


def test_an_editor_changes_agents_and_a_user_does_not(signed_in: SignedIn) -> None:
    for role, offered in (("editor", 1), ("user", 0)):
        with signed_in(role) as (page, _complaints):
            page.goto("/agents/default/shop")
            expect(page.get_by_role("heading", name="Conditions")).to_be_visible()
            actions = page.get_by_role("main").get_by_role("link", name="Edit", exact=True)
            expect(actions).to_have_count(offered)


def test_an_address_of_the_editor_is_refused_to_a_viewer(signed_in: SignedIn) -> None:
    with signed_in("viewer") as (page, _complaints):
        page.goto("/agents/new")
        expect(page.get_by_text("editor").first).to_be_visible()
        expect(page.get_by_role("button", name="Create", exact=True)).to_be_hidden()
