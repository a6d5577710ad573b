"""The keys that were made for an ApiKey, newest first: rotation, overlap and expiry. Pure.

Times are RFC 3339 texts in a status and datetimes in between.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from quarterdeck_contract.v1alpha1.api_key import ApiKey, IssuedKey

MOST_KEYS: Final = 16
"""As many as a status holds: with more rotations in one overlap the oldest keys end early."""

Keys = tuple[IssuedKey, ...]


def instant(text: str) -> datetime:
    """The time that an RFC 3339 text tells. Raises ValueError, also where the zone is missing."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("the time zone is missing")
    return found.astimezone(UTC)


def written(time: datetime) -> str:
    """The opposite of ``instant``, in whole seconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def keys_of(api_key: ApiKey, now: datetime) -> Keys:
    """The keys in the status that have not ended."""
    known = (api_key.status.keys if api_key.status is not None else None) or ()
    return tuple(key for key in known if not _has_ended(key, now))


def with_newest(keys: Keys, newest: IssuedKey, ends: datetime, now: datetime) -> Keys:
    """``newest`` takes the first place; the others work until ``ends``, if no less was said."""
    older = (_ending(key, ends) for key in keys if key.hash != newest.hash)
    alive = [key for key in older if not _has_ended(key, now)]
    return (newest, *alive)[:MOST_KEYS]


def overlap_end(api_key: ApiKey, now: datetime) -> datetime:
    """When keys end that are replaced now."""
    return now + timedelta(seconds=api_key.spec.overlap_seconds)


def seconds_to_change(keys: Iterable[IssuedKey], expiry: datetime | None, now: datetime) -> float:
    """Seconds until a key ends or the ApiKey expires; 0 if nothing of that will happen."""
    ends = [instant(key.not_after) for key in keys if key.not_after is not None]
    coming = [(end - now).total_seconds() for end in (*ends, expiry) if end is not None]
    # Times are whole seconds, so a second early is not early enough to see the end.
    return min((max(seconds, 1.0) for seconds in coming if seconds > 0), default=0.0)


def _ending(key: IssuedKey, end: datetime) -> IssuedKey:
    if key.not_after is not None and instant(key.not_after) <= end:
        return key
    return key.model_copy(update={"not_after": written(end)})


def _has_ended(key: IssuedKey, now: datetime) -> bool:
    return key.not_after is not None and instant(key.not_after) <= now
