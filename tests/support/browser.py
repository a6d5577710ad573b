"""A real browser on the real web UI, which fails a test for whatever a person would not see.

Errors in the console, exceptions and violations of the content security policy are collected;
``axe`` judges accessibility; ``shot`` keeps pictures for people to look at.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Route, ViewportSize

ROOT: Final = Path(__file__).parents[2]
UI: Final = Path(os.environ.get("QUARTERDECK_UI_DIRECTORY", ROOT / "frontend" / "dist"))
AXE: Final = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARTIFACTS: Final = Path(os.environ.get("QUARTERDECK_ARTIFACTS", ROOT / "artifacts"))
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}
MOBILE: Final[ViewportSize] = {"width": 360, "height": 740}
PATIENCE: Final = 40_000
"""Milliseconds; a demo model on a busy machine thinks for a while."""
Scheme = Literal["light", "dark"]
# The first draws pages alone, without windows around them: a sixth less work for the same tests.
_BROWSERS: Final = ("chromium-headless-shell", "chromium", "google-chrome")
# As root there is no sandbox to be had, and nobody is to be called.
_ARGUMENTS: Final = ("--no-sandbox", "--disable-quic", "--disable-background-networking")
_SEVERE: Final = {"serious", "critical"}
_TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


def missing() -> str | None:
    """Why no browser test can run here, with what to do; None when they can."""
    if _chromium() is None:
        return "chromium is not installed: apt-get install chromium-headless-shell"
    if not (UI / "index.html").is_file():
        return "the web UI is not built: make ui"
    if not AXE.is_file():
        return "the web UI's development packages are not installed: make ui-test"
    return None


def launched(playwright: Playwright) -> Browser:
    """Chromium as the system installed it."""
    arguments = list(_ARGUMENTS)
    return playwright.chromium.launch(
        executable_path=_chromium(), args=arguments, timeout=2 * PATIENCE
    )


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


@dataclass
class Complaints:
    """What the browser had to say; a test that expects some takes them out."""

    said: list[str] = field(default_factory=list)
    _missing: list[str] = field(default_factory=list)
    _refusals: bool = False

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(f"exception: {error}"))

    def forgive(self, part: str) -> None:
        """Forget those that contain ``part``; there must be one."""
        kept = [line for line in self.said if part not in line]
        assert len(kept) < len(self.said), f"nothing with {part!r} in {self.said}"
        self.said = kept

    def may_miss(self, resource: str) -> None:
        """Let the page look for ``resource`` of the gateway, like ``models/default/x``, in vain: it
        is not there, or was deleted a moment ago."""
        self._missing.append(f"/api/v1/{resource}")

    def may_be_refused(self) -> None:
        """Let the page ask for something after its session ended: the browser logs every 401."""
        self._refusals = True

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        path = urlsplit(str(message.location["url"])).path
        if "status of 404" in message.text:
            if not any(path.startswith(each) for each in self._missing):
                self.said.append(f"{message.type}: there is no {path}")
        elif not (_is_expected(message.text, path) or self._is_refusal(message.text, path)):
            self.said.append(f"{message.type}: {message.text}")

    def _is_refusal(self, text: str, path: str) -> bool:
        return self._refusals and "status of 401" in text and path.startswith("/api/v1/")


def _is_expected(text: str, path: str) -> bool:
    """What the browser logs of a page that knows better: whether somebody is signed in still, and
    whether a conversation is as the page had it before it was loaded anew."""
    unknown = "401" in text and path == "/api/v1/session"
    return unknown or ("status of 412" in text and path.startswith("/api/v1/conversations/"))


@contextmanager
def opened(
    browser: Browser,
    url: str,
    *,
    viewport: ViewportSize = DESKTOP,
    scheme: Scheme = "light",
    zone: str = "UTC",
) -> Iterator[tuple[Page, Complaints]]:
    """A page in a profile of its own, in the time zone ``zone``; it must not complain."""
    context = browser.new_context(
        base_url=url,
        viewport=viewport,
        color_scheme=scheme,
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id=zone,
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    context.set_default_timeout(PATIENCE)
    page, complaints = context.new_page(), Complaints()
    complaints.watch(page)
    try:
        yield page, complaints
    finally:
        context.close()
    assert not complaints.said, complaints.said


def sign_in(page: Page, key: str) -> None:
    """Open a session for the page's profile without the form."""
    answer = page.request.post("/api/v1/session", data={"key": key})
    assert answer.ok, answer.text()


def settled(page: Page) -> None:
    """Wait until the page shows what it loaded."""
    page.get_by_role("heading", level=1).first.wait_for()
    page.wait_for_function("() => !document.querySelector('main .animate-pulse, [aria-busy=true]')")


def look(page: Page, viewport: ViewportSize, scheme: Scheme) -> None:
    """See the page that is open at another size and in another theme."""
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme)
    dark = str(scheme == "dark").lower()
    page.wait_for_function(f"() => document.documentElement.classList.contains('dark') === {dark}")


def clipboard(page: Page) -> str:
    """The text that was copied last."""
    text: str = page.evaluate("() => navigator.clipboard.readText()")
    return text


@contextmanager
def quiet(page: Page, *polled: str) -> Iterator[None]:
    """What the page looks at again and again by itself, like ``agents``, waits: only what a person
    does finds out what has changed."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "GET":
            held.append(route)
        else:
            route.fallback()

    pattern = re.compile(rf"/api/v1/({'|'.join(polled)})(\?|$)")
    page.route(pattern, hold)
    yield
    for route in held:
        route.continue_()
    page.unroute(pattern)


def width(page: Page) -> int:
    """Pixels that the page is wide; more than the viewport's means that it scrolls sideways."""
    inside = "Math.max(document.scrollingElement.scrollWidth, "
    inside += "...[...document.querySelectorAll('main')].map(main => main.scrollWidth))"
    found: int = page.evaluate(f"() => {inside}")
    return found


def axe(page: Page) -> list[str]:
    """Serious and critical findings about the page as it stands; one line each, with the place."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{each['impact']} {each['id']}: {each['help']} at {_places(each)}"
        for each in found["violations"]
        if each["impact"] in _SEVERE
    ]


def shot(page: Page, name: str) -> None:
    """Keep a picture of the page as ``artifacts/NAME.png``, as tall as what it contains."""
    path = ARTIFACTS / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size
    assert size is not None
    # The shell scrolls inside itself: without this the picture would end at the fold.
    hidden = "() => { const main = document.querySelector('#main') ?? document.documentElement;"
    hidden += " return main.scrollHeight - main.clientHeight }"
    page.set_viewport_size({**size, "height": size["height"] + int(page.evaluate(hidden))})
    page.screenshot(path=path, animations="disabled")
    page.set_viewport_size(size)


def _places(violation: dict[str, Any]) -> str:
    return "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
