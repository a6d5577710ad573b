"""The list of conversations: kept by the gateway, found, renamed, exported, deleted."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from support.browser import axe, shot
from support.browser_chat import completed, in_list, kept, menu_of, start
from support.browser_stack import SignedIn

WIDE: ViewportSize = {"width": 1440, "height": 900}


@pytest.fixture
def page(signed_in: SignedIn) -> Iterator[Page]:
    with signed_in("editor", viewport=WIDE) as (page, _complaints):
        yield page


def _begun(page: Page, question: str) -> None:
    with kept(page):
        start(page, "shop", question)
    expect(in_list(page, question)).to_be_visible()


def test_a_conversation_outlives_a_reload(page: Page) -> None:
    _begun(page, "Do you remember me?")
    page.reload()
    expect(completed(page)).to_contain_text("Hello, world!")
    expect(in_list(page, "Do you remember me?")).to_be_visible()
    shot(page, "chat-conversation-desktop-light")
    assert axe(page) == []


def test_conversations_are_found_by_their_names(page: Page) -> None:
    _begun(page, "About parrots")
    _begun(page, "About anchors")
    page.get_by_role("searchbox", name="Search conversations").fill("parrot")
    expect(in_list(page, "About anchors")).to_be_hidden()
    expect(in_list(page, "About parrots")).to_be_visible()
    page.get_by_role("searchbox", name="Search conversations").fill("no such thing")
    expect(page.get_by_text("Nothing found.")).to_be_visible()


def test_a_conversation_is_renamed(page: Page) -> None:
    _begun(page, "A name to change")
    menu_of(page, "A name to change")
    page.get_by_role("menuitem", name="Rename").click()
    page.get_by_role("textbox", name="Name").fill("A better name")
    page.get_by_role("button", name="Save").click()
    expect(in_list(page, "A better name")).to_be_visible()
    expect(page.get_by_role("heading", name="A better name", level=1)).to_be_visible()
    page.reload()
    expect(in_list(page, "A better name")).to_be_visible()


def test_a_conversation_is_deleted_after_a_question(signed_in: SignedIn) -> None:
    with signed_in("editor", viewport=WIDE) as (page, complaints):
        _begun(page, "Nobody shall know")
        # Its page may look once more.
        complaints.may_miss(f"conversations/{page.url.rpartition('/')[2]}")
        menu_of(page, "Nobody shall know")
        page.get_by_role("menuitem", name="Delete").click()
        dialog = page.get_by_role("alertdialog")
        expect(dialog).to_contain_text("Nobody shall know")
        shot(page, "dialog-delete-conversation-desktop-light")
        assert axe(page) == []
        dialog.get_by_role("button", name="Cancel").click()
        expect(in_list(page, "Nobody shall know")).to_be_visible()
        menu_of(page, "Nobody shall know")
        page.get_by_role("menuitem", name="Delete").click()
        dialog.get_by_role("button", name="Delete").click()
        expect(in_list(page, "Nobody shall know")).to_be_hidden()
        page.reload()
        expect(page.get_by_role("searchbox", name="Search conversations")).to_be_visible()
        expect(in_list(page, "Nobody shall know")).to_be_hidden()


def test_a_conversation_is_exported(page: Page) -> None:
    _begun(page, "Write this down")
    markdown = _exported(page, "Write this down", "Export as Markdown").read_text()
    assert "Write this down" in markdown
    assert "Hello, world!" in markdown
    document = json.loads(_exported(page, "Write this down", "Export as JSON").read_text())
    assert [each["role"] for each in document["messages"]] == ["user", "assistant"]


def _exported(page: Page, title: str, item: str) -> Path:
    menu_of(page, title)
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=item).click()
    return Path(download.value.path())
