"""From an entry of the catalogue to what people see of a key, and from a request to a manifest."""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from quarterdeck_contract.names import API_VERSION, LABEL_TEAM
from quarterdeck_contract.v1alpha1.api_key import ApiKeySpec
from quarterdeck_gateway.catalogue.port import KeyEntry, Manifest
from quarterdeck_gateway.keys.schemas import KeyView, NewKey

_LONGEST_STEM: Final = 40


def view(entry: KeyEntry, now: datetime) -> KeyView:
    """A key as people manage it."""
    spec, status = entry.manifest["spec"], entry.manifest.get("status") or {}
    ready, reason, message = standing(entry, now)
    return KeyView(
        namespace=entry.namespace,
        name=entry.name,
        owner=entry.owner,
        role=entry.role,
        agents=list(entry.agents),
        namespaces=list(entry.namespaces),
        team=entry.team,
        rate_limit=entry.rate_limit,
        revision=spec.get("revision", 1),
        hint=spec.get("hint") or status.get("hint") or "",
        secret_name=status.get("secretName"),
        created_at=entry.manifest["metadata"].get("creationTimestamp") or "",
        expires_at=spec.get("expiresAt"),
        last_used_at=status.get("lastUsedAt"),
        revoked=entry.revoked,
        ready=ready,
        reason=reason,
        message=message,
    )


def standing(entry: KeyEntry, now: datetime) -> tuple[bool, str, str]:
    """Whether the key works, why in one word, and in a sentence.

    What this gateway knows comes first: it is what decides. The operator's word comes second.
    """
    if entry.revoked:
        return False, "Revoked", "The key was revoked."
    if entry.expires_at is not None and entry.expires_at <= now.timestamp():
        return False, "Expired", "The key has expired."
    said = _ready_condition(entry.manifest)
    if not entry.hashes:
        waits = "The operator has not made the key yet."
        return False, said.get("reason", "WaitingForKey"), said.get("message") or waits
    return True, said.get("reason", "Active"), said.get("message", "")


def _ready_condition(manifest: Manifest) -> Mapping[str, str]:
    status = manifest.get("status") or {}
    generation = manifest["metadata"].get("generation") or 0
    if (status.get("observedGeneration") or generation) < generation:
        # What the operator said of an older spec, like "Expired", is no longer true.
        return {}
    conditions = status.get("conditions") or ()
    return next((each for each in conditions if each.get("type") == "Ready"), {})


def manifest_for(wanted: NewKey, namespace: str, key_hash: str, hint: str) -> dict[str, Any]:
    """The ApiKey of a key that is shown to its maker."""
    spec = ApiKeySpec(
        owner=wanted.owner,
        role=wanted.role,
        agents=wanted.agents,
        namespaces=wanted.namespaces,
        rate_limit=wanted.rate_limit,
        expires_at=None if wanted.expires_at is None else rfc3339(wanted.expires_at),
        hash=key_hash,
        hint=hint,
    )
    labels = {"labels": {LABEL_TEAM: wanted.team}} if wanted.team else {}
    name = wanted.name or generated_name(wanted.owner)
    return {
        "apiVersion": API_VERSION,
        "kind": "ApiKey",
        "metadata": {"namespace": namespace, "name": name} | labels,
        "spec": spec.manifest(),
    }


def generated_name(owner: str) -> str:
    """A name that tells whose key it is: ``ann-example-com-3f9c1e`` for ``ann@example.com``."""
    stem = re.sub(r"[^a-z0-9]+", "-", owner.lower())[:_LONGEST_STEM].strip("-")
    return f"{stem or 'key'}-{secrets.token_hex(3)}"


def rfc3339(moment: datetime) -> str:
    """A moment as it stands in manifests: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
