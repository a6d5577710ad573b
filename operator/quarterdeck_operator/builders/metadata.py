"""What all children share: name, labels, their one owner, and the hash of what was built."""

from typing import Any

import orjson

from quarterdeck_contract.names import (
    ANNOTATION_CONTENT_HASH,
    API_VERSION,
    short_hash,
    worker_labels,
    worker_name,
)
from quarterdeck_contract.v1alpha1.agent import Agent
from quarterdeck_operator.cluster.port import Manifest


def child(agent: Agent, api_version: str, kind: str, **content: Any) -> Manifest:
    """A child of ``agent`` with ``content`` beside its metadata."""
    manifest = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {
            "name": worker_name(agent.metadata.name),
            "namespace": agent.metadata.namespace,
            "labels": worker_labels(agent.metadata.name),
            "ownerReferences": [owner_reference(agent)],
        },
        **content,
    }
    return with_content_hash(manifest)


def owner_reference(agent: Agent) -> dict[str, Any]:
    """Makes ``agent`` the controller: garbage collection removes the child with it."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Agent",
        "name": agent.metadata.name,
        "uid": agent.metadata.uid,
        "controller": True,
        "blockOwnerDeletion": True,
    }


def with_content_hash(manifest: Manifest) -> Manifest:
    """The manifest with a hash of itself, by which a later reconcile knows it unread."""
    content = orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)
    annotations = {ANNOTATION_CONTENT_HASH: short_hash(content)}
    return manifest | {"metadata": manifest["metadata"] | {"annotations": annotations}}
