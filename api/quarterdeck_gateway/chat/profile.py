"""What every chat with an agent needs to know of its manifest, read once per manifest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from quarterdeck_contract.names import LABEL_TEAM
from quarterdeck_gateway.chat.counting import count
from quarterdeck_gateway.routing.registry import AgentEntry


@dataclass(slots=True)
class Profile:
    """One version of one agent."""

    models: tuple[str, ...]
    """Models that may answer, first choice first; empty where the manifest names none."""
    team: str
    run_tokens: int | None
    """Most tokens of one run."""
    external: bool
    """It runs elsewhere, and knows nothing of our headers."""
    instructions: str
    _instruction_tokens: int | None = field(default=None, repr=False)

    @property
    def instruction_tokens(self) -> int:
        """Tokens of the inline instructions, counted once. Those in a ConfigMap are not seen."""
        if self._instruction_tokens is None:
            self._instruction_tokens = count(self.instructions) if self.instructions else 0
        return self._instruction_tokens


class Profiles:
    """The profiles of the agents that were asked for."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Mapping[str, Any], Profile]] = {}

    def of(self, agent: AgentEntry) -> Profile:
        """The agent's profile; read anew only when its manifest is another one."""
        known = self._known.get(agent.id)
        if known is not None and known[0] is agent.manifest:
            return known[1]
        profile = profile_of(agent.manifest)
        self._known[agent.id] = agent.manifest, profile
        return profile

    def keep(self, agents: Collection[AgentEntry]) -> None:
        """Forget all others."""
        if len(self._known) > len(agents):
            alive = {agent.id for agent in agents}
            self._known = {name: known for name, known in self._known.items() if name in alive}


def profile_of(manifest: Mapping[str, Any]) -> Profile:
    """Reads a manifest that the cluster has validated."""
    spec: Mapping[str, Any] = manifest.get("spec") or {}
    labels: Mapping[str, str] = (manifest.get("metadata") or {}).get("labels") or {}
    first = spec.get("model")
    return Profile(
        models=(first, *(spec.get("modelFallbacks") or ())) if first else (),
        team=labels.get(LABEL_TEAM, ""),
        run_tokens=(spec.get("limits") or {}).get("tokens"),
        external=bool((spec.get("runtime") or {}).get("endpoint")),
        instructions=spec.get("instructions") or "",
    )
