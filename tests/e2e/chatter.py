"""Runs inside a pod of the cluster: chats without pause by the gateway's Service, and counts.

Ends at SIGTERM with one line of JSON: how many chats were answered, and what went wrong with the
others. Connections are kept and used again, as clients do.
"""

import asyncio
import json
import os
import signal
import sys

import aiohttp

PEOPLE = 4
PAUSE_SECONDS = 0.05


class Chats:
    """What the people of this process have seen."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.answered = 0
        self.failed: list[str] = []

    async def person(self, session: aiohttp.ClientSession, body: dict[str, object]) -> None:
        """Chat until it is over."""
        while not self.over.is_set():
            try:
                async with session.post("/v1/chat/completions", json=body) as response:
                    text = await response.text()
                    if response.status == 200 and json.loads(text)["choices"]:
                        self.answered += 1
                    else:
                        self.failed.append(f"{response.status} {text[:300]}")
            except (aiohttp.ClientError, TimeoutError) as exc:
                self.failed.append(repr(exc))
            await asyncio.sleep(PAUSE_SECONDS)


async def main() -> None:
    """Chat with the agent of the environment until asked to go."""
    chats = Chats()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, chats.over.set)
    messages = [{"role": "user", "content": "Well?"}]
    async with aiohttp.ClientSession(
        base_url=os.environ["BASE_URL"],
        headers={"Authorization": f"Bearer {os.environ['API_KEY']}"},
        timeout=aiohttp.ClientTimeout(total=60),
    ) as session:
        body: dict[str, object] = {"model": os.environ["AGENT"], "messages": messages}
        await asyncio.gather(*(chats.person(session, body) for _ in range(PEOPLE)))
    sys.stdout.write(json.dumps({"answered": chats.answered, "failed": chats.failed}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
