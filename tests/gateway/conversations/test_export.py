"""Conversations as files: whole, and with names that harm nobody."""

import json
import re
from typing import Any

import pytest

from quarterdeck_gateway.conversations.export import file_stem
from quarterdeck_gateway.conversations.schemas import ConversationDetail
from support.conversations import Desk


def titled(title: str) -> ConversationDetail:
    moment = "2026-07-01T12:00:00.000Z"
    return ConversationDetail(
        id="0" * 32,
        title=title,
        agent="bot",
        created_at=moment,
        updated_at=moment,
        revision=0,
        messages=[],
    )


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("The sea", "the-sea"),
        ("../../etc/passwd", "etc-passwd"),
        ('a"; filename="evil.exe', "a-filename-evil-exe"),
        ("línea\r\nSet-Cookie: x", "l-nea-set-cookie-x"),
        ("🌊", "conversation"),
        ("", "conversation"),
        ("x" * 200, "x" * 60),
    ],
)
def test_names_of_files(title: str, stem: str) -> None:
    assert file_stem(titled(title)) == f"2026-07-01-{stem}"
    assert re.fullmatch(r"[a-z0-9-]+", file_stem(titled(title)))


async def test_markdown_reads_well(desk: Desk) -> None:
    id_ = await desk.begin("Why *now*?", title="A # title")
    answer: dict[str, Any] = {
        "model": "gpt",
        "input_tokens": 3,
        "output_tokens": 5,
        "cost_usd": "0.01",
    }
    await desk.say(id_, 1, "```py\nx = 1\n```", seconds=1.26, **answer)
    await desk.say(id_, 2, "More", status="error", error="The budget\nis spent.")
    file = await desk.ask("GET", f"/{id_}/export")
    assert file.headers["content-type"] == "text/markdown; charset=utf-8"
    assert file.headers["content-disposition"] == ('attachment; filename="2026-07-01-a-title.md"')
    assert file.text == (
        "# A \\# title\n\nWith team-a/bot, begun 2026-07-01T12:00:01.000Z\n\n"
        "## You\n\nWhy *now*?\n\n"
        "## gpt\n\n```py\nx = 1\n```\n\n_3 tokens in, 5 tokens out, 0.01 USD, 1.3 s_\n\n"
        "## You (error)\n\nMore\n\n> The budget is spent.\n"
    )


async def test_json_is_the_whole_conversation(desk: Desk) -> None:
    id_ = await desk.begin("one", "two")
    file = await desk.ask("GET", f"/{id_}/export", params={"format": "json"})
    assert file.headers["content-type"] == "application/json"
    assert file.headers["content-disposition"].endswith('-one.json"')
    assert json.loads(file.text) == await desk.call("GET", f"/{id_}")
    assert (await desk.ask("GET", f"/{id_}/export", params={"format": "pdf"})).status_code == 422
