"""Who may call what: every endpoint of the gateway in one table, used at run time and by tests.

Deny by default: what has no row here is not served, so nobody adds an endpoint and forgets to say
who it is for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from starlette.routing import compile_path

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.errors import Forbidden, GatewayError, NotFound
from quarterdeck_gateway.identity.principal import Principal

ANY_METHOD: Final = "*"
EVERYWHERE: Final = "*"
"""The pattern of namespaces that makes a Principal one of the whole installation."""


class Reach(StrEnum):
    """What of the installation an endpoint shows or changes."""

    NOTHING = "nothing"
    """Nothing that belongs to anybody."""
    NAMESPACES = "namespaces"
    """What is in the caller's namespaces: the path's is checked here, others by the endpoint."""
    INSTALLATION = "installation"
    """Everything: only for callers who may enter every namespace."""


@dataclass(frozen=True)
class Access:
    """One row: who may call one endpoint."""

    method: str
    path: str
    """Template, as the router spells it."""
    role: Role | None
    """The least role; None is open to everybody, without a key."""
    reach: Reach = Reach.NAMESPACES


OPEN: Final = None
NOTHING: Final = Reach.NOTHING
INSTALLATION: Final = Reach.INSTALLATION
VIEWER, USER, EDITOR, ADMIN = Role.VIEWER, Role.USER, Role.EDITOR, Role.ADMIN

ACCESS: Final = (
    Access("GET", "/healthz", OPEN, NOTHING),
    Access("GET", "/readyz", OPEN, NOTHING),
    Access("GET", "/metrics", VIEWER, INSTALLATION),
    Access("GET", "/openapi.json", VIEWER, NOTHING),
    Access("POST", "/v1/chat/completions", USER),
    Access("GET", "/v1/models", VIEWER),
    Access("GET", "/v1/models/{model:path}", VIEWER),
    Access("GET", "/api/v1/whoami", VIEWER, NOTHING),
    Access("GET", "/api/v1/session", OPEN, NOTHING),
    Access("POST", "/api/v1/session", OPEN, NOTHING),
    Access("DELETE", "/api/v1/session", OPEN, NOTHING),
    Access("GET", "/api/v1/conversations", USER, NOTHING),
    Access("POST", "/api/v1/conversations", USER, NOTHING),
    Access("GET", "/api/v1/conversations/{conversation_id}", USER, NOTHING),
    Access("PATCH", "/api/v1/conversations/{conversation_id}", USER, NOTHING),
    Access("DELETE", "/api/v1/conversations/{conversation_id}", USER, NOTHING),
    Access("GET", "/api/v1/conversations/{conversation_id}/export", USER, NOTHING),
    Access("PUT", "/api/v1/conversations/{conversation_id}/messages/{position}", USER, NOTHING),
    Access("GET", "/api/v1/agents", VIEWER),
    Access("GET", "/api/v1/agents/{namespace}/{name}", VIEWER),
    Access("PUT", "/api/v1/agents/{namespace}/{name}", EDITOR),
    Access("DELETE", "/api/v1/agents/{namespace}/{name}", EDITOR),
    Access("GET", "/api/v1/agents/{namespace}/{name}/events", VIEWER),
    Access("GET", "/api/v1/models", VIEWER),
    Access("GET", "/api/v1/models/{namespace}/{name}", VIEWER),
    Access("PUT", "/api/v1/models/{namespace}/{name}", EDITOR),
    Access("DELETE", "/api/v1/models/{namespace}/{name}", EDITOR),
    Access("GET", "/api/v1/namespaces", VIEWER),
    Access("GET", "/api/v1/schemas/{kind}", VIEWER, NOTHING),
    Access("GET", "/api/v1/health", VIEWER),
    Access("GET", "/api/v1/metrics", VIEWER),
    Access("GET", "/api/v1/targets", VIEWER, INSTALLATION),
    Access("GET", "/api/v1/keys", ADMIN),
    Access("POST", "/api/v1/keys", ADMIN),
    Access("GET", "/api/v1/keys/{namespace}/{name}", ADMIN),
    Access("PATCH", "/api/v1/keys/{namespace}/{name}", ADMIN),
    Access("DELETE", "/api/v1/keys/{namespace}/{name}", ADMIN),
    Access("POST", "/api/v1/keys/{namespace}/{name}/rotate", ADMIN),
    Access("POST", "/api/v1/keys/{namespace}/{name}/revoke", ADMIN),
    Access("GET", "/api/v1/budgets", VIEWER),
    Access("GET", "/api/v1/budgets/{namespace}/{name}", VIEWER),
    Access("PUT", "/api/v1/budgets/{namespace}/{name}", ADMIN),
    Access("DELETE", "/api/v1/budgets/{namespace}/{name}", ADMIN),
    Access("GET", "/api/v1/usage", VIEWER),
    Access("GET", "/api/v1/costs", VIEWER),
    Access("GET", "/api/v1/audit", ADMIN),
    Access("GET", "/api/v1/audit/verify", ADMIN, INSTALLATION),
    Access(ANY_METHOD, "/k8s/{path:path}", ADMIN, INSTALLATION),
)


UI: Final = Access("GET", "/{path:path}", OPEN, NOTHING)
"""The web UI's files and pages: whatever does not begin like a path of ``ACCESS``."""
_UI_METHODS: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Match:
    """The row for a request, with the namespace in its path, if there is one."""

    access: Access
    namespace: str | None = None


