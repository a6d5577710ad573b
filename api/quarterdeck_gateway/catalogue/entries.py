"""From a manifest as stored to an entry of the catalogue. Pure.

Only the spec must be right: a status that a newer version wrote takes no key and no budget out of
force.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from quarterdeck_contract.names import LABEL_TEAM
from quarterdeck_contract.v1alpha1.api_key import ApiKeySpec, IssuedKey
from quarterdeck_contract.validation import parse
from quarterdeck_gateway.catalogue.port import BudgetEntry, KeyEntry, Manifest, ModelEntry

EVERYTHING: Final = ("*",)
_ENDED: Final = 0.0


def model_entry(manifest: Manifest) -> ModelEntry:
    """The entry of a Model. Raises InvalidManifest."""
    model = _parsed(manifest)
    namespace, name = model.key
    return ModelEntry(namespace=namespace, name=name, spec=model.spec, manifest=manifest)


def budget_entry(manifest: Manifest, before: BudgetEntry | None = None) -> BudgetEntry:
    """The entry of a Budget. Raises InvalidManifest.

    ``before`` is the entry it replaces: most changes of a Budget are of its status alone, and an
    equal spec need not be judged again.
    """
    metadata = manifest["metadata"]
    if before is not None and before.manifest.get("spec") == manifest.get("spec"):
        spec = before.spec
    else:
        spec = _parsed(manifest).spec
    return BudgetEntry(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata.get("uid") or "",
        spec=spec,
        manifest=manifest,
    )


def key_entry(manifest: Manifest, system_namespace: str) -> KeyEntry:
    """The entry of an ApiKey. Raises InvalidManifest.

    Namespaces other than its own are in force only for a key of ``system_namespace``: whoever may
    write ApiKeys in one namespace must not open another with them.
    """
    resource = _parsed(manifest)
    metadata, spec = resource.metadata, resource.spec
    far = spec.namespaces if metadata.namespace == system_namespace else None
    expires_at = None if spec.expires_at is None else _seconds(spec.expires_at)
    return KeyEntry(
        namespace=metadata.namespace,
        name=metadata.name,
        uid=metadata.uid,
        owner=spec.owner,
        role=spec.role,
        agents=tuple(spec.agents or EVERYTHING),
        namespaces=tuple(far or (metadata.namespace,)),
        team=metadata.labels.get(LABEL_TEAM, ""),
        rate_limit=spec.rate_limit,
        hashes=dict(_hashes(spec, manifest)),
        expires_at=expires_at,
        revoked=spec.revoked or metadata.deletion_timestamp is not None,
        manifest=manifest,
    )


def issued_keys(manifest: Manifest) -> Iterator[IssuedKey]:
    """The keys that the status lists, newest first; what cannot be read is left out."""
    for item in (manifest.get("status") or {}).get("keys") or ():
        try:
            yield IssuedKey.model_validate(item)
        except ValidationError:
            continue


def _hashes(spec: ApiKeySpec, manifest: Manifest) -> Iterator[tuple[str, float | None]]:
    """Each hash with the time at which it stops working.

    A rotation patches the spec first, then the operator says in the status until when the old key
    works. In between, and for as long as no operator runs, the old key is one of the status
    without an end: it works on, unless the rotation left it no time at all.
    """
    for issued in issued_keys(manifest):
        replaced = issued.revision < spec.revision or spec.hash not in (None, issued.hash)
        if issued.not_after is not None:
            yield issued.hash, _seconds(issued.not_after)
        elif not (replaced and spec.overlap_seconds == 0):
            yield issued.hash, None
    if spec.hash is not None:
        yield spec.hash, None


def _seconds(timestamp: str) -> float:
    """Seconds since the epoch. What tells no time has ended: a key must not live by a typo."""
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return _ENDED
    return _ENDED if moment.tzinfo is None else moment.timestamp()


def _parsed(manifest: Mapping[str, Any]) -> Any:
    return parse({name: value for name, value in manifest.items() if name != "status"})
