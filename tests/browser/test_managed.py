"""Agents that others write too: a folder that manages them, and the operator their status."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from support.browser import DESKTOP, MOBILE, Scheme, axe, look, shot
from support.browser_stack import SignedIn, Stack
from support.standalone import agent, as_yaml, model, wait_for

LOOKS: tuple[tuple[ViewportSize, Scheme], ...] = ((DESKTOP, "light"), (MOBILE, "dark"))
SUSPENDED = "The agent is suspended: it answers no chats until it is resumed."
RESUMED = "The agent is resumed."


@pytest.fixture
def tracked(stack: Stack) -> Iterator[None]:
    """An agent that stands in the manifests folder."""
    file = stack.standalone.folder / "m" / "tracked.yaml"
    file.write_text(as_yaml(agent("tracked", model="scripted")))
    wait_for(lambda: _reason(stack, "tracked"), "the folder is followed")
    yield
    file.unlink()


def test_an_agent_is_suspended_and_resumed(admin: Page, stack: Stack) -> None:
    stack.standalone.apply(agent("napper", model="scripted"))
    admin.goto("/agents/default/napper")
    admin.get_by_role("button", name="Suspend").click()
    expect(admin.get_by_text(SUSPENDED, exact=True)).to_be_visible()
    assert _is_suspended(admin, "napper")
    admin.get_by_role("button", name="Resume").click()
    expect(admin.get_by_text(RESUMED, exact=True)).to_be_visible()
    assert not _is_suspended(admin, "napper")
    expect(admin.get_by_role("button", name="Suspend")).to_be_visible()


@pytest.mark.usefixtures("tracked")
def test_an_agent_of_the_manifests_folder_is_suspended_after_a_question(
    signed_in: SignedIn,
) -> None:
    with signed_in("admin") as (page, complaints):
        page.goto("/agents/default/tracked")
        dialog = page.get_by_role("alertdialog", name="This is managed elsewhere")
        page.get_by_role("button", name="Suspend").click()
        expect(dialog).to_contain_text("tracked.yaml")
        for size, scheme in LOOKS:
            look(page, size, scheme)
            shot(page, f"dialog-suspend-managed-{size['width']}-{scheme}")
            assert axe(page) == []
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()
        assert not _is_suspended(page, "tracked")
        page.get_by_role("button", name="Suspend").click()
        dialog.get_by_role("button", name="Suspend it anyway").click()
        expect(page.get_by_text(SUSPENDED, exact=True)).to_be_visible()
        expect(dialog).to_be_hidden()
        assert _is_suspended(page, "tracked")
        page.get_by_role("button", name="Resume").click()
        dialog.get_by_role("button", name="Resume it anyway").click()
        expect(page.get_by_text(RESUMED, exact=True)).to_be_visible()
        assert not _is_suspended(page, "tracked")
        complaints.forgive("409")


def test_a_status_that_moves_on_is_nobodys_change(admin: Page, stack: Stack) -> None:
    stack.standalone.apply(agent("patient", model="later"))
    wait_for(lambda: _reason(stack, "patient") == "ModelNotFound", "the agent waits for its model")
    admin.goto("/agents/default/patient/edit")
    admin.get_by_label("Description").fill("Has waited for its model.")
    stack.standalone.apply(model("later", url=stack.provider.url))
    wait_for(lambda: _reason(stack, "patient") != "ModelNotFound", "the agent has its model")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", name="patient", level=1)).to_be_visible()
    expect(admin.get_by_role("main").get_by_text("Has waited for its model.")).to_be_visible()


def _reason(stack: Stack, name: str) -> str:
    return stack.standalone.condition(name)[1]


def _is_suspended(page: Page, name: str) -> bool:
    answer = page.request.get(f"/api/v1/agents/default/{name}")
    return bool(answer.json()["suspended"])
