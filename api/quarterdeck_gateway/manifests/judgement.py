"""A manifest that somebody sent, judged before anything is written. Pure.

The contract judges, in the words of ``quarterdeck apply``; what is its caller's affair, like the
path that it was sent to, is said in the same way.
"""

from collections.abc import Mapping
from typing import Any, Final

from quarterdeck_contract.names import API_VERSION
from quarterdeck_contract.v1alpha1.schema import Resource
from quarterdeck_contract.validation import FieldError, InvalidManifest, check_update, parse
from quarterdeck_gateway.errors import InvalidRequest
from quarterdeck_gateway.manifests.wellformed import form_errors

_FIELDS: Final = ("apiVersion", "kind", "metadata", "spec", "status")
_KEPT: Final = ("labels", "annotations", "resourceVersion")
_SHOWN: Final = 5


def judged(
    kind: str, namespace: str, name: str, document: Mapping[str, Any], stored: Mapping[str, Any]
) -> dict[str, Any]:
    """What to write: kind, name, labels, annotations and spec of ``document``.

    ``stored`` is the object as it is known now, empty for none: only to judge the change. Labels
    and annotations that ``document`` does not mention are left out. Raises InvalidRequest with the
    path of the first wrong field.
    """
    if unfit := form_errors(document):
        raise refused(unfit)
    metadata = document.get("metadata")
    given = dict(metadata) if isinstance(metadata, Mapping) else {}
    given.setdefault("namespace", namespace)
    errors = _place_errors(kind, namespace, name, document, given)
    errors += _text_errors(given)
    if not errors:
        errors = _contract_errors({**document, "metadata": given}, stored)
    if errors:
        raise refused(errors)
    kept = {field: given[field] for field in _KEPT if given.get(field) is not None}
    if "resourceVersion" in kept and given.get("generation") is not None:
        kept["generation"] = given["generation"]
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"namespace": namespace, "name": name, **kept},
        "spec": document["spec"],
    }


def require_no_version(wanted: Mapping[str, Any]) -> None:
    """Raises InvalidRequest for a version of something that must not exist yet."""
    if wanted["metadata"].get("resourceVersion"):
        raise InvalidRequest(
            "metadata.resourceVersion: a new object has none yet: leave it out, "
            "or leave out If-None-Match to replace what you read.",
            param="metadata.resourceVersion",
        )


def refused(errors: list[FieldError]) -> InvalidRequest:
    """The answer to a manifest with these errors."""
    more = len(errors) - _SHOWN
    said = "; ".join(map(str, errors[:_SHOWN]))
    return InvalidRequest(
        f"{said}; and {more} more." if more > 0 else f"{said}.", param=errors[0].field or None
    )


def _place_errors(
    kind: str,
    namespace: str,
    name: str,
    document: Mapping[str, Any],
    metadata: Mapping[str, Any],
) -> list[FieldError]:
    """What the path says and the document does not."""
    errors = [FieldError(str(each), "unknown field") for each in document if each not in _FIELDS]
    said = {"kind": (document.get("kind"), kind)}
    said["metadata.namespace"] = (metadata.get("namespace"), namespace)
    if metadata.get("name"):
        said["metadata.name"] = (metadata["name"], name)
    return errors + [
        FieldError(field, f"Invalid value: {found!r}: the path says {wanted!r}")
        for field, (found, wanted) in said.items()
        if found != wanted
    ]


def _text_errors(metadata: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    for field in ("labels", "annotations"):
        texts = metadata.get(field)
        if texts is None:
            continue
        if not isinstance(texts, Mapping):
            message = "Invalid value: must be a mapping of text to text"
            errors.append(FieldError(f"metadata.{field}", message))
            continue
        errors += [
            FieldError(f"metadata.{field}.{key}", "Invalid value: must be text: put it in quotes")
            for key, text in texts.items()
            if not isinstance(text, str)
        ]
    return errors


def _contract_errors(document: Mapping[str, Any], stored: Mapping[str, Any]) -> list[FieldError]:
    # Only names and spec: the rest of metadata, and the status, are not the caller's to write.
    asked = {field: value for field, value in document.items() if field != "status"}
    metadata = document["metadata"]
    asked["metadata"] = {
        field: metadata[field] for field in ("name", "namespace") if field in metadata
    }
    try:
        new = parse(asked)
        before = _parsed(stored)
        if before is not None:
            check_update(before, new)
    except InvalidManifest as exc:
        return exc.errors
    return []


def _parsed(stored: Mapping[str, Any]) -> Resource[Any, Any] | None:
    """The object as it is known; None for one that this version would refuse."""
    if not stored:
        return None
    try:
        return parse({field: value for field, value in stored.items() if field != "status"})
    except InvalidManifest:
        return None
