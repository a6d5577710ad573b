"""Chatting: real tokens stream in, an answer can be stopped, asked again and asked differently."""

import re

from playwright.sync_api import Page, expect

from support.browser import PATIENCE, clipboard
from support.browser_chat import answers, ask, completed, start
from support.browser_stack import Stack
from support.provider_process import Provider
from support.standalone import wait_for

GROWTH = """() => {
  window.lengths = [];
  const look = () => {
    const answer = [...document.querySelectorAll('article[aria-busy]')].at(-1);
    const length = answer?.textContent.length ?? 0;
    if (length > (window.lengths.at(-1) ?? 0)) window.lengths.push(length);
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, characterData: true,
  });
}"""
MARKDOWN = (
    "## Prices\n\n",
    "| Item | Price |\n| --- | --- |\n| Rope | 3 USD |\n\n",
    "```python\nprint('rope')\n```\n\n",
    "Ask **more**.",
)


def test_the_tokens_of_a_real_model_stream_in(admin: Page, stack: Stack) -> None:
    stack.standalone.wait_ready("demo")
    admin.goto("/chat?agent=demo")
    admin.evaluate(GROWTH)
    ask(admin, "Tell me a short story about the sea.")
    answer = completed(admin, patience=3 * PATIENCE)
    expect(answer).to_contain_text(re.compile(r"\d+ in · \d+ out"))
    expect(answer).to_contain_text(re.compile(r"\d (s|ms)"))
    grown: list[int] = admin.evaluate("() => window.lengths")
    assert len(grown) > 10, grown


def test_an_answer_can_be_stopped_and_what_came_is_kept(admin: Page, provider: Provider) -> None:
    provider.script(pieces=["tick "] * 2000, piece_delay=0.02)
    start(admin, "shop", "Count the seconds")
    expect(answers(admin)).to_contain_text("tick tick")
    admin.get_by_role("button", name="Stop").click()
    expect(completed(admin)).to_contain_text("You stopped this answer.")
    admin.reload()
    kept = completed(admin)
    expect(kept).to_contain_text("tick tick")
    expect(kept).to_contain_text("You stopped this answer.")


def test_an_answer_can_be_asked_for_again(admin: Page, provider: Provider) -> None:
    start(admin, "shop", "Which word?")
    expect(completed(admin)).to_contain_text("Hello, world!")
    provider.script(pieces=["Good", "bye"])
    admin.get_by_role("button", name="Try again").click()
    expect(completed(admin)).to_contain_text("Goodbye")
    expect(answers(admin)).to_have_count(1)


def test_a_question_can_be_asked_differently(admin: Page, provider: Provider) -> None:
    start(admin, "shop", "What is the first question?")
    completed(admin)
    ask(admin, "And the second?")
    completed(admin, 2)
    first = admin.get_by_role("article", name="You", exact=True).first
    first.hover()
    first.get_by_role("button", name="Edit").click()
    admin.get_by_role("textbox", name="Edit your message").fill("What is better?")
    provider.script(pieces=["This is"])
    admin.get_by_role("button", name="Send again").click()
    expect(completed(admin)).to_contain_text("This is")
    expect(answers(admin)).to_have_count(1)
    sent = provider.requests()[-1]["body"]["messages"]
    assert sent[-1] == {"role": "user", "content": "What is better?"}


def test_markdown_is_shown_and_code_is_copied(admin: Page, provider: Provider) -> None:
    provider.script(pieces=MARKDOWN)
    start(admin, "shop", "Show me the prices")
    answer = completed(admin)
    expect(answer.get_by_role("heading", name="Prices")).to_be_visible()
    expect(answer.get_by_role("cell", name="Rope")).to_be_visible()
    answer.get_by_role("button", name="Copy the code").click()
    wait_for(lambda: clipboard(admin).strip() == "print('rope')", "the code is copied")


def test_an_answer_that_breaks_off_is_kept_and_said(admin: Page, provider: Provider) -> None:
    provider.script(pieces=["Once ", "upon ", "a "], cut_after=2)
    start(admin, "shop", "Tell me a story that ends too soon")
    answer = completed(admin)
    expect(answer).to_contain_text("Once upon")
    expect(answer.get_by_role("alert")).to_be_visible()
    expect(answer.get_by_role("button", name="Try again")).to_be_enabled()
