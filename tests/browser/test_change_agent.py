"""One conversation, two agents: whoever is chosen answers what is asked from then on."""

import re

from playwright.sync_api import expect

from support.browser_chat import ask, completed, start
from support.browser_stack import SignedIn, Stack
from support.provider_process import Provider
from support.standalone import agent


def test_another_agent_goes_on_with_the_conversation(
    signed_in: SignedIn, stack: Stack, provider: Provider
) -> None:
    stack.standalone.apply(agent("second", model="scripted", instructions="Be the second."))
    stack.standalone.wait_ready("second")
    with signed_in("admin") as (page, _complaints):
        start(page, "shop", "Who is there?")
        completed(page)
        picker = page.get_by_role("combobox", name=re.compile("^Agent:"))
        picker.click()
        page.get_by_role("option", name=re.compile("^second")).click()
        expect(picker).to_have_accessible_name("Agent: second")
        ask(page, "And now?")
        completed(page, 2)
        asked = provider.requests()[-1]["body"]["messages"]
        assert "Be the second." in asked[0]["content"]
        assert [each["content"] for each in asked if each["role"] == "user"][-1] == "And now?"
        assert "Who is there?" in str(asked)
        expect(page.get_by_text("Not saved yet")).to_have_count(0)
        page.reload()
        completed(page, 2)
        expect(picker).to_have_accessible_name("Agent: second")
