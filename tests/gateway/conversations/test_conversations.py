"""Conversations as their owner keeps them, on both databases."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from quarterdeck_gateway.conversations import quota as quota_module
from quarterdeck_gateway.conversations import store as store_module
from support.conversations import Desk, user

ANSWER: dict[str, Any] = {
    "model": "gpt",
    "status": "stopped",
    "error": None,
    "error_code": None,
    "input_tokens": 12,
    "output_tokens": 2**40,
    "cost_usd": "0.000013",
    "seconds": 1.5,
    "request_id": "req_1",
}


async def test_a_conversation_from_beginning_to_end(desk: Desk) -> None:
    made = await desk.call("POST", "", 201, agent="team-a/bot")
    assert made == {
        "id": made["id"],
        "title": "",
        "agent": "team-a/bot",
        "created_at": "2026-07-01T12:00:01.000Z",
        "updated_at": "2026-07-01T12:00:01.000Z",
        "revision": 0,
        "messages": 0,
    }
    id_ = made["id"]
    await desk.say(id_, 0, "Why is\n the sea   salt? \u0000🌊")
    said = await desk.say(id_, 1, "Rivers.", **ANSWER)
    known: dict[str, Any] = {"position": 1, "role": "assistant", "content": "Rivers."} | ANSWER
    known |= {"created_at": "2026-07-01T12:00:03.000Z"}
    assert said == known | {"revision": 2}
    whole = await desk.call("GET", f"/{id_}")
    assert whole["title"] == "Why is the sea salt? 🌊"
    assert whole["messages"][0]["content"] == "Why is\n the sea   salt? \u0000🌊"
    assert whole["messages"][0]["status"] == "complete"
    assert whole["messages"][1] == known
    renamed = await desk.call("PATCH", f"/{id_}", title="The sea", agent="other")
    assert (renamed["title"], renamed["agent"], renamed["messages"]) == ("The sea", "other", 2)
    await desk.call("DELETE", f"/{id_}", 204)
    assert (await desk.ask("GET", f"/{id_}")).status_code == 404
    assert await desk.listed() == []


async def test_writing_a_message_drops_those_after_it(desk: Desk) -> None:
    id_ = await desk.begin("one", "two", "three", "four")
    await desk.say(id_, 1, "again")
    whole = await desk.call("GET", f"/{id_}")
    assert [each["content"] for each in whole["messages"]] == ["one", "again"]
    await desk.say(id_, 3, "gap", 409)
    await desk.say(id_, 0, "edited")
    assert [item["messages"] for item in (await desk.call("GET"))["items"]] == [1]
    assert await desk.listed() == ["edited"]


async def test_a_chosen_title_stays_and_a_derived_one_follows(desk: Desk) -> None:
    chosen = await desk.begin("first", title="Mine")
    await desk.say(chosen, 0, "edited")
    derived = await desk.begin("w" * 500)
    assert await desk.listed() == ["w" * 79 + "…", "Mine"]
    await desk.call("PATCH", f"/{derived}", title="Short")
    await desk.say(derived, 0, "edited")
    assert await desk.listed() == ["Short", "Mine"]
    assert (await desk.call("PATCH", f"/{chosen}", agent="b"))["title"] == "Mine"


async def test_others_conversations_do_not_exist(desk: Desk) -> None:
    id_ = await desk.begin("a secret")
    desk.caller = user("team-a/bob")
    assert await desk.listed() == []
    assert await desk.listed(search="secret") == []
    for method, path, body in (
        ("GET", f"/{id_}", None),
        ("GET", f"/{id_}/export", None),
        ("PATCH", f"/{id_}", {"title": "x"}),
        ("DELETE", f"/{id_}", None),
        ("PUT", f"/{id_}/messages/0", {"role": "user", "content": "x"}),
        ("GET", f"/{'0' * 32}", None),
    ):
        answer = await desk.ask(method, path, json=body)
        assert answer.status_code == 404, (method, path)
        assert "secret" not in answer.text
    desk.caller = user("team-a/ann")
    assert await desk.listed() == ["a secret"]


async def test_pages_hold_each_conversation_once(desk: Desk) -> None:
    for number in range(7):
        await desk.begin(f"n{number}")
    seen, cursor = list[str](), None
    while True:
        query = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await desk.ask("GET", params=query)).json()
        seen += [item["title"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"n{number}" for number in reversed(range(7))]


async def test_the_same_moment_does_not_lose_any(desk: Desk) -> None:
    for _ in range(4):
        await desk.begin()
        desk.now = desk.now.replace(second=0)
    first = (await desk.ask("GET", params={"limit": 2})).json()
    rest = (await desk.ask("GET", params={"cursor": first["next_cursor"]})).json()
    assert len({item["id"] for item in first["items"] + rest["items"]}) == 4


async def test_a_continued_conversation_comes_first(desk: Desk) -> None:
    older = await desk.begin("older")
    await desk.begin("newer")
    await desk.say(older, 1, "goes on")
    assert await desk.listed() == ["older", "newer"]


async def test_two_writers_leave_a_whole_conversation(desk: Desk) -> None:
    id_ = await desk.begin("start")
    await asyncio.gather(*(desk.say(id_, 1, f"answer {n}") for n in range(6)))
    whole = await desk.call("GET", f"/{id_}")
    assert [each["position"] for each in whole["messages"]] == [0, 1]


async def test_a_writer_who_has_read_something_else_destroys_nothing(desk: Desk) -> None:
    id_ = await desk.begin("one", "two")
    assert (await desk.call("GET", f"/{id_}"))["revision"] == 2
    written = await desk.put(id_, 2, "from one tab", 2)
    assert (written.status_code, written.json()["revision"]) == (200, 3)
    assert written.headers["etag"] == '"3"'
    for position in (0, 2):
        refused = await desk.put(id_, position, "from the other tab", 2)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (412, "conversation_changed")
        assert (error["param"], "Read it again" in error["message"]) == ("if-match", True)
    whole = await desk.call("GET", f"/{id_}")
    assert [each["content"] for each in whole["messages"]] == ["one", "two", "from one tab"]
    assert (await desk.put(id_, 1, "edited", 3)).status_code == 200
    assert (await desk.put(id_, 1, "whatever it is", "*")).status_code == 200


async def test_the_same_question_asked_again_in_two_tabs(desk: Desk) -> None:
    """As many messages as before, and yet another conversation."""
    id_ = await desk.begin("question", "answer")
    assert (await desk.put(id_, 1, "one tab's answer", 2)).status_code == 200
    assert (await desk.put(id_, 1, "the other's", 2)).status_code == 412
    whole = await desk.call("GET", f"/{id_}")
    assert [each["content"] for each in whole["messages"]] == ["question", "one tab's answer"]


async def test_every_change_has_a_revision(desk: Desk) -> None:
    made = await desk.ask("POST", json={"agent": "team-a/bot"})
    path = f"/{made.json()['id']}"
    answers = [
        made,
        await desk.ask("PUT", f"{path}/messages/0", json={"role": "user", "content": "x"}),
        await desk.ask("PATCH", path, json={"title": "y"}),
        await desk.ask("GET", path),
    ]
    assert [answer.json()["revision"] for answer in answers] == [0, 1, 2, 2]
    assert [answer.headers["etag"] for answer in answers] == ['"0"', '"1"', '"2"', '"2"']
    assert (await desk.call("GET"))["items"][0]["revision"] == 2


@pytest.mark.parametrize("tag", ["7", 'W/"7"', '"7", "8"', '"x"', '"-1"', "", '"' + "9" * 19 + '"'])
async def test_what_is_no_revision_is_said(desk: Desk, tag: str) -> None:
    id_ = await desk.begin("one")
    refused = await desk.put(id_, 1, "two", tag)
    assert (refused.status_code, refused.json()["error"]["param"]) == (422, "if-match")


async def test_of_two_tabs_one_writes(desk: Desk) -> None:
    id_ = await desk.begin("one")
    answers = await asyncio.gather(*(desk.put(id_, 1, f"tab {n}", 1) for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5


async def test_a_key_of_the_same_name_is_somebody_else(desk: Desk) -> None:
    desk.caller = replace(user("team-a/ann"), subject="apikey:1")
    id_ = await desk.begin("mine")
    desk.caller = replace(user("team-a/ann"), subject="apikey:2")
    assert await desk.listed() == []
    assert (await desk.ask("GET", f"/{id_}")).status_code == 404
    desk.caller = replace(user("team-a/ann-renamed"), subject="apikey:1")
    assert await desk.listed() == ["mine"]


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("", {}, "agent"),
        ("", {"agent": "A b"}, "agent"),
        ("", {"agent": "a", "title": "x" * 201}, "title"),
        ("", {"agent": "a", "title": " "}, "title"),
        ("", {"agent": "a", "title": "two\nlines"}, "title"),
        ("", {"agent": "a", "more": 1}, "more"),
        ("/messages/0", {"role": "system", "content": "x"}, "role"),
        ("/messages/0", {"role": "user"}, "content"),
        ("/messages/0", {"role": "user", "content": "é" * 600_000}, "content"),
        ("/messages/0", {"role": "user", "content": "x" * (2**20 + 1)}, "content"),
        ("/messages/0", {"role": "user", "content": "x", "model": "a\u0000"}, "model"),
        ("/messages/0", {"role": "user", "content": "x", "error_code": "odd"}, "error_code"),
        ("/messages/0", {"role": "user", "content": "x", "cost_usd": "-1"}, "cost_usd"),
        ("/messages/0", {"role": "user", "content": "x", "input_tokens": 2**63}, "input_tokens"),
        ("/messages/1000", {"role": "user", "content": "x"}, "position"),
        ("/messages/-1", {"role": "user", "content": "x"}, "position"),
    ],
)
async def test_what_is_refused_names_its_field(
    desk: Desk, path: str, body: dict[str, Any], param: str
) -> None:
    if path:
        answer = await desk.ask("PUT", f"/{await desk.begin()}{path}", json=body)
    else:
        answer = await desk.ask("POST", json=body)
    assert (answer.status_code, answer.json()["error"]["param"]) == (422, param)


async def test_limits_of_one_conversation_and_of_one_owner(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "MAX_BYTES", 300)
    monkeypatch.setattr(store_module, "ROW_BYTES", 0)
    id_ = await desk.begin("x" * 100, "y" * 100)
    full = await desk.say(id_, 2, "z" * 100, 422)
    assert "begin another one" in full["error"]["message"]
    await desk.say(id_, 1, "z" * 120)
    monkeypatch.setattr(quota_module, "MAX_CONVERSATIONS", 2)
    await desk.begin()
    answer = await desk.call("POST", "", 409, agent="a")
    assert "delete some" in answer["error"]["message"]
    desk.caller = user("team-a/bob")
    await desk.begin()
