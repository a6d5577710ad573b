"""Manifests judged where no API server is: the same rules as the CRD, in the same words.

An API server names the field, the offending value and what is wrong with it
(``spec.limits.seconds: Invalid value: 0: should be greater than or equal to 1``); so does this.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from quarterdeck_contract.names import API_VERSION, MAX_NAME_LENGTH
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.v1alpha1.schema import NAME_PATTERN, Resource

Location = tuple[int | str, ...]

_SHOWN: Final = 80


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with a manifest. ``field`` is a path like ``spec.runtime.env[0].name``."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class InvalidManifest(ValueError):
    """A manifest that the API server would refuse, with every reason."""

    def __init__(self, errors: list[FieldError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = errors


def parse(document: Mapping[str, Any]) -> Resource[Any, Any]:
    """The typed resource of a manifest of one of our kinds, defaults filled in.

    Raises InvalidManifest with every error found.
    """
    kind = document.get("kind")
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        known = ", ".join(KINDS)
        raise InvalidManifest(
            [FieldError("kind", f"Unsupported value: {_show(kind)}: supported values: {known}")]
        )
    if document.get("apiVersion") != API_VERSION:
        wrong = _show(document.get("apiVersion"))
        raise InvalidManifest(
            [
                FieldError(
                    "apiVersion", f"Unsupported value: {wrong}: supported values: {API_VERSION}"
                )
            ]
        )
    errors = _metadata_errors(document.get("metadata"))
    try:
        resource = model.model_validate(document)
    except ValidationError as exc:
        errors += [
            _field_error(dict(error)) for error in exc.errors() if error["loc"][:1] != ("metadata",)
        ]
        raise InvalidManifest(errors) from exc
    if errors:
        raise InvalidManifest(errors)
    return resource


def check_update(old: Resource[Any, Any], new: Resource[Any, Any]) -> None:
    """Raises InvalidManifest where the update breaks a transition rule (an immutable field)."""
    errors = [
        FieldError(".".join(filter(None, ("spec", rule.field))), f"Invalid value: {rule.message}")
        for rule in new.spec.transition_rules
        if not rule.holds(old.spec, new.spec)
    ]
    if errors:
        raise InvalidManifest(errors)


def _metadata_errors(metadata: object) -> list[FieldError]:
    if not isinstance(metadata, Mapping) or not metadata.get("name"):
        return [FieldError("metadata.name", "Required value: name is required")]
    name = metadata["name"]
    if not isinstance(name, str) or not re.match(NAME_PATTERN, name):
        return [
            FieldError(
                "metadata.name",
                f"Invalid value: {_show(name)}: use lower case letters, digits and '-'",
            )
        ]
    if len(name) > MAX_NAME_LENGTH:
        return [
            FieldError(
                "metadata.name", f"Too long: may not be longer than {MAX_NAME_LENGTH} characters"
            )
        ]
    return []


def _field_error(error: dict[str, Any]) -> FieldError:
    path = _path(error["loc"])
    context: dict[str, Any] = error.get("ctx") or {}
    match error["type"]:
        case "rule":
            return FieldError(_join(path, context["field"]), f"Invalid value: {context['message']}")
        case "missing":
            return FieldError(path, "Required value")
        case "extra_forbidden":
            return FieldError(path, "unknown field")
        case "enum" | "literal_error":
            given, known = _show(error["input"]), context["expected"]
            return FieldError(path, f"Unsupported value: {given}: supported values: {known}")
        case _:
            said = str(error["msg"]).removeprefix("Input ").removeprefix("String ")
            return FieldError(path, f"Invalid value: {_show(error['input'])}: {said}")


def _path(location: Location) -> str:
    path = ""
    for part in location:
        path = f"{path}[{part}]" if isinstance(part, int) else _join(path, part)
    return path


def _join(path: str, field: str) -> str:
    return ".".join(filter(None, (path, field)))


def _show(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
