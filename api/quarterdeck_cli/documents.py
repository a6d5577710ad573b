"""YAML in, numbered documents out, so that every complaint can name file and document.

Stricter than YAML where YAML surprises: a key that stands twice in one mapping is an error, and a
bare date stays the text that was written.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import yaml

Manifest = dict[str, Any]
"""A Kubernetes object as JSON."""


@dataclass(frozen=True)
class Place:
    """Where something stands: ``file`` as people named it, ``document`` counted from 1."""

    file: str
    document: int

    def __str__(self) -> str:
        return f"{self.file}: document {self.document}"


@dataclass(frozen=True)
class Document:
    """One object of a manifest file; the members of a ``List`` share its place."""

    place: Place
    manifest: Manifest

    def __str__(self) -> str:
        metadata = self.manifest.get("metadata")
        name = metadata.get("name") if isinstance(metadata, dict) else None
        return f"{self.place} ({self.manifest.get('kind') or '?'}/{name or '?'})"


@dataclass(frozen=True)
class Flaw:
    """A document that cannot be read at all."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def read(text: str, file: str) -> list[Document | Flaw]:
    """The documents of a YAML (or JSON) text; empty ones are counted but left out.

    A syntax error ends the file, since nothing after it can be told apart.
    """
    found: list[Document | Flaw] = []
    place = Place(file, 1)
    try:
        for value in yaml.load_all(text, _StrictLoader):
            if value is not None:
                found += _objects(place, value)
            place = Place(file, place.document + 1)
    except yaml.YAMLError as exc:
        found.append(Flaw(place, _explained(exc)))
    return found


def _objects(place: Place, value: object) -> list[Document | Flaw]:
    if not isinstance(value, dict):
        return [Flaw(place, "not an object: apiVersion, kind and metadata are needed")]
    if value.get("kind") == "List" and isinstance(value.get("items"), list):
        return [found for item in value["items"] for found in _objects(place, item)]
    return [Document(place, value)]


def _explained(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        where = f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}"
        return f"not valid YAML: {where}: {error.problem}"
    return f"not valid YAML: {error}"


class _StrictLoader(yaml.SafeLoader):
    """Safe, without duplicate keys, and without turning dates into date objects."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            # A merge key only fills in what is missing, so it may stand beside its own keys.
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f'key "{key}" stands twice in one mapping', key_node.start_mark
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
