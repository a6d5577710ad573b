"""What an API server does to the objects it stores, as pure functions.

Stored objects are never changed in place: each write makes a new one, so whoever got an object may
keep it.
"""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from quarterdeck_operator.cluster.port import Manifest

_SERVER_OWNED = ("uid", "resourceVersion", "generation", "creationTimestamp")


def copied(manifest: Mapping[str, Any]) -> Manifest:
    """A copy that shares nothing, and proof that the manifest is JSON."""
    duplicate: Manifest = orjson.loads(orjson.dumps(manifest))
    return duplicate


def created(manifest: Mapping[str, Any], *, version: int, now: str) -> Manifest:
    """The object as first stored. A uid and creation time that it brings along are kept."""
    stored = copied(manifest)
    metadata = stored["metadata"]
    metadata.setdefault("uid", str(uuid.uuid4()))
    metadata.setdefault("creationTimestamp", now)
    metadata.setdefault("generation", 1)
    metadata["resourceVersion"] = str(version)
    return stored


def replaced(old: Manifest, manifest: Mapping[str, Any], *, version: int) -> Manifest:
    """The object after a write of everything but its status; ``old`` itself if nothing changed.

    The generation counts changes outside metadata and status, as for a custom resource.
    """
    new = copied(manifest) | ({"status": old["status"]} if "status" in old else {})
    if "status" not in old:
        new.pop("status", None)
    metadata = {key: value for key, value in new["metadata"].items() if key not in _SERVER_OWNED}
    new["metadata"] = metadata | {key: old["metadata"][key] for key in _SERVER_OWNED}
    if new == old:
        return old
    if _desired(new) != _desired(old):
        new["metadata"]["generation"] += 1
    new["metadata"]["resourceVersion"] = str(version)
    return new


def with_status(old: Manifest, status: Mapping[str, Any], *, version: int) -> Manifest:
    """The object with this status; ``old`` itself if it has it already."""
    if old.get("status") == status:
        return old
    metadata = old["metadata"] | {"resourceVersion": str(version)}
    return old | {"status": copied(status), "metadata": metadata}


def _desired(manifest: Manifest) -> Manifest:
    return {key: value for key, value in manifest.items() if key not in ("metadata", "status")}


def owners(manifest: Mapping[str, Any]) -> set[str]:
    """The uids of those whose deletion deletes this object."""
    return {owner["uid"] for owner in manifest["metadata"].get("ownerReferences", ())}


def matches(manifest: Mapping[str, Any], selector: str) -> bool:
    """Whether the object has every label of an equality selector like ``a=b,c``."""
    labels = manifest["metadata"].get("labels", {})
    return all(
        labels.get(key) == value if value is not None else key in labels
        for key, value in _requirements(selector)
    )


def _requirements(selector: str) -> Iterator[tuple[str, str | None]]:
    for part in filter(None, (part.strip() for part in selector.split(","))):
        key, equals, value = part.partition("=")
        yield key.strip(), value.removeprefix("=").strip() if equals else None
