"""Where people would be stuck: what is not there, a lost connection, a page left in the middle."""

from playwright.sync_api import Page, expect

from support.browser import axe, settled, shot
from support.browser_chat import answers, completed, start
from support.browser_stack import SignedIn
from support.provider_process import Provider


def test_a_missing_model_can_be_made_from_its_address(signed_in: SignedIn) -> None:
    with signed_in("admin") as (page, complaints):
        complaints.may_miss("models/default/nowhere")
        page.goto("/agents/default/unfinished")
        page.get_by_role("main").get_by_role("link", name="nowhere").click()
        expect(page.get_by_text("There is no model default/nowhere")).to_be_visible()
        shot(page, "model-missing-desktop-light")
        assert axe(page) == []
        page.get_by_role("link", name="Create model").click()
        expect(page.get_by_label("Name *", exact=True)).to_have_value("nowhere")


def test_a_lost_connection_is_told_and_no_page_is_lost(signed_in: SignedIn) -> None:
    with signed_in("admin") as (page, complaints):
        page.goto("/agents")
        settled(page)
        page.context.set_offline(True)
        expect(page.get_by_text("You are offline.")).to_be_visible()
        page.get_by_role("navigation").get_by_role("link", name="Costs").click()
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("Check the connection")
        expect(page).to_have_url("/costs")
        shot(page, "offline-desktop-light")
        assert axe(page) == []
        page.context.set_offline(False)
        alert.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="Costs", level=1)).to_be_visible()
        complaints.forgive("ERR_INTERNET_DISCONNECTED")
        complaints.forgive("You are offline")


def test_a_laptop_without_a_network_goes_on_with_its_own_gateway(admin: Page) -> None:
    admin.add_init_script("Object.defineProperty(navigator, 'onLine', {get: () => false})")
    admin.goto("/agents")
    settled(admin)
    admin.evaluate("window.dispatchEvent(new Event('offline'))")
    admin.get_by_role("navigation").get_by_role("link", name="Costs").click()
    expect(admin.get_by_role("heading", name="Costs", level=1)).to_be_visible()
    expect(admin.get_by_text("You are offline.")).to_have_count(0)


def test_an_answer_is_stopped_when_its_page_is_loaded_anew(admin: Page, provider: Provider) -> None:
    provider.script(pieces=["tick "] * 4000, piece_delay=0.05)
    start(admin, "shop", "Count for me")
    expect(answers(admin)).to_contain_text("tick tick")
    admin.reload()
    expect(completed(admin)).to_contain_text("You stopped this answer.")


def test_what_could_not_be_kept_in_time_is_there_when_the_page_is_loaded_anew(
    signed_in: SignedIn, provider: Provider
) -> None:
    provider.script(pieces=["tock "] * 4000, piece_delay=0.05)
    with signed_in("admin") as (page, _complaints):
        kept = "**/api/v1/conversations/*/messages/*"
        page.route(kept, lambda _route: None)
        start(page, "shop", "Count on")
        expect(answers(page)).to_contain_text("tock tock")
        page.unroute(kept)
        page.reload()
        answer = completed(page)
        expect(answer).to_contain_text("You stopped this answer.")
        page.wait_for_load_state("networkidle")
        page.reload()
        expect(answer).to_contain_text("tock tock")
