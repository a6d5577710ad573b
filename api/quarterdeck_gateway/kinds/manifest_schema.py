"""JSON Schema of manifests, from the same CustomResourceDefinition that a cluster judges by. Pure.

A structural schema speaks OpenAPI 3.0 and Kubernetes' own extensions; editors and form generators
read JSON Schema. Rules between fields (CEL) cannot be said in it: their messages stay as text.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final

from quarterdeck_contract.crds import definition
from quarterdeck_contract.names import API_VERSION, MAX_NAME_LENGTH
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.v1alpha1.schema import NAME_PATTERN

JsonSchema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
RULES: Final = "x-quarterdeck-rules"
"""Rules between fields: a list of ``{"message", "field"}``."""
_EXTENSION: Final = "x-kubernetes-"
_VALIDATIONS: Final = "x-kubernetes-validations"
_INT_OR_STRING: Final = "x-kubernetes-int-or-string"
_LIST_TYPE: Final = "x-kubernetes-list-type"
_BOUNDS: Final = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


class KindName(StrEnum):
    """Kinds with a schema."""

    AGENT = "Agent"
    MODEL = "Model"
    API_KEY = "ApiKey"
    BUDGET = "Budget"


@cache
def manifest_schema(kind: KindName) -> JsonSchema:
    """What a manifest of ``kind`` looks like; shared, so do not change it."""
    described = definition(KINDS[kind.value])
    stored: JsonSchema = described["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    properties = stored["properties"]
    return {
        "$schema": DIALECT,
        "title": kind.value,
        "description": stored["description"],
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": False,
        "properties": {
            "apiVersion": {"const": API_VERSION, "description": "Version of the kind."},
            "kind": {"const": kind.value, "description": "What the manifest declares."},
            "metadata": _metadata(),
            "spec": converted(properties["spec"]),
            "status": {
                "type": "object",
                "description": "What the system found; ignored in what people write.",
                "readOnly": True,
            },
        },
    }


def _metadata() -> JsonSchema:
    name: JsonSchema = {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_NAME_LENGTH,
        "pattern": NAME_PATTERN,
        "description": "Unique in the namespace: lower case letters, digits and '-'.",
    }
    texts = {"type": "object", "additionalProperties": {"type": "string"}}
    return {
        "type": "object",
        "description": "Name, namespace, labels and annotations.",
        "required": ["name"],
        "properties": {
            "name": name,
            "namespace": {
                "type": "string",
                "maxLength": 63,
                "pattern": NAME_PATTERN,
                "default": "default",
                "description": "Where it lives; what it refers to is in the same one.",
            },
            "labels": texts | {"description": "For selecting; text to text."},
            "annotations": texts | {"description": "For tools; text to text."},
        },
    }


def converted(node: Mapping[str, Any]) -> JsonSchema:
    """A structural schema as JSON Schema: objects with named fields take no others."""
    out = {key: value for key, value in node.items() if not key.startswith(_EXTENSION)}
    for bound, plain in _BOUNDS.items():
        if out.pop(bound, False):
            out[bound] = out.pop(plain)
    if node.get(_INT_OR_STRING):
        out["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    if node.get(_LIST_TYPE) == "set":
        out["uniqueItems"] = True
    if "properties" in node:
        out["properties"] = {name: converted(each) for name, each in node["properties"].items()}
        out["additionalProperties"] = False
    elif isinstance(node.get("additionalProperties"), Mapping):
        out["additionalProperties"] = converted(node["additionalProperties"])
    if "items" in node:
        out["items"] = converted(node["items"])
    return _with_rules(out, node.get(_VALIDATIONS) or ())


def _with_rules(out: JsonSchema, rules: Any) -> JsonSchema:
    if not rules:
        return out
    said = [
        {"message": rule["message"], "field": str(rule.get("fieldPath", "")).removeprefix(".")}
        for rule in rules
    ]
    sentences = " ".join(f"Rule: {rule['message']}." for rule in said)
    described = " ".join(filter(None, (out.get("description"), sentences)))
    return out | {"description": described, RULES: said}
