"""What the browser has to carry: scripts of the first load, and a very long answer."""

import json
import re
from bisect import bisect_left
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from support.browser import opened
from support.browser_chat import ask, completed
from support.browser_stack import SignedIn, Stack
from support.provider_process import Provider

KB = 1000
MOST_SCRIPT = 250 * KB
MOST_TASK = 100.0
TOKENS = 10_000
LONG = 120_000
"""Milliseconds for that answer on a busy machine."""
CODE = "def price(item):\n    return {'rope': 3, 'anchor': 70}.get(item)  # USD\n\n" * 10


def test_the_first_load_is_light(browser: Browser, stack: Stack) -> None:
    scripts: list[Response] = []
    with opened(browser, stack.url) as (page, _complaints):
        page.on("response", lambda each: scripts.append(each) if _is_script(each) else None)
        # Chromium would rather take Brotli, which is smaller; the budget is in gzip.
        page.set_extra_http_headers({"accept-encoding": "gzip"})
        page.goto("/")
        page.get_by_label("API key", exact=True).fill(stack.admin_key)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("textbox", name="Message", exact=True)).to_be_visible()
        page.wait_for_load_state("networkidle")
        sizes = {each.url: each.request.sizes()["responseBodySize"] for each in scripts}
        assert scripts
        assert {each.headers.get("content-encoding") for each in scripts} <= {"gzip", None}
    print(f"first load: {sum(sizes.values()) / KB:.1f} KB of scripts in {len(sizes)} files")
    assert sum(sizes.values()) <= MOST_SCRIPT


def _is_script(response: Response) -> bool:
    return response.url.endswith(".js")


def test_a_very_long_answer_does_not_block_the_page(
    browser: Browser, signed_in: SignedIn, provider: Provider
) -> None:
    provider.script(pieces=_long_answer(), piece_delay=0, output_tokens=TOKENS)
    with signed_in("admin") as (page, _complaints):
        page.goto("/chat?agent=shop")
        expect(page.get_by_role("textbox", name="Message", exact=True)).to_be_visible()
        browser.start_tracing(page=page, categories=["toplevel", "disabled-by-default-cpu_time"])
        ask(page, "Tell me everything")
        answer = completed(page, patience=LONG)
        last = answer.locator("pre").last
        expect(last.get_by_text("return", exact=True).first).to_be_visible()
        tasks = _tasks(browser.stop_tracing())
        expect(answer).to_contain_text(f"word{TOKENS - 1}")
        expect(answer).to_contain_text(re.compile("10,000 out"))
    longest = tasks[:5]
    print(f"longest tasks of {len(tasks)}: {', '.join(f'{each:.0f}' for each in longest)} ms CPU")
    assert longest[0] <= MOST_TASK


def _long_answer() -> list[str]:
    """Words in paragraphs, lists and code, as an answer of that length has them."""
    pieces = [f"word{index} " for index in range(TOKENS)]
    for index in range(80, TOKENS, 80):
        pieces[index] = ("\n\n", "\n\n- ", "\n\n## ")[index // 80 % 3] + pieces[index]
    for index in range(400, TOKENS, 400):
        pieces[index] = f"\n\n```python\n{CODE}```\n{pieces[index]}"
    return pieces


def _tasks(trace: bytes) -> list[float]:
    """Milliseconds of CPU of the tasks of the page's main thread, longest first.

    CPU and not time on the clock: on a busy machine a task also waits for its turn. What the test
    itself asks of the page, like where an element is, is no task of the page's.
    """
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    mains = {
        (each["pid"], each["tid"])
        for each in events
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    own = [e for e in events if e["name"].endswith("RunTask") and (e["pid"], e["tid"]) in mains]
    assert own, sorted({each["name"] for each in events})
    ours = sorted(e["ts"] for e in events if (e["pid"], e["tid"]) in mains and _is_asked(e))
    assert ours, "no question of the test's is to be found in the trace"
    return sorted((e.get("tdur", 0) / 1000 for e in own if not _holds(e, ours)), reverse=True)


def _is_asked(event: dict[str, Any]) -> bool:
    info = event.get("args", {}).get("chrome_mojo_event_info", {})
    return "mojo_interface_tag" in info and "DevTools" in info["mojo_interface_tag"]


def _holds(task: dict[str, Any], moments: list[float]) -> bool:
    """Whether one of ``moments``, in order, is in the task."""
    first = bisect_left(moments, task["ts"])
    return first < len(moments) and moments[first] <= task["ts"] + task.get("dur", 0)


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("address", "drawn", "script"),
    [
        ("/traffic", "svg.recharts-surface", "BarChart"),
        ("/agents/default/shop?tab=yaml", ".cm-editor", "codemirror"),
    ],
)
def test_a_page_beyond_the_chat_loads_its_scripts_when_opened(
    address: str, drawn: str, script: str, admin: Page
) -> None:
    seen: list[str] = []
    admin.on("response", lambda each: seen.append(each.url))
    admin.goto("/chat")
    admin.wait_for_load_state("networkidle")
    assert [url for url in seen if script in url] == []
    admin.goto(address)
    expect(admin.locator(drawn).first).to_be_visible()
    assert [url for url in seen if script in url] != []
