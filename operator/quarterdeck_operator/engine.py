"""The control loop without a cluster: what was seen goes in, reconciled resources come out.

A cluster's watches and a laptop's store feed the same engine, so both run the same reconcilers.
Nothing here knows kopf or an API server: reads of what was observed go to the cache, everything
else to the ``Cluster`` port.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from quarterdeck_contract.names import (
    API_VERSION,
    LABEL_AGENT,
    LABEL_MANAGED_BY,
    MANAGED_BY,
)
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.validation import InvalidManifest, parse
from quarterdeck_operator.builders.agent import AGENT_CHILD_KINDS
from quarterdeck_operator.cache import (
    REFERENCE_KINDS,
    Cache,
    resource_version_of,
    without_content,
)
from quarterdeck_operator.cluster.ownership import controller_of
from quarterdeck_operator.cluster.port import Cluster, Manifest, ObjectKey, key_of
from quarterdeck_operator.cluster.status_part import operator_part
from quarterdeck_operator.concerns import Concerns
from quarterdeck_operator.conditions import READY, STALLED, find
from quarterdeck_operator.controller import Controller
from quarterdeck_operator.metrics import EngineMetrics, NullEngineMetrics, Standing
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.pepper import NoPepper, Pepper
from quarterdeck_operator.queue import WorkQueue
from quarterdeck_operator.reconcile.agent import AgentReconciler
from quarterdeck_operator.reconcile.api_key import ApiKeyReconciler
from quarterdeck_operator.reconcile.budget import BudgetReconciler
from quarterdeck_operator.reconcile.issuing import KeyIssuer
from quarterdeck_operator.reconcile.model import ModelReconciler
from quarterdeck_operator.reconcile.shortage import Shortages
from quarterdeck_operator.reconcile.status import StatusWriter
from quarterdeck_operator.reserved import is_ours
from quarterdeck_operator.resolve.mentions import mentions
from quarterdeck_operator.resolve.references import References

EventType = Literal["ADDED", "MODIFIED", "DELETED"]

OWN_KINDS: Final = tuple(KINDS)
CHILD_KINDS: Final = AGENT_CHILD_KINDS


def utc_now() -> str:
    """The time of a condition: RFC 3339, whole seconds, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Engine:
    """Feed it every resource of ours, child, Secret and ConfigMap; then ``run`` it.

    The order of feeding does not matter. ``observe``, ``observe_metadata`` and ``replace`` are
    synchronous and may be called before ``run``: nothing is worked on until then.
    """

    def __init__(
        self,
        cluster: Cluster,
        options: BuildOptions,
        *,
        pepper: Pepper | None = None,
        reserved: Collection[ObjectKey] = (),
        workers: int = 8,
        metrics: EngineMetrics | None = None,
        now: Callable[[], str] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``now`` gives the time, RFC 3339 in UTC, ``clock`` monotonic seconds; without ``pepper``
        no API key is issued; ``reserved`` are Secrets that no resource may refer to, beside those
        labelled as ours."""
        metrics = metrics or NullEngineMetrics()
        self._cache = Cache()
        self._queue = WorkQueue(metrics)
        self._running = False
        self._references = references = References(self._cache, cluster, reserved)
        self._concerns = concerns = Concerns(self._cache)
        self._status = status = StatusWriter(self._cache, cluster)
        self._shortages = shortages = Shortages(cluster, clock, now)
        issuer = KeyIssuer(self._cache, cluster, pepper or NoPepper())
        self._controller = Controller(
            self._queue,
            self._cache,
            {
                "Agent": AgentReconciler(
                    self._cache,
                    cluster,
                    options,
                    references,
                    concerns.downgrades,
                    shortages,
                    status,
                    now,
                ),
                "Model": ModelReconciler(references, status, now),
                "ApiKey": ApiKeyReconciler(issuer, options, status, now),
                "Budget": BudgetReconciler(self._cache, references, status, now),
            },
            status,
            workers=workers,
            metrics=metrics,
            now=now,
        )

    def observe(self, event_type: EventType, manifest: Mapping[str, Any]) -> None:
        """Take note of one object (whole, with ``kind``) and wake those whom it concerns.

        Our kinds and their children (by controller ownerReference); of Secrets and foreign
        ConfigMaps only the resourceVersion is kept, and of our own Secrets the metadata. Other
        kinds are ignored. An event older than what is known (by resourceVersion) is ignored too.
        """
        kind = manifest["kind"]
        if kind in OWN_KINDS:
            self._observe_own(event_type, manifest)
        elif kind in CHILD_KINDS and (owner := self._owner_of_child(manifest)) is not None:
            self._observe_child(event_type, manifest, owner)
        elif kind in REFERENCE_KINDS:
            self.observe_metadata(event_type, kind, manifest)

    def observe_metadata(
        self, event_type: EventType, kind: str, manifest: Mapping[str, Any]
    ) -> None:
        """The same for a Secret or ConfigMap of which only ``metadata`` was fetched."""
        metadata = manifest["metadata"]
        if kind in CHILD_KINDS and _is_managed(metadata):
            return
        key = ObjectKey(kind, metadata["namespace"], metadata["name"])
        own = without_content(kind, manifest)
        if kind == "Secret" and (owner := self._owner_of_child(own)) is not None:
            self._observe_child(event_type, own, owner)
        if event_type == "DELETED":
            news = self._cache.drop_version(key)
        else:
            reserved = kind == "Secret" and is_ours(metadata)
            news = self._cache.put_version(key, resource_version_of(manifest), reserved=reserved)
        if news:
            self._wake(self._concerns.of_reference(key))

    def replace(self, kind: str, manifests: Iterable[Manifest], resource_version: str = "") -> None:
        """A LIST of all objects of ``kind``: those known and not in it are dropped as deleted.

        ``resource_version`` is the list's: what was learned after it is kept.
        """
        listed = []
        for manifest in manifests:
            listed.append(key_of(manifest))
            self.observe("MODIFIED", manifest)
        for key in self._cache.missing_from(kind, listed, resource_version):
            ghost = self._cache.get(key)
            if ghost is not None:
                self.observe("DELETED", ghost)

    async def run(self) -> None:
        """Work until cancelled; starts with every known Agent and Model. Only for the leader."""
        self._running = True
        try:
            self._wake(key for kind in OWN_KINDS for key in self._cache.keys(kind))
            await self._controller.run()
        finally:
            self._running = False

    def settled(self) -> bool:
        """Whether nothing is being worked on or due now (slow retries and probes aside)."""
        return self._queue.settled()

    async def idle(self) -> None:
        """Wait until ``settled``."""
        await self._queue.idle()

    def counts(self) -> Mapping[Standing, int]:
        """How many resources stand how."""
        return Counter(
            _standing(key, manifest)
            for kind in OWN_KINDS
            for key in self._cache.keys(kind)
            if (manifest := self._cache.get(key)) is not None
        )

    def _observe_own(self, event_type: EventType, manifest: Mapping[str, Any]) -> None:
        key = key_of(manifest)
        before = self._cache.get(key)
        if event_type == "DELETED":
            news = self._cache.drop(key, _deleted_at(manifest))
            self._status.forget(key)
            self._shortages.forget(key)
        else:
            news = self._cache.put(manifest)
            if news:
                self._cache.mention(key, _mentions(manifest))
        if news and not self._is_echo(event_type, manifest, before):
            self._wake([key])
            # A status that changed concerns nobody else.
            if event_type == "DELETED" or before is None or before["spec"] != manifest["spec"]:
                deleted = event_type == "DELETED"
                self._wake(self._concerns.of_resource(key, manifest, deleted=deleted))

    def _is_echo(
        self, event_type: EventType, manifest: Mapping[str, Any], before: Manifest | None
    ) -> bool:
        """Whether the event only tells of a status: what we have just written, or others' part."""
        if event_type == "DELETED" or before is None or before["spec"] != manifest["spec"]:
            return False
        if manifest["metadata"].get("deletionTimestamp"):
            return False
        return self._status.is_echo(manifest) or _only_others_wrote(before, manifest)

    def _observe_child(
        self, event_type: EventType, manifest: Mapping[str, Any], owner: ObjectKey
    ) -> None:
        if event_type == "DELETED":
            news = self._cache.drop(key_of(manifest), _deleted_at(manifest))
        else:
            news = self._cache.put(manifest)
        if news:
            self._wake([owner])

    def _owner_of_child(self, manifest: Mapping[str, Any]) -> ObjectKey | None:
        """Whom the object concerns, also if somebody just took it away from its owner."""
        known = self._cache.get(key_of(manifest))
        return _owner(manifest) or (_owner(known) if known is not None else None)

    def _wake(self, keys: Iterable[ObjectKey]) -> None:
        if self._running:
            for key in keys:
                self._queue.add(key)


def _standing(key: ObjectKey, manifest: Mapping[str, Any]) -> Standing:
    status = manifest.get("status") or {}
    ready, stalled = find(status, READY) or {}, find(status, STALLED) or {}
    return Standing(
        namespace=key.namespace,
        kind=key.kind,
        ready=str(ready.get("status", "Unknown")),
        reason=str(ready.get("reason", "")),
        stalled=str(stalled.get("status") == "True"),
    )


def _mentions(manifest: Mapping[str, Any]) -> frozenset[ObjectKey]:
    try:
        return mentions(parse(manifest))
    except InvalidManifest:
        return frozenset()


def _only_others_wrote(before: Mapping[str, Any], manifest: Mapping[str, Any]) -> bool:
    """Whether the status has changed, and our part of it has not."""
    was, now = before.get("status"), manifest.get("status")
    kind = manifest["kind"]
    return was != now and operator_part(kind, was) == operator_part(kind, now)


def _is_managed(metadata: Mapping[str, Any]) -> bool:
    return (metadata.get("labels") or {}).get(LABEL_MANAGED_BY) == MANAGED_BY


def _deleted_at(manifest: Mapping[str, Any]) -> str:
    # A tombstone out of a LIST has no uid, and its version is the last one seen, not the last one
    # there was: then dropping is always right, for what still exists is found when applied.
    return resource_version_of(manifest) if "uid" in manifest["metadata"] else ""


def _owner(manifest: Mapping[str, Any]) -> ObjectKey | None:
    """The resource of ours that controls the object, or claims it by label."""
    metadata, controller = manifest["metadata"], controller_of(manifest)
    if controller is not None and controller.get("apiVersion") == API_VERSION:
        return ObjectKey(controller["kind"], metadata.get("namespace", ""), controller["name"])
    agent = (metadata.get("labels") or {}).get(LABEL_AGENT)
    return ObjectKey("Agent", metadata.get("namespace", ""), agent) if agent else None
