"""Health, metrics, costs and audit, after chats have been."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.usefixtures("past")


def test_health_names_what_is_wrong_and_what_to_do(admin: Page) -> None:
    admin.goto("/health")
    row = admin.get_by_role("row").filter(has_text="default/unfinished")
    expect(row).to_contain_text("ModelNotFound")
    expect(row).to_contain_text("What to do:")
    main = admin.get_by_role("main")
    for component in ("Gateway", "Database", "Ledger spool", "Audit log", "Operator"):
        expect(main.get_by_text(component, exact=True)).to_be_visible()
    expect(main.get_by_text("Works", exact=True).first).to_be_visible()
    row.get_by_role("link").click()
    expect(admin.get_by_role("heading", name="unfinished", level=1)).to_be_visible()


def test_metrics_show_the_chats_as_charts_and_as_a_table(admin: Page) -> None:
    admin.goto("/traffic")
    main = admin.get_by_role("main")
    expect(main.locator("svg.recharts-surface").first).to_be_visible()
    expect(main.locator(".recharts-bar-rectangle path").first).to_be_attached()
    admin.get_by_label("Agent", exact=True).select_option(label="default/shop")
    expect(admin).to_have_url(re.compile("agent=shop"))
    admin.get_by_label("Show as").select_option(label="Table")
    table = admin.get_by_role("table", name="Metrics over time")
    expect(table.get_by_role("row")).not_to_have_count(1)
    expect(table).to_contain_text(re.compile(r"\$0\.\d+"))


def test_costs_are_told_by_agent_model_and_key(admin: Page) -> None:
    admin.goto("/costs")
    table = admin.get_by_role("table")
    expect(table).to_contain_text("default/shop")
    expect(table).to_contain_text(re.compile(r"\$0\.0\d+"))
    admin.get_by_role("combobox", name="By", exact=True).select_option(label="Model")
    expect(table).to_contain_text("scripted")
    admin.get_by_role("combobox", name="By", exact=True).select_option(label="API key")
    expect(table).to_contain_text("admin")
    expect(admin).to_have_url(re.compile("by=key"))


def test_the_audit_log_is_filtered_and_verified(admin: Page) -> None:
    admin.goto("/audit")
    events = admin.get_by_role("table", name=re.compile("Audit events"))
    expect(events).to_contain_text("Signed in")
    admin.get_by_label("Subject").fill("Agent/default/shop")
    admin.get_by_role("button", name="Apply").click()
    expect(events.get_by_role("row")).to_have_count(2)
    events.get_by_role("button", name=re.compile("Details of event")).click()
    drawer = admin.get_by_role("dialog")
    expect(drawer).to_contain_text("Hash")
    admin.keyboard.press("Escape")
    admin.get_by_role("button", name="Verify").click()
    expect(admin.get_by_text(re.compile(r"events hold"))).to_be_visible()
