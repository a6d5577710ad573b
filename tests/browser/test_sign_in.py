"""Signing in and out: the key opens a session, and is nowhere afterwards."""

import re

from playwright.sync_api import Page, expect

from support.browser import Complaints
from support.browser_chat import answers, start
from support.browser_stack import SignedIn, Stack
from support.provider_process import Provider
from support.standalone import api_key

STORED = """() => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie,
  [...document.querySelectorAll('input, textarea')].map(field => field.value),
])"""
KEY_FIELD = "API key"


def _enter(page: Page, key: str) -> None:
    page.get_by_label(KEY_FIELD, exact=True).fill(key)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_key_is_refused_with_a_reason(visit: tuple[Page, Complaints]) -> None:
    page, _complaints = visit
    page.goto("/")
    _enter(page, "qd_" + "x" * 40)
    expect(page.get_by_role("alert")).to_contain_text("does not know this key")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_the_key_opens_a_session_and_is_kept_nowhere(
    visit: tuple[Page, Complaints], stack: Stack
) -> None:
    page, _complaints = visit
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/agents")
    _enter(page, stack.admin_key)
    expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()

    (cookie,) = page.context.cookies()
    assert cookie.get("httpOnly") is True
    assert cookie.get("sameSite") == "Strict"
    secret = stack.admin_key.removeprefix("qd_")
    seen = (page.evaluate(STORED), page.content(), page.url, str(cookie), *asked)
    assert [each for each in seen if secret in each] == []


def test_the_session_outlives_a_reload_and_ends_with_signing_out(signed_in: SignedIn) -> None:
    with signed_in("admin") as (page, complaints):
        complaints.may_be_refused()
        page.goto("/agents")
        page.reload()
        expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()

        page.get_by_role("button", name=re.compile("^Account of ")).click()
        page.get_by_role("menuitem", name="Sign out", exact=True).click()
        expect(page).to_have_url(re.compile("/sign-in"))
        assert page.context.cookies() == []
        page.goto("/agents")
        expect(page.get_by_label(KEY_FIELD, exact=True)).to_be_visible()


def test_signing_out_in_the_middle_of_an_answer_leaves_nothing_in_the_tab(
    signed_in: SignedIn, provider: Provider
) -> None:
    provider.script(pieces=["secret "] * 4000, piece_delay=0.05)
    with signed_in("admin") as (page, complaints):
        complaints.may_be_refused()
        page.route("**/api/v1/conversations/*/messages/*", lambda _route: None)
        start(page, "shop", "Tell me a secret")
        expect(answers(page)).to_contain_text("secret secret")
        page.get_by_role("button", name=re.compile("^Account of ")).click()
        page.get_by_role("menuitem", name="Sign out", exact=True).click()
        expect(page).to_have_url(re.compile("/sign-in"))
        assert "secret" not in page.evaluate(STORED)


def test_a_key_that_is_revoked_is_asked_for_again(stack: Stack, signed_in: SignedIn) -> None:
    stack.standalone.apply(api_key("leaver", role="viewer"))
    with signed_in("leaver") as (page, complaints):
        complaints.may_be_refused()
        page.goto("/agents")
        expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()
        assert stack.standalone.run("keys", "revoke", "leaver").returncode == 0
        page.goto("/models")
        expect(page).to_have_url(re.compile("/sign-in"))
