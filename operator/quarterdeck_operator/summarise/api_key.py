"""An ApiKey's status: whether it opens anything, and the public side of its keys."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quarterdeck_contract.names import api_key_secret_name
from quarterdeck_contract.v1alpha1.api_key import ApiKey
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.conditions import Verdict, verdict_of
from quarterdeck_operator.errors import OperatorError, Stalled
from quarterdeck_operator.keyring import Keys, instant
from quarterdeck_operator.summarise.model import plain_status


def judge_standing(api_key: ApiKey, now: datetime) -> Verdict | None:
    """Why no key of it may work, whatever keys there are; None if nothing speaks against it."""
    if api_key.spec.revoked:
        return Verdict(False, reasons.REVOKED, "spec.revoked is true: the key opens nothing")
    try:
        expiry = expiry_of(api_key)
    except ValueError as exc:
        message = f"spec.expiresAt: {exc}: write it like 2027-01-31T00:00:00Z"
        return verdict_of(Stalled(reasons.INVALID_EXPIRY, message))
    if expiry is not None and expiry <= now:
        message = f"expired at {api_key.spec.expires_at}: set spec.expiresAt to a later time"
        return Verdict(False, reasons.EXPIRED, message)
    return None


def judge_issued(api_key: ApiKey, problem: OperatorError | None, system: str) -> Verdict:
    """``system`` is the namespace whose keys may enter others."""
    if problem is not None:
        return verdict_of(problem)
    own = api_key.metadata.namespace
    if own != system and {*(api_key.spec.namespaces or ())} - {own}:
        message = (
            f'spec.namespaces is in force only for ApiKeys in namespace "{system}": this key '
            f'enters "{own}" alone; remove the field, or create the ApiKey there'
        )
        return verdict_of(Stalled(reasons.NAMESPACES_NOT_PERMITTED, message))
    return Verdict(True, reasons.ACTIVE, _where(api_key))


def summarise_api_key(
    api_key: ApiKey, verdict: Verdict, keys: Keys, manifest: Mapping[str, Any], now: str
) -> Manifest:
    """The operator's part of the status; equal to the one before when nothing has changed."""
    status = plain_status(verdict, manifest, now)
    if not keys:
        return status
    status["keys"] = [key.manifest() for key in keys]
    if keys[0].hint is not None:
        status["hint"] = keys[0].hint
    if api_key.spec.hash is None:
        status["secretName"] = api_key_secret_name(api_key.metadata.name)
    return status


def expiry_of(api_key: ApiKey) -> datetime | None:
    """When it stops working; None for never. Raises ValueError."""
    said = api_key.spec.expires_at
    return None if said is None else instant(said)


def _where(api_key: ApiKey) -> str:
    if api_key.spec.hash is not None:
        return "the key was shown to its maker"
    return f'the key is in Secret "{api_key_secret_name(api_key.metadata.name)}"'
