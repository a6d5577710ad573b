"""Chats of the command line through a real gateway, to a worker that is played."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from quarterdeck_cli.errors import Refused
from quarterdeck_cli.gateway import Gateway, answer, whole_answer
from support.fake_worker import FakeWorker, Script
from support.running_gateway import KEY, agent, running_gateway

MESSAGES = [{"role": "user", "content": "hi"}]


@dataclass
class Town:
    """A gateway with the agent ``demo``, for which ``worker`` answers."""

    gateway: Gateway
    worker: FakeWorker
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "QUARTERDECK_GATEWAY": self.gateway.url,
            "QUARTERDECK_API_KEY": KEY,
        }

    async def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "quarterdeck_cli.main", "chat", *arguments],
            input=stdin,
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
        )


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with FakeWorker() as worker, running_gateway() as gateway:
        gateway.registry.put(agent("demo", worker.url))
        yield Town(Gateway(gateway.url, KEY), worker, tmp_path)


async def test_the_pieces_arrive_as_they_come(town: Town) -> None:
    pieces = [piece async for piece in answer(town.gateway, "demo", MESSAGES)]
    assert pieces == ["word0 ", "word1 ", "word2 "]
    assert town.worker.requests[0].json["stream"] is True


async def test_the_whole_answer_is_the_gateways_json(town: Town) -> None:
    text = await whole_answer(town.gateway, "demo", MESSAGES)
    assert json.loads(text)["choices"][0]["message"]["content"] == "word0 word1 word2 "


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (Script(die_after=1), "worker"),
        (Script(error_after=1), "boom (provider_x)"),
        (Script(status=422, body=b'{"error": {"message": "too long", "code": "x"}}'), "too long"),
    ],
)
async def test_failures_say_what_the_gateway_says(town: Town, script: Script, words: str) -> None:
    town.worker.script = script
    with pytest.raises(Refused, match=words.replace("(", r"\(").replace(")", r"\)")):
        _ = [piece async for piece in answer(town.gateway, "demo", MESSAGES)]


async def test_a_gateway_that_is_not_there_or_not_ours(town: Town) -> None:
    for gateway, words in (
        (Gateway("http://127.0.0.1:1", KEY), "cannot reach the gateway"),
        (Gateway(town.gateway.url, "wrong"), "key"),
        (Gateway(f"{town.worker.url}/other", KEY), "the gateway answers 404"),
    ):
        with pytest.raises(Refused, match=words):
            await whole_answer(gateway, "demo", MESSAGES)


async def test_one_message_is_streamed_to_stdout(town: Town) -> None:
    done = await town.run("demo", "hi")
    assert (done.returncode, done.stdout, done.stderr) == (0, "word0 word1 word2 \n", "")


async def test_the_message_may_come_from_a_pipe(town: Town) -> None:
    done = await town.run("demo", "--json", stdin="from a pipe")
    assert json.loads(done.stdout)["usage"]["completion_tokens"] == 3
    assert town.worker.requests[0].json["messages"] == [{"role": "user", "content": "from a pipe"}]


async def test_a_broken_answer_is_an_error(town: Town) -> None:
    town.worker.script = Script(die_after=2)
    done = await town.run("demo", "hi")
    assert done.returncode == 1
    assert done.stdout == "word0 word1 \n"
    assert done.stderr.startswith("error: ")


async def test_a_conversation_remembers_and_survives_an_error(town: Town) -> None:
    said = await asyncio.to_thread(_converse, town, [b"first\n", b"second\n", b"\x04"])
    assert said.count("word0 word1 word2") == 2
    roles = [each["role"] for each in town.worker.requests[-1].json["messages"]]
    assert roles == ["user", "assistant", "user"]
    town.worker.script = Script(die_after=0)
    said = await asyncio.to_thread(_converse, town, [b"first\n", b"\x04"])
    assert "error: " in said


def _converse(town: Town, turns: list[bytes]) -> str:
    """Play a person at a terminal: each turn is typed once the prompt stands there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "quarterdeck_cli.main", "chat", "demo"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=town.environment | {"TERM": "dumb"},
        cwd=town.folder,
    )
    os.close(theirs)
    said = b""
    for number, turn in enumerate(turns, start=1):
        while said.count(b"> ") < number:
            said += os.read(ours, 4096)
        os.write(ours, turn)
    assert process.wait(60) == 0
    try:
        while more := os.read(ours, 4096):
            said += more
    except OSError:
        # Linux says so when the other side of a terminal is gone.
        os.close(ours)
    return said.decode()
