"""Shape of ``/api/v1/whoami``."""

from pydantic import BaseModel, ConfigDict

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_gateway.identity.principal import Principal


class WhoAmI(BaseModel):
    """The caller: who they are and where they may go."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str
    """``namespace/name`` of an ApiKey, ``issuer/subject`` of a token, or ``admin``."""
    role: Role
    namespaces: list[str]
    """Patterns of the namespaces that they may enter."""
    agents: list[str]
    """Patterns of the agents that they may chat with."""
    team: str
    rate_limit: RateLimit | None


def who(principal: Principal) -> WhoAmI:
    """The caller as the API tells it."""
    return WhoAmI(
        name=principal.name,
        role=principal.role,
        namespaces=list(principal.namespaces),
        agents=list(principal.agents),
        team=principal.team,
        rate_limit=principal.rate_limit,
    )
