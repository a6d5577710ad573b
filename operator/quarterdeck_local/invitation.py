"""The words that lead a person to the first chat: which agent, and a command to paste.

An agent that waits for a key or for a server elsewhere would greet people with an error, so one on
the embedded model goes first where there is one.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from quarterdeck_contract.v1alpha1.model import Provider


def first_choice(
    agents: Iterable[Mapping[str, Any]], models: Iterable[Mapping[str, Any]]
) -> str | None:
    """``namespace/name`` of an agent that needs nothing from outside; None if there is none."""
    local = {
        (model["metadata"]["namespace"], model["metadata"]["name"])
        for model in models
        if model["spec"]["provider"] == Provider.LOCAL
    }
    for agent in agents:
        metadata = agent["metadata"]
        if (metadata["namespace"], agent["spec"].get("model")) in local:
            return f"{metadata['namespace']}/{metadata['name']}"
    return None


def invitation(url: str, home: Path, agent: str) -> list[str]:
    """Lines that say how to chat with ``agent`` (``namespace/name``)."""
    name = agent.removeprefix("default/")
    return [
        "",
        f"Chat with it in a browser: {url}/",
        "",
        "or from another terminal in this folder:",
        "",
        *curl(url, home, name),
        "",
        f"or: quarterdeck chat {name}",
        "",
    ]


def curl(url: str, home: Path, agent: str) -> list[str]:
    """A command that streams a chat, to be pasted into a shell."""
    body = (
        f'{{"model": "{agent}", "stream": true,'
        ' "messages": [{"role": "user", "content": "Say hello."}]}'
    )
    return [
        f"curl -N {url}/v1/chat/completions \\",
        f'  -H "Authorization: Bearer $(cat {home}/admin.key)" \\',
        '  -H "Content-Type: application/json" \\',
        f"  -d '{body}'",
    ]
