"""A custom resource of the tests' own, for what built-in kinds cannot show: CEL, status, schema."""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from quarterdeck_kube.resources import Manifest, Resource
from support.cluster import kubectl

SPEC_SCHEMA: Manifest = {
    "type": "object",
    "properties": {
        "size": {"type": "integer", "minimum": 1},
        "colour": {"type": "string"},
        "shape": {"type": "string", "default": "round"},
    },
    "x-kubernetes-validations": [
        {"rule": "!has(self.size) || self.size < 100", "message": "size must be below 100"}
    ],
}


@contextmanager
def installed_widgets() -> Iterator[Resource]:
    """Install the Widget CRD under a group of its own; removed with all widgets afterwards."""
    group = f"t{secrets.token_hex(4)}.quarterdeck.test"
    name = f"widgets.{group}"
    kubectl("apply", "-f", "-", stdin=json.dumps(_definition(name, group)))
    try:
        kubectl("wait", "--for=condition=Established", f"crd/{name}", "--timeout=55s")
        yield Resource(group, "v1", "Widget", "widgets")
    finally:
        kubectl("delete", "crd", name, "--wait=false")


def _definition(name: str, group: str) -> Manifest:
    status = {"type": "object", "properties": {"ready": {"type": "boolean"}}}
    schema = {"type": "object", "properties": {"spec": SPEC_SCHEMA, "status": status}}
    version: dict[str, Any] = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
            "versions": [version],
        },
    }


def widget(resource: Resource, namespace: str, name: str, **spec: object) -> Manifest:
    """A Widget's manifest."""
    return {
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }
