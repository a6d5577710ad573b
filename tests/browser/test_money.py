"""What people see of money: budgets that refuse, prices that nobody knows, costs of one agent."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from support.browser import DESKTOP, MOBILE, axe, look, settled, shot, width
from support.browser_stack import SignedIn, Stack
from support.standalone import budget, model


def _looked_at(page: Page, name: str) -> None:
    for size, viewport in (("desktop", DESKTOP), ("mobile", MOBILE)):
        look(page, viewport, "light")
        shot(page, f"{name}-{size}-light")
        assert axe(page) == []
        assert width(page) <= viewport["width"]
    look(page, DESKTOP, "light")


def test_a_budget_with_too_little_left_says_that_chats_are_refused(
    stack: Stack, admin: Page
) -> None:
    scope = {"kind": "Agent", "name": "broke"}
    stack.standalone.apply(budget("purse", amountUSD=0.01, scope=scope))
    admin.goto("/budgets")
    card = admin.get_by_role("main").get_by_role("listitem").filter(has_text="purse")
    expect(card).to_contain_text("Too little left")
    expect(card).to_contain_text("Chats are refused: even the cheapest sets aside $10.24")
    _looked_at(admin, "budget-too-little-left")


def test_a_model_without_a_price_says_so_and_how_to_set_it(stack: Stack, admin: Page) -> None:
    stack.standalone.apply(model("unpriced", url=stack.provider.url))
    admin.goto("/models")
    row = admin.get_by_role("row").filter(has_text="unpriced")
    expect(row).to_contain_text("No price known")
    _looked_at(admin, "models-unpriced")
    admin.goto("/models/default/unpriced")
    main = admin.get_by_role("main")
    expect(main).to_contain_text("Chats count as 0 USD")
    _looked_at(admin, "model-unpriced")
    main.get_by_role("link", name="Set the price").click()
    expect(admin).to_have_url(re.compile("/models/default/unpriced/edit"))


@pytest.mark.usefixtures("past")
def test_the_costs_of_an_agent_are_its_own_until_the_filter_goes(admin: Page) -> None:
    admin.goto("/agents/default/broke")
    admin.get_by_role("main").get_by_role("link", name="Costs").click()
    expect(admin).to_have_url(re.compile("agent=broke"))
    expect(admin.get_by_text("Only agent default/broke")).to_be_visible()
    settled(admin)
    _looked_at(admin, "costs-of-an-agent")
    admin.goto("/costs?namespace=default&agent=shop&model=scripted")
    admin.get_by_role("button", name="No longer only agent default/shop").click()
    expect(admin).not_to_have_url(re.compile("agent="))
    expect(admin).to_have_url(re.compile("model=scripted"))
    admin.get_by_role("button", name="No longer only model default/scripted").click()
    expect(admin).not_to_have_url(re.compile("namespace="))


@pytest.mark.parametrize(
    ("zone", "local"),
    [("America/New_York", re.compile("31|30|29|28")), ("Asia/Tokyo", re.compile("^1 .*09:00"))],
)
def test_a_period_ends_where_the_gateway_ends_it(
    zone: str, local: re.Pattern[str], signed_in: SignedIn, stack: Stack
) -> None:
    with signed_in("admin", zone=zone) as (page, _complaints):
        page.goto("/budgets")
        card = page.get_by_role("main").get_by_role("listitem").filter(has_text="monthly")
        expect(card).to_contain_text(re.compile(r"1 \w+ \d{4}, 00:00 UTC"))
        expect(card.locator("time")).to_have_attribute("title", local)
        page.goto("/costs?by=day&range=today")
        settled(page)
        expect(page.get_by_label("Time (UTC)")).to_be_visible()
        page.goto("/audit")
        settled(page)
        moments: list[dict[str, Any]] = page.locator("main time").evaluate_all(
            """(all, zone) => {
              const clock = new Intl.DateTimeFormat("en-GB", {timeZone: zone, timeStyle: "short"});
              return all.slice(0, 5).map(each => (
                {shown: each.innerText, hour: clock.format(new Date(each.dateTime))}));
            }""",
            zone,
        )
        assert moments
        assert [each for each in moments if each["hour"] not in each["shown"]] == []
