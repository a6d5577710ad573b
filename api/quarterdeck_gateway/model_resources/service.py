"""Models as people see and change them: read from the catalogue, never from a copy."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from quarterdeck_gateway.accounting.pricing import FREE, OVERRIDE, UNKNOWN, Pricer
from quarterdeck_gateway.catalogue.attribution import Actor
from quarterdeck_gateway.catalogue.entries import model_entry
from quarterdeck_gateway.catalogue.port import Catalogue, ModelEntry
from quarterdeck_gateway.catalogue.writer import missing_message
from quarterdeck_gateway.errors import NotFound, Starting
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.manifests.schemas import WriteOptions
from quarterdeck_gateway.manifests.service import ManifestService, shown
from quarterdeck_gateway.model_resources.schemas import (
    CredentialsView,
    ModelDetail,
    ModelList,
    ModelView,
    PriceSource,
    PriceView,
)
from quarterdeck_gateway.routing.registry import AgentEntry, Registry

KIND: Final = "Model"
_SOURCES: Final = {
    OVERRIDE: PriceSource.SPEC,
    FREE: PriceSource.FREE,
    UNKNOWN: PriceSource.UNKNOWN,
}


class ModelService:
    """What ``/api/v1/models`` does."""

    def __init__(
        self,
        catalogue: Catalogue,
        registry: Registry,
        manifests: ManifestService,
        pricer: Pricer,
    ) -> None:
        self._catalogue = catalogue
        self._registry = registry
        self._manifests = manifests
        self._pricer = pricer

    def list(self, principal: Principal, namespace: str | None) -> ModelList:
        """The Models of the caller's namespaces, or of one of them."""
        users = used_by(self._registry.agents())
        return ModelList(
            items=[
                ModelView(**self._fields(entry, users.get((entry.namespace, entry.name), ())))
                for entry in self._catalogue.models()
                if namespace in (None, entry.namespace) and principal.may_enter(entry.namespace)
            ]
        )

    def get(self, principal: Principal, namespace: str, name: str) -> ModelDetail:
        """One Model. Raises NotFound."""
        entry = self._catalogue.model(namespace, name) if principal.may_enter(namespace) else None
        if entry is None and not self._catalogue.synced:
            raise Starting("The gateway does not know its models yet.", retry_after=1)
        if entry is None:
            raise NotFound(missing_message(KIND, namespace, name))
        return self._detail(entry)

    async def put(
        self,
        actor: Actor,
        namespace: str,
        name: str,
        document: Mapping[str, Any],
        options: WriteOptions,
        *,
        only_new: bool = False,
    ) -> ModelDetail:
        """Create or replace it; see ManifestService."""
        stored = await self._manifests.put(
            actor, namespace, name, document, options, only_new=only_new
        )
        return self._detail(model_entry(stored))

    async def delete(self, actor: Actor, namespace: str, name: str, options: WriteOptions) -> None:
        """Remove it; agents that use it wait until it is back. See ManifestService."""
        await self._manifests.delete(actor, namespace, name, force=options.force)

    def _detail(self, entry: ModelEntry) -> ModelDetail:
        users = used_by(self._registry.agents()).get((entry.namespace, entry.name), ())
        return ModelDetail(**self._fields(entry, users), manifest=shown(KIND, entry.manifest))

    def _fields(self, entry: ModelEntry, users: Iterable[str]) -> dict[str, Any]:
        version = self._pricer.rates(entry.namespace, entry.name).version
        return fields(entry, users) | {"price_source": _SOURCES.get(version, PriceSource.LIST)}


def used_by(agents: Iterable[AgentEntry]) -> dict[tuple[str, str], list[str]]:
    """Names of the agents that use each Model, by namespace and name of the Model."""
    users: dict[tuple[str, str], list[str]] = {}
    for agent in agents:
        spec = agent.manifest.get("spec") or {}
        wanted = [spec.get("model"), *(spec.get("modelFallbacks") or ())]
        for model in dict.fromkeys(filter(None, wanted)):
            users.setdefault((agent.namespace, model), []).append(agent.name)
    return users


def fields(entry: ModelEntry, users: Iterable[str]) -> dict[str, Any]:
    """The fields of a ModelView that its manifest tells."""
    spec, status = entry.spec, entry.manifest.get("status") or {}
    conditions = list(status.get("conditions") or ())
    ready: Mapping[str, Any] = next(
        (each for each in conditions if each.get("type") == "Ready"), {}
    )
    return {
        "namespace": entry.namespace,
        "name": entry.name,
        "provider": spec.provider,
        "model": spec.model,
        "base_url": spec.base_url,
        "credentials": None if spec.credentials is None else CredentialsView.of(spec.credentials),
        "price": None if spec.price is None else PriceView.of(spec.price),
        "ready": ready.get("status") == "True",
        "reason": str(ready.get("reason") or ""),
        "message": str(ready.get("message") or ""),
        "created_at": entry.manifest["metadata"].get("creationTimestamp"),
        "used_by": list(users),
        "conditions": conditions,
    }
