"""All that a reconciler may ask of the world outside its cache.

Kubernetes and the standalone store stand behind the same few methods, so one set of reconcilers
serves a cluster, a laptop and the tests. Every method raises only the errors of
``quarterdeck_operator.errors``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Manifest = dict[str, Any]
"""A Kubernetes object as JSON."""


@dataclass(frozen=True, order=True, slots=True)
class ObjectKey:
    """Names one object. ``kind`` is enough: we own no two kinds of one name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace}/{self.name}"


def key_of(manifest: Mapping[str, Any]) -> ObjectKey:
    """The key of a manifest that has ``kind``, ``metadata.namespace`` and ``metadata.name``."""
    metadata = manifest["metadata"]
    return ObjectKey(manifest["kind"], metadata.get("namespace", ""), metadata["name"])


@dataclass(frozen=True)
class Note:
    """Something that happened to a resource, for ``kubectl describe``."""

    regarding: ObjectKey
    uid: str
    type: Literal["Normal", "Warning"]
    reason: str
    message: str


@dataclass(frozen=True)
class Probe:
    """What an external agent's address answered."""

    ready: bool
    message: str


class Cluster(Protocol):
    """Writes, and the few reads that must be fresh."""

    async def secret(self, namespace: str, name: str) -> Mapping[str, bytes] | None:
        """Decoded data of a Secret; None when there is none."""

    async def config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """Data of a ConfigMap; None when there is none."""

    async def pods(self, namespace: str, labels: Mapping[str, str]) -> Sequence[Manifest]:
        """The pods of a namespace that have all these labels, in one request."""

    async def apply(self, manifest: Manifest, *, uid: str | None) -> Manifest:
        """Make it so by server-side apply; the object as stored.

        ``uid`` None creates the object; otherwise only the object with this uid is changed. An
        object of the name that is there all the same is judged by ``ownership.judge``: ours is
        changed, a foreign one raises Stalled(NameTaken), one of a deleted namesake raises
        Transient(PredecessorLeaving).
        """

    async def apply_status(self, key: ObjectKey, status: Manifest) -> Manifest:
        """Make ``status`` the operator's part of one of our kinds' status; the object as stored.

        What others wrote stays: their fields, and their conditions by type. What is the
        operator's part says ``status_part``.
        """

    async def delete(self, key: ObjectKey, uid: str) -> None:
        """Delete the object if it still has this uid; fine when it is gone."""

    async def note(self, note: Note) -> None:
        """Record an Event. Never raises: an Event is not worth a reconcile."""

    async def probe(self, url: str) -> Probe:
        """Ask an external agent whether it is ready. Never raises."""
