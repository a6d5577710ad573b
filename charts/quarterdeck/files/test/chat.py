"""What `helm test` runs in the cluster: sign in, list agents, chat with the one that is named or
else with the first that is ready."""

import asyncio
import json
import os
import sys
from typing import Any

import aiohttp

ATTEMPTS = 30
"""A second apart: right after an installation the last pods may be still starting."""


async def main() -> None:
    """Exit with 1 and the reason when a step fails."""
    key, agent = os.environ["API_KEY"], os.environ["AGENT"]
    async with aiohttp.ClientSession(
        base_url=os.environ["BASE_URL"],
        headers={"Authorization": f"Bearer {key}"},
        timeout=aiohttp.ClientTimeout(total=240),
    ) as session:
        say("signed in as", (await patiently(session, "/api/v1/whoami"))["name"])
        agents = (await answer(session, "/api/v1/agents"))["items"]
        say("agents:", ", ".join(each["model"] for each in agents) or "none yet")
        if chosen := agent or next((each["model"] for each in agents if each["ready"]), ""):
            await chat(session, chosen)
        else:
            say("no agent is ready, so nobody was chatted with")


async def chat(session: aiohttp.ClientSession, agent: str) -> None:
    """One question; the answer must hold text."""
    messages = [{"role": "user", "content": "Say hello."}]
    body = {"model": agent, "messages": messages, "max_tokens": 30}
    found = await patiently(session, "/v1/chat/completions", body)
    text = found["choices"][0]["message"]["content"]
    say(f"{agent} says:", json.dumps(text))
    if not text.strip():
        sys.exit(f"{agent} answered without text")


async def patiently(session: aiohttp.ClientSession, path: str, body: Any = None) -> Any:
    """The answer, once there is one."""
    for _ in range(ATTEMPTS):
        try:
            return await answer(session, path, body)
        except (aiohttp.ClientError, Unavailable) as exc:
            say("not yet:", str(exc))
            await asyncio.sleep(1)
    sys.exit(f"no answer from {path} after {ATTEMPTS} attempts")


async def answer(session: aiohttp.ClientSession, path: str, body: Any = None) -> Any:
    """The decoded answer of a GET, or of a POST with a body. Raises Unavailable for 502 to 504."""
    method = "GET" if body is None else "POST"
    async with session.request(method, path, json=body) as response:
        if response.status == 200:
            return await response.json()
        refused = f"{method} {path}: {response.status} {await response.text()}"
    if response.status in (502, 503, 504):
        raise Unavailable(refused)
    sys.exit(refused)


class Unavailable(Exception):
    """Something on the way is not there yet."""


def say(*words: str) -> None:
    """One line for `kubectl logs`."""
    sys.stdout.write(" ".join(words) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
