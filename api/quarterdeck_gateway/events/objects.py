"""From an object of ``events.k8s.io/v1`` to an Event as people read it. Pure.

Who repeats an Event counts in ``series``; older reporters count in the fields that are called
deprecated, which is most of them still.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from quarterdeck_contract.names import worker_name
from quarterdeck_gateway.events.port import SeenEvent

_SAFE: Final = "[bcdfghjklmnpqrstvwxz2456789]"
"""Letters of the names that Kubernetes makes up."""


def seen_event(manifest: Mapping[str, Any]) -> SeenEvent:
    """The Event of an object."""
    regarding = manifest.get("regarding") or {}
    series = manifest.get("series") or {}
    created = (manifest.get("metadata") or {}).get("creationTimestamp")
    first = manifest.get("deprecatedFirstTimestamp") or manifest.get("eventTime") or created
    last = series.get("lastObservedTime") or manifest.get("deprecatedLastTimestamp") or first
    return SeenEvent(
        type="Warning" if manifest.get("type") == "Warning" else "Normal",
        reason=str(manifest.get("reason") or ""),
        message=str(manifest.get("note") or ""),
        object=f"{regarding.get('kind')}/{regarding.get('name')}",
        count=int(series.get("count") or manifest.get("deprecatedCount") or 1),
        first_seen=str(first or ""),
        last_seen=str(last or ""),
    )


def belongs_to(agent: str, regarding: Mapping[str, Any]) -> bool:
    """Whether an Event is about this Agent or about what the operator and Kubernetes make for it:
    Deployment, ReplicaSets, Pods and autoscaler go by its name."""
    kind, name = regarding.get("kind"), str(regarding.get("name") or "")
    if kind == "Agent":
        return name == agent
    made = re.escape(worker_name(agent))
    pattern = _NAMES.get(str(kind))
    return pattern is not None and re.fullmatch(made + pattern, name) is not None


_NAMES: Final = {
    "Deployment": "",
    "HorizontalPodAutoscaler": "",
    "PodDisruptionBudget": "",
    "Service": "",
    "ReplicaSet": f"-{_SAFE}{{1,10}}",
    "Pod": f"-{_SAFE}{{1,10}}-{_SAFE}{{5}}",
}
"""What follows the name of the workers, by kind."""
