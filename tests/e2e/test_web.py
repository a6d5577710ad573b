"""Story: a person opens the web UI behind its nginx, signs in, and chats from there."""

import re
import time
from collections.abc import Iterator

import httpx
import pytest

from e2e.installation import Installation
from e2e.session import SESSION, browser, question, sign_in

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(300)]

PIECES = 10
PIECE_SECONDS = 0.3
CHAT = "/v1/chat/completions"


@pytest.fixture
def page(front: str) -> Iterator[httpx.Client]:
    """A browser that is not signed in."""
    with browser(front) as client:
        yield client


@pytest.fixture
def signed_in(page: httpx.Client, installation: Installation) -> httpx.Client:
    assert sign_in(page, installation.admin_key).status_code == 200
    return page


@pytest.mark.parametrize("path", ["/", "/chat", "/agents/team-a/helper"])
def test_every_page_is_the_application_under_a_strict_policy(page: httpx.Client, path: str) -> None:
    answer = page.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    assert re.findall(r"<script(?![^>]*\ssrc=)", answer.text) == [], "no inline script"


def test_assets_are_hashed_compressed_and_kept_for_ever(page: httpx.Client) -> None:
    (script,) = re.findall(r'<script[^>]*\ssrc="([^"]+)"', page.get("/").text)
    answer = page.get(script, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert page.get("/assets/none-there.js").status_code == 404


def test_a_key_becomes_a_cookie_that_no_script_can_read(
    page: httpx.Client, installation: Installation
) -> None:
    assert page.get(SESSION).status_code == 204
    assert sign_in(page, "qd_wrong").status_code == 401
    answer = sign_in(page, installation.admin_key)
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert installation.admin_key not in cookie
    assert page.get(SESSION).json() == answer.json()
    assert page.delete(SESSION).status_code == 204
    assert page.get(SESSION).status_code == 204


def test_a_cookie_does_nothing_for_another_site(signed_in: httpx.Client) -> None:
    elsewhere = {"Origin": "https://elsewhere.example.com", "Sec-Fetch-Site": "cross-site"}
    refused = signed_in.post(CHAT, json=question("any"), headers=elsewhere)
    assert refused.status_code == 403


def test_a_stream_passes_nginx_piece_by_piece(
    signed_in: httpx.Client, provider: str, echo: str
) -> None:
    pieces = [f"word{number} " for number in range(PIECES)]
    script = {"pieces": pieces, "piece_delay": PIECE_SECONDS}
    httpx.put(f"{provider}/fake/script", json={"script": script}, timeout=60).raise_for_status()
    try:
        with signed_in.stream("POST", CHAT, json=question(f"{echo}/echo", stream=True)) as answer:
            assert answer.status_code == 200
            times = ((line, time.monotonic()) for line in answer.iter_lines())
            arrived = [at for line, at in times if "word" in line]
    finally:
        httpx.put(f"{provider}/fake/script", json={"script": {}}, timeout=60).raise_for_status()
    assert len(arrived) == PIECES
    assert arrived[-1] - arrived[0] > 2 * PIECE_SECONDS, "not all at once at the end"
