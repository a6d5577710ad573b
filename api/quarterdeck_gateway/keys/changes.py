"""What an edit changes of an ApiKey's spec. Pure.

A date at which a key ends is a plan, and may be moved, also after it has passed: who fears that a
key leaked revokes it, which nothing takes back.
"""

from datetime import datetime
from typing import Any

from quarterdeck_gateway.catalogue.merge_patch import merged
from quarterdeck_gateway.catalogue.port import KeyEntry
from quarterdeck_gateway.errors import InvalidRequest
from quarterdeck_gateway.keys.schemas import KeyChanges, LimitChanges
from quarterdeck_gateway.keys.views import rfc3339


def spec_patch(entry: KeyEntry, wanted: KeyChanges, now: datetime) -> dict[str, Any]:
    """The merge patch that ``wanted`` asks for; empty for nothing.

    Raises InvalidRequest for a revoked key and for an end in the past.
    """
    if entry.revoked:
        raise InvalidRequest(f"The key '{entry.id}' was revoked: make another one.")
    patch: dict[str, Any] = {}
    if "owner" in wanted.model_fields_set:
        patch["owner"] = wanted.owner
    if "rate_limit" in wanted.model_fields_set:
        patch |= _limits(entry, wanted.rate_limit)
    if "expires_at" in wanted.model_fields_set:
        patch["expiresAt"] = _end(wanted.expires_at, now)
    return patch


def _limits(entry: KeyEntry, wanted: LimitChanges | None) -> dict[str, Any]:
    if wanted is None:
        return {"rateLimit": None}
    given = wanted.model_dump(by_alias=True, exclude_unset=True)
    old = {} if entry.rate_limit is None else entry.rate_limit.manifest()
    if not given:
        return {}
    # A limit of nothing is no limit, and the contract refuses it.
    return {"rateLimit": given if merged(old, given) else None}


def _end(wanted: datetime | None, now: datetime) -> str | None:
    if wanted is not None and wanted <= now:
        raise InvalidRequest(
            "expires_at is in the past: to stop the key now, revoke it.", param="expires_at"
        )
    return None if wanted is None else rfc3339(wanted)
