"""Parts of pages whose code cannot be fetched: the page stays, and they come when it can."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from support.browser import DESKTOP, MOBILE, axe, look, quiet, settled, shot
from support.browser_chat import ask, completed, start
from support.browser_stack import SignedIn, Stack
from support.provider_process import Provider
from support.standalone import api_key


@contextmanager
def missing(page: Page, code: str, *, status: int | None = None) -> Iterator[None]:
    """Scripts of this name cannot be fetched; with a status the server answers so."""
    pattern = f"**/assets/{code}*.js"
    page.route(pattern, lambda route: route.fulfill(status=status) if status else route.abort())
    yield
    page.unroute(pattern)


def test_an_answer_is_plain_text_without_what_formats_it(
    signed_in: SignedIn, provider: Provider
) -> None:
    provider.script(pieces=["It is **bold**."])
    with signed_in("user") as (page, complaints):
        with missing(page, "markdown"):
            start(page, "shop", "Say it")
            answer = completed(page)
            expect(answer).to_contain_text("It is **bold**.")
            button = answer.get_by_role("button", name="Format it")
            expect(button).to_be_visible()
            for size, viewport in (("desktop", DESKTOP), ("mobile", MOBILE)):
                look(page, viewport, "light")
                shot(page, f"answer-unformatted-{size}-light")
                assert axe(page) == []
        button.click()
        expect(answer.locator("[data-streamdown=strong]")).to_have_text("bold")
        expect(button).to_be_hidden()
        complaints.forgive("ERR_FAILED")


def test_a_formula_is_read_as_it_was_written(signed_in: SignedIn, provider: Provider) -> None:
    provider.script(pieces=["It is $$x^2$$, **surely**."])
    with signed_in("user") as (page, complaints):
        with missing(page, "formula"):
            with page.expect_event("requestfailed", lambda one: "/assets/formula" in one.url):
                start(page, "shop", "How much?")
            answer = completed(page)
            expect(answer.locator("[data-streamdown=strong]")).to_have_text("surely")
            expect(answer.get_by_role("code").filter(has_text="x^2")).to_be_visible()
            ask(page, "And then?")
            completed(page, 2)
        page.reload()
        expect(answer.locator("math")).to_be_visible()
        complaints.forgive("ERR_FAILED")


def test_a_new_version_is_told_and_the_page_stays(signed_in: SignedIn, provider: Provider) -> None:
    provider.script(pieces=["It is **bold**."])
    with signed_in("user") as (page, complaints):
        with missing(page, "markdown", status=404):
            start(page, "shop", "Say it again")
            answer = completed(page)
            expect(answer).to_contain_text("It is **bold**.")
            anew = answer.get_by_role("button", name="Reload the page")
            expect(anew).to_be_visible()
        address = page.url
        anew.click()
        expect(completed(page).locator("[data-streamdown=strong]")).to_have_text("bold")
        assert page.url == address
        complaints.forgive("there is no /assets/markdown")


def test_the_palette_opens_the_next_time(signed_in: SignedIn) -> None:
    with signed_in("user") as (page, complaints):
        page.goto("/chat?agent=shop")
        composer = page.get_by_role("textbox", name="Message", exact=True)
        composer.fill("Not sent yet")
        with missing(page, "command-palette"):
            page.keyboard.press("Control+k")
            expect(page.get_by_text("The command palette did not open", exact=True)).to_be_visible()
        expect(composer).to_have_value("Not sent yet")
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Command palette")).to_be_visible()
        complaints.forgive("ERR_FAILED")


def test_the_editor_comes_when_it_can_be_had(signed_in: SignedIn) -> None:
    with signed_in("editor") as (page, complaints):
        with missing(page, "codemirror"):
            page.goto("/agents/default/shop?tab=yaml")
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text("The editor is missing")
            expect(page.get_by_text("kind: Agent")).to_be_visible()
            shot(page, "yaml-without-editor-desktop-light")
            assert axe(page) == []
        alert.get_by_role("button", name="Try again").click()
        expect(page.get_by_test_id("yaml").get_by_role("textbox")).to_be_visible()
        expect(alert).to_be_hidden()
        complaints.forgive("ERR_FAILED")


def test_a_key_is_asked_for_when_nothing_can_be_fetched(stack: Stack, signed_in: SignedIn) -> None:
    stack.standalone.apply(api_key("stranded", role="user"))
    with signed_in("stranded") as (page, complaints):
        with page.expect_response(re.compile(r"/assets/sign-in-again.*\.js$")) as ahead:
            page.goto("/chat?agent=shop")
        settled(page)
        # Its parts are there, too.
        page.evaluate("url => import(url)", ahead.value.url)
        composer = page.get_by_role("textbox", name="Message", exact=True)
        composer.fill("Nearly finished")
        with missing(page, ""), quiet(page, "agents", "conversations"):
            assert page.request.delete("/api/v1/session?all=true").ok
            composer.press("Enter")
            dialog = page.get_by_role("dialog", name="Sign in to go on")
            expect(dialog).to_be_visible()
            dialog.get_by_label("API key", exact=True).fill(stack.key("stranded"))
            dialog.get_by_role("button", name="Sign in").click()
            expect(dialog).to_be_hidden()
        expect(composer).to_have_value("Nearly finished")
        complaints.forgive("401")
