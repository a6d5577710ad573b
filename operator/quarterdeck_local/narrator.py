"""What ``quarterdeck up`` says in the terminal: where it is, how to chat, how each agent fares.

People watch it, programs do not: everything else goes to the log file.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from quarterdeck_local.store import EventType

_STYLES: Final = {"✓": "green", "…": "yellow", "✗": "red", "−": "dim"}


class Narrator:
    """Writes lines to a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: dict[str, str] = {}

    def welcome(self, url: str, home: Path, agent: str | None) -> None:
        """The first words; ``agent`` is one to chat with, None when there is none yet."""
        self._line(Text.assemble("Quarterdeck is up at ", (url, "bold cyan")))
        self._line("")
        self._line(f"  admin key   {home}/admin.key")
        self._line(f"  logs        {home}/logs/")
        self._line("  stop        Ctrl-C (twice: at once)")
        self._line("")
        if agent is None:
            self._line("No agent yet: quarterdeck apply -f FILE, or start with --manifests DIR")
            return
        self._line("Chat with it from another terminal in this folder:")
        self._line("")
        for line in curl(url, home, agent):
            self._line(line)
        self._line("")
        self._line(f"or: quarterdeck chat {agent}")
        self._line("")

    def observe(self, event: EventType, manifest: Mapping[str, Any]) -> None:
        """Say how an agent fares whenever that changes."""
        if manifest["kind"] != "Agent":
            return
        metadata = manifest["metadata"]
        agent = f"{metadata['namespace']}/{metadata['name']}"
        said = f"− {agent} is gone" if event == "DELETED" else fares(agent, manifest)
        if said and self._told.get(agent) != said:
            self._told[agent] = said
            self._line(Text(said, style=_STYLES[said[0]]))

    def complain(self, message: str) -> None:
        """Something that a person should mend."""
        self._line(Text(f"✗ {message}", style=_STYLES["✗"]))

    def say(self, message: str) -> None:
        """Anything else."""
        self._line(message)

    def _line(self, line: str | Text) -> None:
        # Neither wrapped nor interpreted: what is shown must survive copy and paste.
        self._console.print(line, soft_wrap=True, markup=False, highlight=False)


def fares(agent: str, manifest: Mapping[str, Any]) -> str:
    """One line about an agent; empty while nothing is known."""
    status = manifest.get("status", {})
    conditions = {each["type"]: each for each in status.get("conditions", ())}
    ready = conditions.get("Ready")
    if ready is None:
        return ""
    if ready["status"] == "True":
        return f"✓ {agent} is ready: {ready['reason']}: {ready['message']}"
    stalled = conditions.get("Stalled", {}).get("status") == "True"
    sign, verb = ("✗", "is stalled") if stalled else ("…", "waits")
    return f"{sign} {agent} {verb}: {ready['reason']}: {ready['message']}"


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
