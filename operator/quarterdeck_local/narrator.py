"""What ``quarterdeck up`` says in the terminal: where it is, how to chat, how each agent fares.

People watch it, programs do not: everything else goes to the log file.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from quarterdeck_local.invitation import invitation
from quarterdeck_local.store import EventType

NO_AGENT: Final = "No agent yet: quarterdeck apply -f FILE, or start with --manifests DIR"
_STYLES: Final = {"✓": "green", "…": "yellow", "✗": "red", "−": "dim"}


class Narrator:
    """Writes lines to a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: dict[str, str] = {}
        self._invite: Callable[[str], list[str]] | None = None
        self._awaited: str | None = None

    def welcome(self, url: str, home: Path, *, empty: bool) -> None:
        """The first words, at once; ``empty`` says that there is no agent yet."""
        lines = [
            Text.assemble("Quarterdeck is up at ", (url, "bold cyan")),
            "",
            Text.assemble("  web UI      ", (f"{url}/", "cyan"), " (sign in with the admin key)"),
            f"  API         {url}/v1",
            f"  admin key   {home}/admin.key",
            f"  logs        {home}/logs/",
            "  stop        Ctrl-C (twice: at once)",
            "",
            *([NO_AGENT] if empty else ()),
        ]
        self._line(Text("\n").join(Text.assemble(line) for line in lines))

    def invite(self, url: str, home: Path, agent: str | None) -> None:
        """Say how to chat as soon as ``agent`` (``namespace/name``; None: any) is ready."""
        self._invite = lambda ready: invitation(url, home, ready)
        self._awaited = agent

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
            if said.startswith("✓") and agent == (self._awaited or agent):
                self._send_invitation(agent)

    def _send_invitation(self, agent: str) -> None:
        invite, self._invite = self._invite, None
        for line in invite(agent) if invite is not None else ():
            self._line(line)

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
