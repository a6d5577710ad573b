"""Why workers are missing, from their pods: what the kubelet and the scheduler say about them.

A Deployment only counts. That a container crashes, that its image is not there or that no node has
room stands in the pods, and whoever chats or is on call should not have to look for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from quarterdeck_operator import reasons
from quarterdeck_operator.conditions import READY, find

FORGIVEN_AFTER: Final = timedelta(minutes=10)
"""So long must a container run until the kubelet forgets that it crashed; so do we."""

_IMAGE: Final = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "InvalidImageName",
        "ImageInspectError",
        "RegistryUnavailable",
        "SignatureValidationFailed",
    }
)
_NO_START: Final = frozenset(
    {
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
        "PreStartHookError",
        "PostStartHookError",
    }
)
_NEVER_RAN: Final = frozenset({"StartError", "ContainerCannotRun"})
"""Ends of containers whose program could not even be started: there is no log of them."""
_OUT_OF_MEMORY: Final = "OOMKilled"


@dataclass(frozen=True)
class Trouble:
    """Why workers are missing: a condition's reason and a sentence."""

    reason: str
    message: str


def trouble_of(pods: Iterable[Mapping[str, Any]], now: str) -> Trouble | None:
    """What keeps these pods from being ready, the gravest first; ``now`` is RFC 3339.

    None where nothing is wrong with them: they are ready, starting or leaving.
    """
    faults = sorted(
        (reasons.POD_TROUBLES.index(fault.reason), pod["metadata"]["name"], fault.message)
        for pod in pods
        if _is_wanted(pod) and (fault := _fault(pod, now)) is not None
    )
    if not faults:
        return None
    gravest, name, message = faults[0]
    others = sum(rank == gravest for rank, _, _ in faults[1:])
    more = f" (and {others} more pods like it)" if others else ""
    return Trouble(reasons.POD_TROUBLES[gravest], f"pod {name}{more} {message}")


def _is_wanted(pod: Mapping[str, Any]) -> bool:
    status = pod.get("status") or {}
    leaving = "deletionTimestamp" in pod["metadata"] or status.get("phase") in (
        "Succeeded",
        "Failed",  # evicted: its successor is what counts
    )
    return not leaving and (find(status, READY) or {}).get("status") != "True"


def _fault(pod: Mapping[str, Any], now: str) -> Trouble | None:
    status = pod.get("status") or {}
    for field in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(field) or ():
            fault = None if container.get("ready") else _container_fault(pod, container, now)
            if fault is not None:
                return fault
    scheduled = find(status, "PodScheduled") or {}
    if scheduled.get("status") == "False":
        message = f"finds no node: {scheduled.get('message') or scheduled.get('reason')}"
        return Trouble(reasons.WORKERS_UNSCHEDULABLE, message)
    return None


def _container_fault(
    pod: Mapping[str, Any], container: Mapping[str, Any], now: str
) -> Trouble | None:
    state, last = container.get("state") or {}, container.get("lastState") or {}
    waiting = state.get("waiting") or {}
    why = waiting.get("reason")
    said = f"{why}: {waiting.get('message', '')}".rstrip(": ")
    if why in _IMAGE:
        return Trouble(reasons.IMAGE_UNAVAILABLE, f"does not get its image: {said}")
    if why in _NO_START:
        return Trouble(reasons.WORKERS_CANNOT_START, f"cannot start: {said}")
    ended = state.get("terminated") or last.get("terminated")
    if ended is None or _is_forgiven(state.get("running"), now):
        return None
    if ended.get("reason") in _NEVER_RAN:
        said = f"{ended['reason']}: {ended.get('message', '')}".rstrip(": ")
        return Trouble(reasons.WORKERS_CANNOT_START, f"cannot start: {said}")
    return Trouble(reasons.WORKERS_CRASHING, _crash(pod, container, ended))


def _is_forgiven(running: Mapping[str, Any] | None, now: str) -> bool:
    """Whether a container that crashed once has been running for long enough since."""
    if running is None or "startedAt" not in running:
        return False
    return _time(now) - _time(running["startedAt"]) >= FORGIVEN_AFTER


def _crash(pod: Mapping[str, Any], container: Mapping[str, Any], ended: Mapping[str, Any]) -> str:
    how = f"exit code {ended.get('exitCode')}, {ended.get('reason') or 'Error'}"
    count = container.get("restartCount", 0)
    times = "1 restart" if count == 1 else f"{count} restarts"
    raise_it = "raise spec.runtime.resources.limits.memory; "
    advice = raise_it if ended.get("reason") == _OUT_OF_MEMORY else ""
    metadata = pod["metadata"]
    logs = f"kubectl logs --previous -n {metadata.get('namespace')} {metadata['name']}"
    return f"crashes: {how}, {times}; {advice}see {logs} -c {container['name']}"


def _time(written: str) -> datetime:
    read = datetime.fromisoformat(written)
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
