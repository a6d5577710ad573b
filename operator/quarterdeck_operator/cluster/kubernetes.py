"""The ``Cluster`` port over the Kubernetes API.

Every refusal becomes one of our errors here, in the server's own words, so that the reconcilers
decide by what happens next and never by a status code.
"""

import base64
import secrets
from collections.abc import Awaitable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import aiohttp
import structlog

from quarterdeck_contract.names import API_VERSION, FIELD_MANAGER
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import (
    Conflict,
    Forbidden,
    KubeError,
    NotFound,
    Permanent,
    Unauthorized,
)
from quarterdeck_kube.resources import CONFIG_MAP, EVENT, POD, SECRET, resource_for, resource_of
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.ownership import judge
from quarterdeck_operator.cluster.port import Manifest, Note, ObjectKey, Probe, key_of
from quarterdeck_operator.cluster.probe import probe
from quarterdeck_operator.errors import OperatorError, Stalled, Transient

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")

_MUST_NOT_EXIST = {"resourceVersion": "1"}
"""No object ever has this version, so an apply that carries it can only create: the one way to
create by server-side apply without adopting what bears the name already."""


class KubernetesCluster:
    """Writes with ``client``, whose field manager must be ``names.FIELD_MANAGER``.

    ``instance`` names this process in Events.
    """

    def __init__(self, client: KubeClient, session: aiohttp.ClientSession, instance: str) -> None:
        self._client = client
        self._session = session
        self._instance = instance

    async def secret(self, namespace: str, name: str) -> Mapping[str, bytes] | None:
        """See Cluster."""
        found = await _optional(self._client.get(SECRET, namespace, name))
        if found is None:
            return None
        return {key: base64.b64decode(value) for key, value in (found.get("data") or {}).items()}

    async def config_map(self, namespace: str, name: str) -> Mapping[str, str] | None:
        """See Cluster."""
        found = await _optional(self._client.get(CONFIG_MAP, namespace, name))
        return None if found is None else found.get("data") or {}

    async def pods(self, namespace: str, labels: Mapping[str, str]) -> Sequence[Manifest]:
        """See Cluster."""
        selector = ",".join(f"{name}={value}" for name, value in labels.items())
        found = await _result(self._client.list(POD, namespace, label_selector=selector))
        return found.items

    async def apply(self, manifest: Manifest, *, uid: str | None) -> Manifest:
        """See Cluster."""
        try:
            return await self._apply(manifest, _MUST_NOT_EXIST if uid is None else {"uid": uid})
        except KubeError as exc:
            found = await _optional(self._found(manifest)) if _is_another(exc) else None
            if found is None:
                raise _translated(exc) from exc
        # Something bears the name: an object of ours that no event told of yet, or a stranger's.
        judge(manifest, found)
        return await _result(self._apply(manifest, {"uid": found["metadata"]["uid"]}))

    async def apply_status(self, key: ObjectKey, status: Manifest) -> Manifest:
        """See Cluster."""
        resource = resource_for(key.kind)
        body = {
            "apiVersion": resource.api_version,
            "kind": key.kind,
            "metadata": {"namespace": key.namespace, "name": key.name},
            "status": status,
        }
        return await _result(self._client.apply_status(resource, body))

    async def delete(self, key: ObjectKey, uid: str) -> None:
        """See Cluster."""
        try:
            await self._client.delete(resource_for(key.kind), key.namespace, key.name, uid=uid)
        except Conflict:
            # Another object of that name by now; its own event tells of it.
            return
        except KubeError as exc:
            raise _translated(exc) from exc

    async def note(self, note: Note) -> None:
        """See Cluster."""
        try:
            await self._client.create(EVENT, _event(note, self._instance))
        except KubeError as exc:
            _log.warning("event not recorded", regarding=str(note.regarding), error=str(exc))

    async def probe(self, url: str) -> Probe:
        """See Cluster."""
        return await probe(self._session, url)

    async def _apply(self, manifest: Manifest, identity: Mapping[str, str]) -> Manifest:
        body = manifest | {"metadata": manifest["metadata"] | identity}
        return await self._client.apply(resource_of(manifest), body)

    async def _found(self, manifest: Manifest) -> Manifest:
        key = key_of(manifest)
        return await self._client.get(resource_of(manifest), key.namespace, key.name)


async def _result(request: Awaitable[_T]) -> _T:
    try:
        return await request
    except KubeError as exc:
        raise _translated(exc) from exc


async def _optional(request: Awaitable[_T]) -> _T | None:
    try:
        return await request
    except NotFound:
        return None
    except KubeError as exc:
        raise _translated(exc) from exc


def _is_another(exc: KubeError) -> bool:
    """Whether an apply was refused because the object is not the one that was meant."""
    wrong_uid = any(cause.field == "metadata.uid" for cause in exc.causes)
    return isinstance(exc, Conflict) or wrong_uid


def _translated(exc: KubeError) -> OperatorError:
    # A login can be renewed, and a missing object, namespace or API can come: neither is final.
    if isinstance(exc, Forbidden):
        return Stalled(reasons.FORBIDDEN, str(exc))
    if isinstance(exc, Permanent) and not isinstance(exc, NotFound | Unauthorized):
        return Stalled(reasons.INVALID, str(exc))
    return Transient(reasons.APPLY_FAILED, str(exc), exc.retry_after)


def _event(note: Note, instance: str) -> Manifest:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    regarding = note.regarding
    return {
        "apiVersion": EVENT.api_version,
        "kind": EVENT.kind,
        "metadata": {
            "namespace": regarding.namespace,
            "name": f"{regarding.name}.{secrets.token_hex(8)}",
        },
        "eventTime": now,
        "type": note.type,
        "reason": note.reason,
        "action": "Reconcile",
        "note": note.message[:1024],
        "regarding": {
            "apiVersion": API_VERSION,
            "kind": regarding.kind,
            "namespace": regarding.namespace,
            "name": regarding.name,
            "uid": note.uid,
        },
        "reportingController": FIELD_MANAGER,
        "reportingInstance": instance,
    }
