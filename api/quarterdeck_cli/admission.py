"""Manifests judged before they go anywhere: our kinds by the contract, Secrets and ConfigMaps here.

The command line judges before it sends and standalone mode before it stores, so a manifest is good
or bad in the same words in both, and nothing is sent when one document of many is bad.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Final

from quarterdeck_cli.documents import Manifest
from quarterdeck_contract.names import API_VERSION
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.validation import FieldError, InvalidManifest, parse

CORE_KINDS: Final = {
    "Secret": ("type", "data", "stringData"),
    "ConfigMap": ("data",),
}
"""Kinds of Kubernetes itself that agents refer to, and the fields that may be set."""

_NAMESPACE: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_NAME: Final = re.compile(r"[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?")
_KEY: Final = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_METADATA: Final = ("name", "namespace", "labels", "annotations")


def admit(manifest: Mapping[str, Any]) -> Manifest:
    """The manifest as it is to be stored: defaults filled in, ``stringData`` folded into ``data``.

    Keeps name, namespace ("default" when absent), labels and annotations of the metadata; drops
    ``status``. Raises InvalidManifest with every error found.
    """
    kind = manifest.get("kind")
    if kind in CORE_KINDS:
        return _core_object(str(kind), manifest)
    if kind not in KINDS and manifest.get("apiVersion") != API_VERSION:
        known = ", ".join((*KINDS, *CORE_KINDS))
        raise InvalidManifest(
            [FieldError("kind", f'Unsupported value: "{kind}": supported values: {known}')]
        )
    resource = parse(manifest)
    _raise_if(_metadata_errors(manifest["metadata"]))
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": _metadata(manifest),
        "spec": resource.spec.manifest(),
    }


def written(manifest: Mapping[str, Any]) -> Manifest:
    """What a person wrote, without what only a server may say (status, uid, managed fields)."""
    kept = {key: value for key, value in manifest.items() if key not in ("metadata", "status")}
    return kept | {"metadata": _metadata(manifest)}


def _metadata(manifest: Mapping[str, Any]) -> Manifest:
    metadata = manifest["metadata"]
    return {key: metadata[key] for key in _METADATA if metadata.get(key)}


def _core_object(kind: str, manifest: Mapping[str, Any]) -> Manifest:
    metadata = manifest.get("metadata")
    errors = [] if manifest.get("apiVersion") == "v1" else [_wrong_version(manifest)]
    errors += _name_errors(metadata)
    if isinstance(metadata, Mapping):
        errors += _metadata_errors(metadata)
    allowed = ("apiVersion", "kind", "metadata", *CORE_KINDS[kind])
    errors += [FieldError(str(key), "unknown field") for key in manifest if key not in allowed]
    data = _strings(manifest, "data", errors)
    if kind == "Secret":
        errors += [
            FieldError(f"data.{key}", "Invalid value: not base64; use stringData for plain text")
            for key, value in data.items()
            if not _is_base64(value)
        ]
        plain = _strings(manifest, "stringData", errors)
        data |= {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
    _raise_if(errors)
    stored = {"apiVersion": "v1", "kind": kind, "metadata": _metadata(manifest), "data": data}
    return stored | ({"type": manifest.get("type", "Opaque")} if kind == "Secret" else {})


def _wrong_version(manifest: Mapping[str, Any]) -> FieldError:
    found = manifest.get("apiVersion")
    return FieldError("apiVersion", f'Unsupported value: "{found}": supported values: v1')


def _name_errors(metadata: object) -> list[FieldError]:
    if not isinstance(metadata, Mapping) or not metadata.get("name"):
        return [FieldError("metadata.name", "Required value: name is required")]
    if not _NAME.fullmatch(str(metadata["name"])):
        message = f"Invalid value: \"{metadata['name']}\": use lower case letters, digits, '-', '.'"
        return [FieldError("metadata.name", message)]
    return []


def _metadata_errors(metadata: Mapping[str, Any]) -> list[FieldError]:
    errors = []
    namespace = metadata.get("namespace", "default")
    if not isinstance(namespace, str) or not _NAMESPACE.fullmatch(namespace):
        message = f"Invalid value: \"{namespace}\": use lower case letters, digits and '-'"
        errors.append(FieldError("metadata.namespace", message))
    for field in ("labels", "annotations"):
        _strings(metadata, field, errors, path=f"metadata.{field}")
    return errors


def _strings(
    owner: Mapping[str, Any], field: str, errors: list[FieldError], *, path: str = ""
) -> dict[str, str]:
    """The mapping of text to text in ``field``; what is not text is added to ``errors``."""
    value = owner.get(field) or {}
    if not isinstance(value, Mapping):
        errors.append(FieldError(path or field, "Invalid value: must be a mapping of text to text"))
        return {}
    for key, text in value.items():
        where = f"{path or field}.{key}"
        if not isinstance(text, str):
            # Never shows the value: it may be a secret that lacks its quotes.
            errors.append(FieldError(where, "Invalid value: must be text: put it in quotes"))
        elif not path and not _KEY.fullmatch(str(key)):
            errors.append(FieldError(where, "Invalid value: use letters, digits, '-', '_', '.'"))
    return {str(key): text for key, text in value.items() if isinstance(text, str)}


def _is_base64(value: str) -> bool:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _raise_if(errors: list[FieldError]) -> None:
    if errors:
        raise InvalidManifest(errors)
