"""Every page in both themes, on a desktop and on a phone: accessible, no wider than the screen.

The pictures in ``artifacts/`` are for people: look at them after a change of the design.
"""

import pytest
from playwright.sync_api import Page, expect

from support.browser import DESKTOP, MOBILE, Scheme, axe, look, settled, shot, width
from support.browser_chat import ask, completed, start
from support.browser_stack import SignedIn
from support.provider_process import Provider

PAGES = {
    "chat-new": "/chat",
    "agents": "/agents",
    "agents-none-found": "/agents?search=nothing-is-called-so",
    "agent-new": "/agents/new",
    "agent": "/agents/default/shop",
    "agent-waiting": "/agents/default/unfinished",
    "agent-events": "/agents/default/shop?tab=events",
    "agent-yaml": "/agents/default/shop?tab=yaml",
    "agent-edit": "/agents/default/shop/edit",
    "agent-edit-yaml": "/agents/default/shop/edit?view=yaml",
    "models": "/models",
    "model-new": "/models/new",
    "model": "/models/default/scripted",
    "model-edit": "/models/default/scripted/edit",
    "keys": "/keys",
    "budgets": "/budgets",
    "health": "/health",
    "metrics": "/traffic",
    "costs": "/costs",
    "audit": "/audit",
    "missing": "/nowhere",
}
ANSWER = (
    "## Prices\n\n| Item | Price |\n| --- | ---: |\n| Rope | 3 USD |\n| Lamp | 20 USD |\n\n",
    "Both together:\n\n```python\ndef total(items):\n    return sum(items)  # USD\n```\n\n",
    "- See [the list](https://shop.example/prices)\n- or ask `sales`\n\n> Prices change.\n",
)
LOOKS: tuple[tuple[str, Scheme], ...] = (
    ("desktop", "light"),
    ("desktop", "dark"),
    ("mobile", "dark"),
    ("mobile", "light"),
)
SIZES = {"desktop": DESKTOP, "mobile": MOBILE}


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_the_page_at_any_size_in_any_theme(name: str, admin: Page) -> None:
    admin.goto(PAGES[name])
    settled(admin)
    _looked_at(admin, name)


def test_everybody_can_read_a_conversation_at_any_size_in_any_theme(
    admin: Page, provider: Provider
) -> None:
    provider.script(pieces=ANSWER)
    start(admin, "shop", "What does it cost to sail?")
    expect(completed(admin).locator("pre").get_by_text("def", exact=True)).to_be_visible()
    provider.script(pieces=["It is **not**. ", "Ask me something else."])
    ask(admin, "Is that all?\n\nIt seems a lot for a rope and one lamp.")
    expect(completed(admin, 2)).to_contain_text("something else")
    _looked_at(admin, "conversation")


def test_everybody_can_use_the_sign_in(visit: tuple[Page, object]) -> None:
    page, _complaints = visit
    page.goto("/sign-in")
    page.get_by_text("Where is my key?").click()
    _looked_at(page, "sign-in")


def test_a_page_for_another_role_is_accessible_too(signed_in: SignedIn) -> None:
    with signed_in("viewer") as (page, _complaints):
        page.goto("/keys")
        settled(page)
        _looked_at(page, "no-role")


def _looked_at(page: Page, name: str) -> None:
    found: list[str] = []
    for size, scheme in LOOKS:
        look(page, SIZES[size], scheme)
        shot(page, f"{name}-{size}-{scheme}")
        found += [f"{size} {scheme}: {each}" for each in axe(page)]
        if width(page) > SIZES[size]["width"]:
            found.append(f"{size} {scheme}: {width(page)} pixels wide")
    assert found == []
