"""Two admins on one budget, keys that are edited, and forms that are not left by accident."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from support.browser import DESKTOP, MOBILE, Complaints, axe, look, shot, width
from support.browser_stack import SignedIn, Stack

BUDGETS = "/api/v1/budgets/default"
STALE = "status of 412"
MANAGED = "status of 409"


@pytest.fixture
def signed(signed_in: SignedIn) -> Iterator[tuple[Page, Complaints]]:
    with signed_in("admin") as opened:
        yield opened


@pytest.fixture
def other(stack: Stack) -> Iterator[httpx.Client]:
    """The other admin, who looked a moment ago and works with a program."""
    headers = {"Authorization": f"Bearer {stack.admin_key}"}
    with httpx.Client(base_url=stack.url, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture
def shared(other: httpx.Client) -> Iterator[str]:
    """The name of a budget that both may change."""
    name = "shared"
    put(other, name, {"scope": {"kind": "Namespace"}, "amountUSD": 10})
    yield name
    other.delete(f"{BUDGETS}/{name}").raise_for_status()


def put(other: httpx.Client, name: str, spec: dict[str, Any], query: str = "") -> None:
    other.put(f"{BUDGETS}/{name}{query}", json={"spec": spec}).raise_for_status()


def raise_to(other: httpx.Client, name: str, amount: float) -> None:
    put(other, name, {"scope": {"kind": "Namespace"}, "amountUSD": amount})


def amount(other: httpx.Client, name: str) -> float:
    return float(other.get(f"{BUDGETS}/{name}").json()["amount_usd"])


def edited(page: Page, name: str) -> Locator:
    """The dialog that edits a budget."""
    page.goto("/budgets")
    page.get_by_role("button", name=f"Edit default/{name}").click()
    return page.get_by_role("dialog", name=f"Edit {name}")


def test_the_second_admin_is_told_and_loads_what_is_there(
    signed: tuple[Page, Complaints], shared: str, other: httpx.Client
) -> None:
    page, complaints = signed
    dialog = edited(page, shared)
    dialog.get_by_label("Amount in USD").fill("99")
    raise_to(other, shared, 20)
    look(page, MOBILE, "light")
    dialog.get_by_role("button", name="Save").click()
    notice = dialog.get_by_role("alert")
    expect(notice).to_contain_text("Somebody changed this in the meantime")
    # The button that was pressed is far below it.
    expect(notice).to_be_in_viewport()
    assert width(page) <= MOBILE["width"]
    look(page, DESKTOP, "light")
    shot(page, "dialog-budget-changed-desktop-light")
    assert axe(page) == []
    assert amount(other, shared) == 20
    dialog.get_by_role("button", name="Load their version").click()
    expect(dialog.get_by_label("Amount in USD")).to_have_value("20")
    dialog.get_by_label("Amount in USD").fill("30")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert amount(other, shared) == 30
    complaints.forgive(STALE)


def test_the_second_admin_insists(
    signed: tuple[Page, Complaints], shared: str, other: httpx.Client
) -> None:
    page, complaints = signed
    dialog = edited(page, shared)
    dialog.get_by_label("Amount in USD").fill("99")
    raise_to(other, shared, 20)
    dialog.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Keep my draft").click()
    expect(dialog.get_by_label("Amount in USD")).to_have_value("99")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    assert amount(other, shared) == 99
    complaints.forgive(STALE)


def test_a_new_budget_replaces_none_that_the_page_has_not_seen(
    signed: tuple[Page, Complaints], shared: str, other: httpx.Client
) -> None:
    page, complaints = signed
    page.goto("/budgets")
    page.get_by_role("button", name="New budget").click()
    dialog = page.get_by_role("dialog", name="New budget")
    dialog.get_by_role("textbox", name="Name", exact=True).fill(shared)
    dialog.get_by_label("Amount in USD").fill("5")
    dialog.get_by_role("button", name="Create").click()
    expect(dialog.get_by_text("There is a budget of this name")).to_be_visible()
    assert amount(other, shared) == 10
    complaints.forgive(STALE)


def test_a_budget_of_the_manifests_folder_is_changed_when_asked_twice(
    signed: tuple[Page, Complaints], other: httpx.Client
) -> None:
    page, complaints = signed
    before = amount(other, "monthly")
    dialog = edited(page, "monthly")
    dialog.get_by_label("Amount in USD").fill(str(before + 1))
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This is managed elsewhere")
    assert axe(page) == []
    assert amount(other, "monthly") == before
    dialog.get_by_role("button", name="Change it anyway").click()
    expect(dialog).to_be_hidden()
    assert amount(other, "monthly") == before + 1
    complaints.forgive(MANAGED)
    spec = other.get(f"{BUDGETS}/monthly").json()["spec"]
    put(other, "monthly", spec | {"amountUSD": before}, "?force=true")


def test_a_key_is_edited_and_works_on(admin: Page, stack: Stack, other: httpx.Client) -> None:
    body = {"owner": "kim", "name": "kim", "expires_at": "2099-01-01T00:00:00Z"}
    key = other.post("/api/v1/keys", json=body).json()["secret"]
    admin.goto("/keys")
    admin.get_by_role("button", name="Actions for default/kim").click()
    admin.get_by_role("menuitem", name="Edit").click()
    dialog = admin.get_by_role("dialog", name="Edit kim")
    expect(dialog.get_by_label("Owner")).to_have_value("kim")
    dialog.get_by_label("Owner").fill("kim@example.com")
    dialog.get_by_label("Requests per minute").fill("60")
    dialog.get_by_label("Expires").select_option("never")
    shot(admin, "dialog-edit-key-desktop-light")
    assert axe(admin) == []
    dialog.get_by_role("button", name="Save").click()
    row = admin.get_by_role("row").filter(has_text="default/kim")
    expect(row).to_contain_text("kim@example.com")
    told = other.get("/api/v1/keys/default/kim").json()
    assert (told["rate_limit"]["requestsPerMinute"], told["expires_at"]) == (60, None)
    client = stack.standalone.openai(key=key, max_retries=0)
    assert "shop" in {each.id for each in client.models.list()}
    other.delete("/api/v1/keys/default/kim").raise_for_status()


def test_forms_are_not_left_by_accident(admin: Page) -> None:
    admin.goto("/keys")
    admin.get_by_role("button", name="New key").click()
    form = admin.get_by_role("dialog", name="New API key")
    form.get_by_label("Owner").fill("robin")
    admin.mouse.click(5, 400)
    expect(form.get_by_label("Owner")).to_have_value("robin")
    admin.keyboard.press("Escape")
    question = admin.get_by_role("alertdialog", name="Close without saving?")
    expect(question).to_be_visible()
    assert axe(admin) == []
    question.get_by_role("button", name="Cancel").click()
    expect(form.get_by_label("Owner")).to_have_value("robin")
    admin.keyboard.press("Escape")
    question.get_by_role("button", name="Close and lose it").click()
    expect(form).to_be_hidden()
    # A form with nothing in it is closed without a question.
    admin.get_by_role("button", name="New key").click()
    expect(form.get_by_label("Owner")).to_have_value("")
    admin.keyboard.press("Escape")
    expect(form).to_be_hidden()
