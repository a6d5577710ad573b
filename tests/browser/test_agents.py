"""Agents made and changed in the browser, by form and by YAML."""

import re

from playwright.sync_api import Page, expect

from support.browser import axe, shot
from support.browser_chat import ask, completed
from support.browser_stack import SignedIn, Stack


def test_an_agent_is_created_by_form_and_answers(admin: Page, stack: Stack) -> None:
    admin.goto("/agents")
    admin.get_by_role("link", name="Create agent").click()
    admin.get_by_label("Name *", exact=True).fill("poet")
    admin.get_by_label("Description").fill("Writes verses.")
    admin.get_by_label("Instructions *", exact=True).fill("Answer in rhymes.")
    admin.get_by_label("Model *", exact=True).select_option("scripted")
    admin.get_by_role("button", name="Create", exact=True).click()

    expect(admin.get_by_role("heading", name="poet", level=1)).to_be_visible()
    stack.standalone.wait_ready("poet")
    # The page looks again by itself.
    expect(admin.get_by_role("main").get_by_text("WaitingForWorkers")).to_have_count(0)
    admin.get_by_role("main").get_by_role("link", name="Chat").click()
    ask(admin, "A verse, please")
    expect(completed(admin)).to_contain_text("Hello, world!")


def test_what_is_missing_is_said_at_its_field(admin: Page) -> None:
    admin.goto("/agents/new")
    admin.get_by_role("button", name="Create", exact=True).click()
    name = admin.get_by_label("Name *", exact=True)
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    shot(admin, "agent-new-errors-desktop-light")
    assert axe(admin) == []


def test_a_bad_field_in_the_yaml_is_shown_at_its_line(admin: Page) -> None:
    admin.goto("/agents/default/shop/edit?view=yaml")
    editor = admin.get_by_role("textbox", name="YAML")
    editor.click()
    admin.keyboard.press("Control+End")
    admin.keyboard.insert_text("  replicas: plenty\n  colour: blue\n")
    expect(editor).to_contain_text("colour: blue")
    line = editor.locator(".cm-line").all_inner_texts().index("  replicas: plenty") + 1
    problems = admin.get_by_role("region", name="Problems")
    expect(problems).to_contain_text(f"Line {line}")
    expect(problems).to_contain_text("spec.replicas")
    expect(problems).to_contain_text(f"Line {line + 1}")
    expect(problems).to_contain_text("colour")
    expect(admin.locator(".cm-lint-marker-error")).to_have_count(2)
    shot(admin, "agent-yaml-problems-desktop-light")
    assert axe(admin) == []

    admin.get_by_role("button", name="Save").click()
    expect(admin).to_have_url(re.compile("/edit"))


def test_yaml_that_cannot_be_read_is_shown_at_its_line(admin: Page) -> None:
    admin.goto("/agents/default/shop/edit?view=yaml")
    admin.get_by_role("textbox", name="YAML").click()
    admin.keyboard.press("Control+A")
    admin.keyboard.insert_text("kind: Agent\nspec:\n  model: [scripted\n")
    problems = admin.get_by_role("region", name="Problems")
    expect(problems).to_contain_text(re.compile(r"Line [34]"))
    expect(admin.get_by_role("tab", name="Form")).to_be_disabled()


def test_the_keyboard_leaves_the_yaml_as_the_page_says(admin: Page) -> None:
    admin.goto("/agents/default/shop/edit?view=yaml")
    editor = admin.get_by_role("textbox", name="YAML")
    editor.click()
    expect(editor).to_be_focused()
    expect(admin.get_by_text("Tab leaves the editor")).to_be_visible()
    admin.keyboard.press("Tab")
    expect(admin.get_by_role("button", name="Save")).to_be_focused()
    expect(admin.get_by_role("region", name="Problems")).to_have_count(0)


def test_a_draft_is_not_left_by_accident(admin: Page) -> None:
    admin.goto("/agents/new")
    admin.get_by_label("Name *", exact=True).fill("half-done")
    admin.get_by_role("navigation").get_by_role("link", name="Models").click()
    dialog = admin.get_by_role("alertdialog", name="Leave without saving?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(admin.get_by_label("Name *", exact=True)).to_have_value("half-done")
    admin.get_by_role("navigation").get_by_role("link", name="Models").click()
    dialog.get_by_role("button", name="Leave").click()
    expect(admin.get_by_role("heading", name="Models", level=1)).to_be_visible()


def test_an_agent_is_deleted_after_a_question(signed_in: SignedIn) -> None:
    with signed_in("admin") as (page, complaints):
        # Its page may look once more.
        complaints.may_miss("agents/default/short-lived")
        page.goto("/agents/new")
        page.get_by_label("Name *", exact=True).fill("short-lived")
        page.get_by_label("Instructions *", exact=True).fill("Say nothing.")
        page.get_by_label("Model *", exact=True).select_option("scripted")
        page.get_by_role("button", name="Create", exact=True).click()
        expect(page.get_by_role("heading", name="short-lived", level=1)).to_be_visible()
        page.get_by_role("button", name="Delete").click()
        dialog = page.get_by_role("alertdialog")
        expect(dialog).to_contain_text("short-lived")
        shot(page, "dialog-delete-agent-desktop-light")
        assert axe(page) == []
        dialog.get_by_role("textbox").fill("short-lived")
        dialog.get_by_role("button", name="Delete").click()
        expect(page.get_by_role("heading", name="Agents", level=1)).to_be_visible()
        expect(page.get_by_role("link", name="short-lived")).to_be_hidden()
