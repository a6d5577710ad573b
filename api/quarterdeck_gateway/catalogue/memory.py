"""The catalogue itself: fed with events from wherever manifests are stored, read without I/O."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

import structlog

from quarterdeck_contract.names import SYSTEM_NAMESPACE
from quarterdeck_contract.validation import InvalidManifest
from quarterdeck_gateway.catalogue.budget_index import BudgetIndex
from quarterdeck_gateway.catalogue.entries import budget_entry, key_entry, model_entry
from quarterdeck_gateway.catalogue.key_index import KeyIndex
from quarterdeck_gateway.catalogue.port import (
    BudgetEntry,
    EventType,
    KeyEntry,
    Manifest,
    ModelEntry,
    Observer,
)

KINDS: Final = ("Model", "ApiKey", "Budget")
"""The kinds that a catalogue is fed with; events of others do not concern it."""

log = structlog.get_logger(__name__)

Key = tuple[str, str]


class _Entry(Protocol):
    @property
    def manifest(self) -> Manifest: ...


EntryT = TypeVar("EntryT", bound=_Entry)


class _Shelf(Generic[EntryT]):
    """The entries of one kind."""

    def __init__(
        self,
        made: Callable[[Manifest, EntryT | None], EntryT],
        replaced: Callable[[EntryT | None, EntryT | None], None],
        *,
        keep_when_invalid: bool,
    ) -> None:
        self.entries: dict[Key, EntryT] = {}
        self._sorted: tuple[EntryT, ...] | None = None
        self._made = made
        self._replaced = replaced
        self._keep_when_invalid = keep_when_invalid

    def put(self, key: Key, manifest: Manifest) -> None:
        """Take the object as it is now; an invalid one is told and kept out."""
        before = self.entries.get(key)
        try:
            entry = self._made(manifest, before)
        except InvalidManifest as exc:
            kept = before is not None and self._keep_when_invalid
            named = {"kind": manifest.get("kind"), "namespace": key[0], "name": key[1]}
            log.error("invalid manifest", **named, kept_as_before=kept, error=str(exc))
            if not kept:
                self.remove(key)
            return
        self._set(key, before, entry)

    def remove(self, key: Key) -> EntryT | None:
        """Forget the object; as it was known."""
        before = self.entries.pop(key, None)
        if before is not None:
            self._set(key, before, None)
        return before

    def ordered(self) -> tuple[EntryT, ...]:
        """Every entry, by namespace and name."""
        if self._sorted is None:
            self._sorted = tuple(self.entries[key] for key in sorted(self.entries))
        return self._sorted

    def _set(self, key: Key, before: EntryT | None, entry: EntryT | None) -> None:
        if entry is not None:
            self.entries[key] = entry
        self._sorted = None
        self._replaced(before, entry)


class EventCatalogue:
    """A ``Catalogue`` fed by ``observe``; whoever feeds it sets ``synced``.

    An ApiKey whose spec turns invalid stops working. A Budget or Model stays as it was before: to
    forget it would let money flow.
    """

    def __init__(self, system_namespace: str = SYSTEM_NAMESPACE, *, synced: bool = False) -> None:
        self.synced = synced
        self._observers: list[Observer] = []
        self._hashes = KeyIndex()
        self._scopes = BudgetIndex()
        self._models = _Shelf[ModelEntry](
            lambda manifest, _: model_entry(manifest),
            lambda _old, _new: None,
            keep_when_invalid=True,
        )
        self._keys = _Shelf[KeyEntry](
            lambda manifest, _: key_entry(manifest, system_namespace),
            self._hashes.replace,
            keep_when_invalid=False,
        )
        self._budgets = _Shelf[BudgetEntry](
            budget_entry, self._scopes.replace, keep_when_invalid=True
        )
        self._shelves: dict[str, _Shelf[Any]] = {
            "Model": self._models,
            "ApiKey": self._keys,
            "Budget": self._budgets,
        }

    def observe(self, event_type: EventType, manifest: Manifest) -> None:
        """Take one change of a Model, ApiKey or Budget. A DELETED one needs kind and name only."""
        shelf = self._shelves.get(str(manifest.get("kind")))
        if shelf is None:
            return
        manifest = _slim(manifest)
        key = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        if event_type == "DELETED":
            before = shelf.remove(key)
            manifest = before.manifest if before is not None else manifest
        else:
            shelf.put(key, manifest)
        for observer in self._observers:
            observer(event_type, manifest)

    def subscribe(self, observer: Observer) -> None:
        self._observers.append(observer)

    def model(self, namespace: str, name: str) -> ModelEntry | None:
        return self._models.entries.get((namespace, name))

    def models(self) -> Sequence[ModelEntry]:
        return self._models.ordered()

    def key_by_hash(self, key_hash: str) -> KeyEntry | None:
        return self._hashes.get(key_hash)

    def key(self, namespace: str, name: str) -> KeyEntry | None:
        return self._keys.entries.get((namespace, name))

    def keys(self) -> Sequence[KeyEntry]:
        return self._keys.ordered()

    def budget(self, namespace: str, name: str) -> BudgetEntry | None:
        return self._budgets.entries.get((namespace, name))

    def budgets(self) -> Sequence[BudgetEntry]:
        return self._budgets.ordered()

    def budgets_for(self, namespace: str, agent: str, key: str, team: str) -> Sequence[BudgetEntry]:
        return self._scopes.find(namespace, agent, key, team)


def _slim(manifest: Manifest) -> Manifest:
    """Without field ownership: most of an object's size, and of no interest here."""
    metadata = manifest["metadata"]
    if "managedFields" not in metadata:
        return manifest
    kept = {name: value for name, value in metadata.items() if name != "managedFields"}
    return {**manifest, "metadata": kept}
