"""Shapes of ``/api/v1/models``. Credentials show only which Secret they are in."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from quarterdeck_contract.v1alpha1.model import Price, Provider
from quarterdeck_contract.v1alpha1.references import SecretKey
from quarterdeck_gateway.manifests.schemas import Conditions, ModelManifestShape


class PriceView(BaseModel):
    """What tokens cost, USD per million."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    input_per_million: float
    """USD per million input tokens."""
    output_per_million: float
    """USD per million output tokens."""
    cached_input_per_million: float | None
    """USD per million input tokens that the provider had in its cache; null: as other input."""

    @classmethod
    def of(cls, price: Price) -> "PriceView":
        """The price of a spec."""
        return cls.model_validate(price.model_dump())


class PriceSource(StrEnum):
    """Where the price of a Model comes from."""

    SPEC = "spec"
    """The Model says it."""
    FREE = "free"
    """It runs here, at no price per token."""
    LIST = "list"
    """The public price list knows it."""
    UNKNOWN = "unknown"
    """Nobody knows it: chats count as 0 USD until the Model says it."""


class CredentialsView(BaseModel):
    """Where the provider's key is. The key itself is never read."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    secret: str
    """Name of the Secret in the Model's namespace."""
    key: str
    """Key in the Secret."""

    @classmethod
    def of(cls, reference: SecretKey) -> "CredentialsView":
        """The reference of a spec."""
        return cls(secret=reference.name, key=reference.key)


class ModelView(BaseModel):
    """A Model and how it stands."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    namespace: str
    """Namespace of the Model."""
    name: str
    """Name of the Model, unique in its namespace."""
    provider: Provider
    """Whose protocol it speaks."""
    model: str
    """The provider's own name of the model."""
    base_url: str | None
    """Address of the API; null for the provider's own."""
    credentials: CredentialsView | None
    """Where the provider's key is; null where none is needed."""
    price: PriceView | None
    """Price in the spec; null where there is none."""
    price_source: PriceSource
    """What chats are counted by."""
    ready: bool
    """Whether agents can use it."""
    reason: str
    """Reason of the Ready condition, CamelCase; empty while there is none."""
    message: str
    """Message of the Ready condition."""
    created_at: str | None
    """RFC 3339, UTC."""
    used_by: list[str] = Field(examples=[["demo"]])
    """Names of the agents of this namespace that use it, also as a fallback."""
    conditions: Conditions
    """Conditions of the status."""


class ModelDetail(ModelView):
    """A Model with all that is stored of it."""

    manifest: ModelManifestShape
    """The object as it is stored, without the ownership of its fields. It may be changed and sent
    back as it is."""


class ModelList(BaseModel):
    """Models, ordered by namespace and name."""

    items: list[ModelView]