class AccessTable:
    """Finds rows: exact paths at the price of one look-up, templates by the router's own rules."""

    def __init__(self, rows: Iterable[Access] = ACCESS, *, with_ui: bool = False) -> None:
        self.rows = tuple(rows)
        self._ui = Match(UI) if with_ui else None
        self._taken = {_beginning(row.path) for row in self.rows}
        self._exact = {(row.method, row.path): Match(row) for row in self.rows}
        self._templates = [(row, compile_path(row.path)[0]) for row in self.rows if "{" in row.path]

    def find(self, method: str, path: str) -> Match | None:
        """The row for a request; None when nothing of the kind is served."""
        exact = self._exact.get((method, path))
        if exact is not None:
            return exact
        for row, pattern in self._templates:
            if row.method in (method, ANY_METHOD) and (match := pattern.match(path)):
                return Match(row, match.groupdict().get("namespace"))
        return self._ui if method in _UI_METHODS and self._may_be_ui(path) else None

    def _may_be_ui(self, path: str) -> bool:
        return path.startswith("/") and "//" not in path and _beginning(path) not in self._taken

    def methods(self, path: str) -> list[str]:
        """The methods that ``path`` answers, sorted; empty when there is no such path."""
        found = {row.method for row in self.rows if row.path == path}
        found |= {row.method for row, pattern in self._templates if pattern.match(path)}
        return sorted(found)

    def roles(self) -> Mapping[tuple[str, str], Role | None]:
        """(method, template) -> least role, for documents."""
        return {(row.method, row.path): row.role for row in self.rows}


def _beginning(path: str) -> str:
    """The first part of a path."""
    return path.partition("/")[2].partition("/")[0]


def refusal(match: Match, principal: Principal) -> GatewayError | None:
    """Why ``principal`` may not call this; None when they may.

    What is in a namespace that they may not enter does not exist for them.
    """
    access = match.access
    if access.role is None:
        return None
    role = principal.role
    if role is not access.role and not role.includes(access.role):
        return Forbidden(
            f"This needs the role {access.role}, and this key has {role}: use a key with that role."
        )
    if access.reach is Reach.INSTALLATION and EVERYWHERE not in principal.namespaces:
        return Forbidden("This is for keys of the whole installation: use one of those.")
    if match.namespace is not None and not principal.may_enter(match.namespace):
        return NotFound(f"There is nothing in a namespace {match.namespace!r}.")
    return None
