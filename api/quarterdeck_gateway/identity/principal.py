"""Whoever a request comes from, and where they may go. Deny by default: no pattern, no entry."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.limits import RateLimit

ADMIN_NAME = "admin"
"""The name of whoever holds the installation's admin key."""


@dataclass(frozen=True)
class Principal:
    """A caller whose key or token is good."""

    name: str
    """``namespace/name`` of an ApiKey, ``issuer-host/subject`` of a token, or ``admin``."""
    role: Role
    namespaces: tuple[str, ...] = ()
    """Patterns of the namespaces that they may enter."""
    agents: tuple[str, ...] = ("*",)
    """Patterns of the agents that they may chat with."""
    team: str = ""
    rate_limit: RateLimit | None = field(default=None, repr=False)
    subject: str = field(default="", kw_only=True)
    """Who this is for good, to own things by: another ApiKey of the same name has another one. The
    name where nothing else is known."""

    def __post_init__(self) -> None:
        if not self.subject:
            object.__setattr__(self, "subject", self.name)

    def may_enter(self, namespace: str) -> bool:
        """Whether the namespace is theirs; whatever is in another one does not exist for them."""
        return any(fnmatchcase(namespace, pattern) for pattern in self.namespaces)

    def may_chat_with(self, agent: str) -> bool:
        """Whether an agent of such a namespace, by its bare name, is open to them."""
        return any(fnmatchcase(agent, pattern) for pattern in self.agents)


def installation_admin() -> Principal:
    """The holder of the admin key: everything, everywhere."""
    return Principal(ADMIN_NAME, Role.ADMIN, namespaces=("*",))
