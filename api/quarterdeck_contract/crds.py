"""CustomResourceDefinitions made from the kinds' models.

pydantic's JSON schema is not structural in Kubernetes' sense: references are inlined, ``anyOf``
with null becomes an optional field, titles go, and our rules become ``x-kubernetes-validations``.
"""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from quarterdeck_contract.names import CATEGORY, GROUP, MAX_NAME_LENGTH, VERSION
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.v1alpha1.schema import (
    Column,
    Kind,
    Resource,
    Rule,
    Schema,
    TransitionRule,
)

JsonSchema = dict[str, Any]

_DROPPED = {"title", "$defs", "additionalProperties"}


def definitions() -> list[dict[str, Any]]:
    """Every kind's CustomResourceDefinition."""
    return [definition(resource) for resource in KINDS.values()]


def definition(resource: type[Resource[Any, Any]]) -> dict[str, Any]:
    """The CustomResourceDefinition of one kind."""
    described = resource.described
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{described.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": described.kind,
                "listKind": f"{described.kind}List",
                "plural": described.plural,
                "singular": described.kind.lower(),
                "shortNames": list(described.short_names),
                "categories": [CATEGORY],
            },
            "versions": [_version(resource, described)],
        },
    }


def _version(resource: type[Resource[Any, Any]], described: Kind) -> dict[str, Any]:
    subresources: dict[str, Any] = {"status": {}}
    if described.scale:
        subresources["scale"] = described.scale
    return {
        "name": VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _resource_schema(resource)},
        "subresources": subresources,
        "additionalPrinterColumns": [_column(column) for column in described.columns],
    }


def _column(column: Column) -> dict[str, Any]:
    shown = {"name": column.name, "type": column.type, "jsonPath": column.path}
    return shown | ({"priority": column.priority} if column.priority else {})


def _resource_schema(resource: type[Resource[Any, Any]]) -> JsonSchema:
    spec = _model_of(resource, "spec")
    status = _model_of(resource, "status")
    return {
        "type": "object",
        "description": _first_line(resource),
        "required": ["spec"],
        "x-kubernetes-validations": [
            {
                "rule": f"size(self.metadata.name) <= {MAX_NAME_LENGTH}",
                "message": f"metadata.name: may not be longer than {MAX_NAME_LENGTH} characters",
            },
            {
                "rule": "!self.metadata.name.contains('.')",
                "message": "metadata.name: use lower case letters, digits and '-'",
            },
        ],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": structural(spec),
            "status": structural(status),
        },
    }


def _model_of(resource: type[Resource[Any, Any]], field: str) -> type[Schema]:
    annotation = resource.model_fields[field].annotation
    candidates = getattr(annotation, "__args__", (annotation,))
    return next(c for c in candidates if isinstance(c, type) and issubclass(c, Schema))


def structural(model: type[Schema]) -> JsonSchema:
    """The structural schema of a model, rules and descriptions included."""
    raw = model.model_json_schema(by_alias=True)
    return _convert(raw, raw.get("$defs", {}), {m.__name__: m for m in _models_below(model)})


def _models_below(model: type[BaseModel]) -> Iterable[type[Schema]]:
    if issubclass(model, Schema):
        yield model
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            yield from _models_below(inner)


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def _convert(
    node: JsonSchema, defs: dict[str, JsonSchema], models: dict[str, type[Schema]]
) -> JsonSchema:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        siblings = {k: v for k, v in node.items() if k != "$ref"}
        return _convert(defs[name] | {"title": name} | siblings, defs, models)
    if "anyOf" in node:
        return _convert(_without_null(node), defs, models)
    if node.get("x-kubernetes-int-or-string"):
        return {"x-kubernetes-int-or-string": True} | _kept(node, "pattern", "description")
    out = {
        key: value
        for key, value in node.items()
        if key not in _DROPPED and not _is_empty_default(key, value)
    }
    if "description" in out:
        out["description"] = _prose(out["description"])
    if "const" in out:
        out["enum"] = [out.pop("const")]
    for bound in ("exclusiveMinimum", "exclusiveMaximum"):
        if bound in out:
            out[bound.replace("exclusiveM", "m")] = out[bound]
            out[bound] = True
    if "properties" in node:
        out["properties"] = {
            name: _convert(child, defs, models) for name, child in node["properties"].items()
        }
    if "items" in node:
        out["items"] = _convert(node["items"], defs, models)
    if isinstance(node.get("additionalProperties"), dict):
        out["additionalProperties"] = _convert(node["additionalProperties"], defs, models)
    return out | _validations(models.get(str(node.get("title"))))


def _without_null(node: JsonSchema) -> JsonSchema:
    """``X | None`` is an X that may be absent; no other union is structural."""
    present = [option for option in node["anyOf"] if option.get("type") != "null"]
    if len(present) != 1:
        raise TypeError(f"not a structural schema: {node}")
    option: JsonSchema = present[0]
    return option | {key: value for key, value in node.items() if key not in ("anyOf", "title")}


def _kept(node: JsonSchema, *names: str) -> JsonSchema:
    return {name: node[name] for name in names if name in node}


def _is_empty_default(key: str, value: Any) -> bool:
    return key == "default" and value in (None, "", [], {})


def _validations(model: type[Schema] | None) -> JsonSchema:
    if model is None or not (model.rules or model.transition_rules):
        return {}
    rules: tuple[Rule | TransitionRule, ...] = (*model.rules, *model.transition_rules)
    return {
        "x-kubernetes-validations": [
            {"rule": rule.cel, "message": rule.message}
            | ({"fieldPath": f".{rule.field}"} if rule.field else {})
            for rule in rules
        ]
    }


def _prose(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("``", "")).strip()


def _first_line(model: type[BaseModel]) -> str:
    return _prose((model.__doc__ or "").strip().splitlines()[0])
