"""The web UI as files: compressed, cached, one page for all its paths, and nothing else."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from quarterdeck_gateway.server import server_config
from quarterdeck_gateway.ui.files import accepted_encodings, is_page, media_type
from support.running_gateway import listening
from support.whole_gateway import INSTALLATION, WholeGateway, whole_gateway

PAGE: Final = "<!doctype html><title>Quarterdeck</title>" + " " * 2000
SCRIPT: Final = "export const greeting = 'ahoy';\n" * 100
HTML: Final = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as the frontend's build leaves it, and a secret beside it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / ".vite").mkdir()
    (folder / "index.html").write_text(PAGE)
    (folder / "assets" / "index-BA5e0001.js").write_text(SCRIPT)
    (folder / "assets" / "index-BA5e0001.js.br").write_bytes(b"brotli")
    (folder / "assets" / "index-BA5e0001.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder / "assets" / "gone.js.gz").write_bytes(b"of another build")
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / ".vite" / "manifest.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
async def gateway(built: Path, tmp_path: Path) -> AsyncIterator[WholeGateway]:
    async with whole_gateway(tmp_path, "redis://127.0.0.1:1", ui_directory=built) as whole:
        yield whole


async def get(gateway: WholeGateway, path: str, **headers: str) -> httpx.Response:
    known = {"accept-encoding": "identity"} | {n.replace("_", "-"): v for n, v in headers.items()}
    return await gateway.http.get(path, headers=known)


@pytest.mark.parametrize("path", ["/", "/agents", "/agents/team-a/bot", "/chat/1", "/docs", "/k"])
async def test_every_page_is_the_one_page(gateway: WholeGateway, path: str) -> None:
    answer = await get(gateway, path, **HTML)
    assert (answer.status_code, answer.text) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "worker-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_assets_are_kept_for_ever(gateway: WholeGateway) -> None:
    answer = await get(gateway, "/assets/index-BA5e0001.js")
    assert (answer.status_code, answer.text) == (200, SCRIPT)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    icon = await get(gateway, "/favicon.svg")
    assert icon.headers["content-type"].startswith("image/svg+xml")
    assert icon.headers["cache-control"] == "no-cache"


async def test_what_the_build_compressed_is_preferred(gateway: WholeGateway) -> None:
    path, tags = "/assets/index-BA5e0001.js", set[str]()
    for accepted, encoding in (
        ("gzip, deflate, br", "br"),
        ("gzip;q=0.5, br;q=0", "gzip"),
        ("deflate", None),
    ):
        async with gateway.http.stream(
            "GET", path, headers={"accept-encoding": accepted}
        ) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        content = gzip.decompress(raw) if encoding == "gzip" else raw
        assert content == (b"brotli" if encoding == "br" else SCRIPT.encode())
        tags.add(answer.headers["etag"])
    assert len(tags) == 3


async def test_what_it_did_not_is_compressed_here(gateway: WholeGateway) -> None:
    answer = await get(gateway, "/", accept_encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == PAGE


async def test_unchanged_pages_keep_their_policy(gateway: WholeGateway) -> None:
    first = await get(gateway, "/", **HTML)
    again = await get(gateway, "/agents", if_none_match=first.headers["etag"], **HTML)
    assert (again.status_code, again.content) == (304, b"")
    for name in ("content-security-policy", "cache-control", "etag"):
        assert again.headers[name] == first.headers[name]


async def test_head_says_what_get_would(gateway: WholeGateway) -> None:
    answer = await gateway.http.head("/assets/index-BA5e0001.js")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/assets/other.js",
        "/assets/gone.js",
        "/assets",
        "/robots.txt",
        "/link.txt",
        "/.vite/manifest.json",
        "/.env",
        "/x/../.vite/manifest.json",
        "/" + "x" * 300,
        "/a%00b",
    ],
)
async def test_what_is_no_file_and_no_page(gateway: WholeGateway, path: str) -> None:
    answer = await get(gateway, path, accept="*/*")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert "default-src 'none'; base-uri" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/unknown",
        "/api",
        "/v1",
        "/v1/nothing",
        "/k8s",
        "/healthz/",
        "/metrics/x",
        "/metrics",
    ],
)
async def test_paths_of_the_api_stay_the_apis(gateway: WholeGateway, path: str) -> None:
    answer = await get(gateway, path, **HTML)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    if path != "/metrics":
        assert (await gateway.ask("GET", path, INSTALLATION)).status_code == 404


async def test_only_reading_is_open(gateway: WholeGateway) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await gateway.http.request(method, "/")).status_code == 401
        assert (await gateway.ask(method, "/agents", INSTALLATION)).status_code in (404, 405)


TRAVERSALS: Final = [
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/assets/..%5c..%5csecret.txt",
    "/....//secret.txt",
    "//secret.txt",
    "/./../secret.txt",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
    "/%2Fetc/passwd",
    "/..;/secret.txt",
]


async def test_nothing_outside_the_folder_over_a_real_socket(gateway: WholeGateway) -> None:
    config = server_config(gateway.app, gateway.settings, loop="none")
    async with listening(config) as url:
        host, port = url.removeprefix("http://").split(":")
        for path in TRAVERSALS:
            said = await raw(host, int(port), path)
            assert b"root:" not in said, path
            assert b"secret\r\n" not in said + b"\r\n", path
            assert said.split(b" ")[1] in (b"400", b"401", b"404"), (path, said[:80])


async def raw(host: str, port: int, path: str) -> bytes:
    """The whole answer to a path that no client would send so."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
    async with asyncio.timeout(60):
        said = await reader.read()
    writer.close()
    return said


async def test_before_it_is_built_the_page_says_how(tmp_path: Path) -> None:
    options: dict[str, Any] = {"ui_directory": tmp_path / "nothing"}
    async with whole_gateway(tmp_path, "redis://127.0.0.1:1", **options) as gateway:
        answer = await get(gateway, "/", **HTML)
        assert answer.status_code == 200
        assert "make run" in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert (await get(gateway, "/agents", **HTML)).status_code == 200
        assert (await get(gateway, "/assets/x.js")).status_code == 404


async def test_without_the_setting_there_is_no_ui(tmp_path: Path) -> None:
    async with whole_gateway(tmp_path, "redis://127.0.0.1:1") as gateway:
        assert (await get(gateway, "/", **HTML)).status_code == 401
        assert (await gateway.ask("GET", "/", INSTALLATION)).status_code == 404


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", set()),
        ("gzip, br", {"gzip", "br"}),
        ("GZIP ;q=0.5,br; q=0.000", {"gzip"}),
        ("br;q=0.001", {"br"}),
        (" , ", set()),
    ],
)
def test_accepted_encodings(header: str, accepted: set[str]) -> None:
    assert accepted_encodings(header) == accepted


def test_pages_and_types() -> None:
    assert is_page("agents/a", "text/html")
    assert not is_page("agents/a", "*/*")
    assert not is_page("a.js", "text/html")
    assert media_type("x.woff2") == "font/woff2"
    assert media_type("LICENSE") == "application/octet-stream"
