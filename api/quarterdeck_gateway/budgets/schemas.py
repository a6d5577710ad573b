"""Shapes of ``/api/v1/budgets``. ``spec`` and ``conditions`` are those of the custom resource."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from quarterdeck_contract.v1alpha1.budget import BudgetSpec

LabelKey = Annotated[
    str,
    Field(
        pattern=r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$",
        max_length=253,
    ),
]
LabelValue = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$", max_length=63)
]


class WantedBudget(BaseModel):
    """What a budget shall be."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    spec: BudgetSpec
    """As in a manifest."""
    labels: dict[LabelKey, LabelValue] | None = Field(default=None, max_length=64)
    """Replace those it has; they stay when absent."""


class BudgetView(BaseModel):
    """A budget and how its period stands. Money is USD; a string where it is exact."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    namespace: str
    name: str
    version: str
    """In double quotes it is the ``ETag``, and what ``If-Match`` takes. Its status moves on with
    every chat, and may change this too: that alone makes no older one stale."""
    scope: str
    """Whose chats are counted: ``Namespace``, or kind and name, like ``Agent demo``."""
    amount_usd: float
    period: str
    enforced: bool
    """False only counts and warns."""
    spent_usd: str | None
    """None until the gateway has counted."""
    remaining_usd: str | None
    reserved_usd: str | None
    """Set aside for chats now running."""
    percent: int | None
    """Share of the amount that is spent."""
    period_started_at: str | None
    resets_at: str | None
    """None for a budget that never does."""
    state: str
    """``Exceeded``, ``TooLittleLeft`` when no chat fits any more, ``Enforced``, or why it is not in
    force."""
    too_little_for: list[str] = Field(examples=[["default/demo"]])
    """Agents with which no chat begins, for it would set aside more than is left; one that bounds
    its own answer still may. At most 20."""
    least_chat_usd: str | None
    """What the cheapest of those chats sets aside; null where all fit."""
    labels: dict[str, str]
    spec: dict[str, Any]
    conditions: list[dict[str, Any]]


class BudgetList(BaseModel):
    """Budgets, ordered by namespace and name."""

    items: list[BudgetView]
