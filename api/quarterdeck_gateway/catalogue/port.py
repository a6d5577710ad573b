"""The gateway's view of Models, ApiKeys and Budgets, behind one small Protocol.

As with agents: fed by watches in a cluster and by the store on a laptop; reading is synchronous and
does no I/O. Entries are immutable; a change replaces the entry.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from quarterdeck_contract.names import ANNOTATION_MANIFEST
from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.budget import BudgetSpec
from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_contract.v1alpha1.model import ModelSpec

Manifest = Mapping[str, Any]
EventType = Literal["ADDED", "MODIFIED", "DELETED"]
Observer = Callable[[EventType, Manifest], None]


@dataclass(frozen=True)
class ModelEntry:
    """A Model as stored."""

    namespace: str
    name: str
    spec: ModelSpec
    manifest: Manifest


@dataclass(frozen=True)
class KeyEntry:
    """An ApiKey as stored."""

    namespace: str
    name: str
    uid: str
    owner: str
    role: Role
    agents: tuple[str, ...]
    """Patterns of agents' names; never empty."""
    namespaces: tuple[str, ...]
    """Patterns of namespaces that are in force; never empty."""
    team: str
    rate_limit: RateLimit | None
    hashes: Mapping[str, float | None]
    """HMAC of each key that was issued -> when it stops working, seconds since the epoch."""
    expires_at: float | None
    revoked: bool
    manifest: Manifest

    @property
    def id(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"

    @property
    def subject(self) -> str:
        """Who this is for good: an ApiKey that is made anew under the same name is somebody else.

        Those of a manifests folder are made anew at every start: there the name is who they are.
        """
        annotations = (self.manifest.get("metadata") or {}).get("annotations") or {}
        if ANNOTATION_MANIFEST in annotations or not self.uid:
            return f"file:{self.id}"
        return f"apikey:{self.uid}"


@dataclass(frozen=True)
class BudgetEntry:
    """A Budget as stored."""

    namespace: str
    name: str
    uid: str
    spec: BudgetSpec
    manifest: Manifest

    @property
    def id(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"


class Catalogue(Protocol):
    """Everything declared beside agents, as known now."""

    @property
    def synced(self) -> bool:
        """True once the first complete picture has arrived."""
        ...

    def model(self, namespace: str, name: str) -> ModelEntry | None:
        """The Model, or None."""
        ...

    def models(self) -> Sequence[ModelEntry]:
        """Every Model, ordered by namespace and name."""
        ...

    def key_by_hash(self, key_hash: str) -> KeyEntry | None:
        """The ApiKey that a key with this HMAC was issued for, valid or not."""
        ...

    def key(self, namespace: str, name: str) -> KeyEntry | None:
        """The ApiKey, or None."""
        ...

    def keys(self) -> Sequence[KeyEntry]:
        """Every ApiKey, ordered by namespace and name."""
        ...

    def budget(self, namespace: str, name: str) -> BudgetEntry | None:
        """The Budget, or None."""
        ...

    def budgets(self) -> Sequence[BudgetEntry]:
        """Every Budget, ordered by namespace and name."""
        ...

    def budgets_for(self, namespace: str, agent: str, key: str, team: str) -> Sequence[BudgetEntry]:
        """The Budgets that a chat of ``key`` (``namespace/name``) with an agent counts on."""
        ...

    def subscribe(self, observer: Observer) -> None:
        """Call ``observer`` with every later change of a Model, ApiKey or Budget, after it."""
        ...


class ResourceWriter(Protocol):
    """Writes our kinds on behalf of somebody who was admitted. Raises the gateway's errors:
    InvalidRequest with the field's path, AlreadyExists, Conflict, NotFound, Unavailable."""

    async def create(self, manifest: Manifest, *, dry_run: bool = False) -> Manifest:
        """Create the object; as stored, or with ``dry_run`` as it would be."""
        ...

    async def patch_spec(
        self, kind: str, namespace: str, name: str, spec: Mapping[str, Any]
    ) -> Manifest:
        """Merge into the spec (a value of None removes the field); as stored. For what cannot wait
        for whoever else manages the object, as a revocation; only what stands in the manifests
        folder, which would undo it at the next start, is refused with InvalidRequest."""
        ...

    async def edit_spec(
        self,
        kind: str,
        namespace: str,
        name: str,
        spec: Mapping[str, Any],
        *,
        force: bool = False,
    ) -> Manifest:
        """Merge into the spec like ``patch_spec``, but leave to others what is theirs: without
        ``force`` raises Conflict when something else manages what would change, as ``put``."""
        ...

    async def put(
        self, manifest: Manifest, *, force: bool = False, dry_run: bool = False
    ) -> Manifest:
        """Create the object or replace its spec and, where the manifest has some, even none, its
        labels and annotations; as stored, or with ``dry_run`` as it would be.

        Raises Conflict when ``metadata.resourceVersion`` is given and out of date, and without
        ``force`` when something else manages what would change: another manager of the cluster,
        the tool that wrote the object (``managers``), or the manifests folder of a laptop."""
        ...

    async def delete(self, kind: str, namespace: str, name: str, *, force: bool = False) -> None:
        """Delete the object. Without ``force`` raises Conflict for one that would come back: an
        object of a tool, or of the manifests folder."""
        ...

    async def report(self, kind: str, namespace: str, name: str, status: Mapping[str, Any]) -> None:
        """Own these fields and conditions of the status, and no others: what an earlier report had
        and this one has not, or has as None, is removed. Those of the operator stay. An object
        that is gone is no error."""
        ...
