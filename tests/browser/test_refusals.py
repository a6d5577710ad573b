"""What a chat says when it is refused: why, and what to do about it."""

import re

from playwright.sync_api import expect

from support.browser import DESKTOP, MOBILE, Scheme, axe, look, shot
from support.browser_chat import completed, kept, start
from support.browser_stack import SignedIn

LOOKS: tuple[tuple[str, Scheme], ...] = (("desktop", "light"), ("mobile", "dark"))


def test_a_spent_budget_is_told_with_the_way_to_the_budgets(signed_in: SignedIn) -> None:
    with signed_in("user") as (page, complaints):
        with kept(page):
            start(page, "broke", "Can I afford this?")
        alert = completed(page).get_by_role("alert")
        expect(alert).to_contain_text("The budget does not cover this chat")
        expect(alert).to_contain_text("pocket")
        for size, scheme in LOOKS:
            look(page, DESKTOP if size == "desktop" else MOBILE, scheme)
            shot(page, f"chat-budget-{size}-{scheme}")
            assert axe(page) == []
        page.reload()
        alert = completed(page).get_by_role("note")
        expect(alert).to_contain_text("The budget does not cover this chat")
        expect(alert).to_contain_text("pocket")
        expect(alert).not_to_contain_text("00:00Z")
        alert.get_by_role("link", name="See the budgets").click()
        expect(page.get_by_role("heading", name="Budgets", level=1)).to_be_visible()
        complaints.forgive("402")


def test_a_limit_counts_down_until_one_may_try_again(signed_in: SignedIn) -> None:
    with signed_in("user") as (page, complaints):
        with kept(page):
            start(page, "narrow", "The only one in this minute")
        with kept(page):
            start(page, "narrow", "One too many")
        alert = completed(page).get_by_role("alert")
        expect(alert).to_contain_text("Too many requests just now")
        retry = alert.get_by_role("button", name=re.compile(r"Try again in \d+ s"))
        expect(retry).to_be_disabled()
        before = _seconds(retry.inner_text())
        expect(retry).not_to_have_text(re.compile(rf"in {before} s"))
        assert _seconds(retry.inner_text()) < before
        page.reload()
        alert = completed(page).get_by_role("note")
        expect(alert).to_contain_text("Too many requests just now")
        expect(alert).to_contain_text("Request id")
        expect(alert).not_to_contain_text(re.compile(r"in \d+ s"))
        expect(alert.get_by_role("button", name="Try again", exact=True)).to_be_enabled()
        complaints.forgive("429")


def test_an_agent_that_cannot_answer_yet_is_told_with_its_reason(signed_in: SignedIn) -> None:
    with signed_in("user") as (page, complaints):
        start(page, "unfinished", "Are you there?")
        alert = completed(page).get_by_role("alert")
        expect(alert).to_contain_text("not ready")
        expect(alert.get_by_role("button", name=re.compile("Try again"))).to_be_visible()
        complaints.forgive("503")


def _seconds(label: str) -> int:
    return int("".join(each for each in label if each.isdigit()))
