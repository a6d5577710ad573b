"""All kinds in one table, for those who handle any of them."""

from typing import Any, Final

from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_contract.v1alpha1.api_key import ApiKey
from quarterdeck_contract.v1alpha1.budget import Budget
from quarterdeck_contract.v1alpha1.model import Model
from quarterdeck_contract.v1alpha1.schema import Resource

KINDS: Final[dict[str, type[Resource[Any, Any]]]] = {
    "Agent": Agent,
    "Model": Model,
    "ApiKey": ApiKey,
    "Budget": Budget,
}
"""Kind -> type, in the order in which people meet them."""
