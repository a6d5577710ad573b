"""From facts to what people are told about the components. Pure.

Every message that is not about "ok" says what still works and what to do.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from quarterdeck_gateway.accounting.drain import DeliveryState
from quarterdeck_gateway.system.control_plane import OperatorPresence, OperatorState, WatchState
from quarterdeck_gateway.system.schemas import ComponentName, HealthStatus

SILENCE_SECONDS: Final = 150.0
"""A watch hears something at least every 70 seconds, or it reconnects."""
LAG_SECONDS: Final = 30.0
"""Records that wait longer than this wait for a reason."""
_WORST_FIRST: Final = (
    HealthStatus.DOWN,
    HealthStatus.DEGRADED,
    HealthStatus.UNKNOWN,
    HealthStatus.OK,
)
OK: Final = HealthStatus.OK


@dataclass(frozen=True)
class Facts:
    """Everything that the components are judged by."""

    draining: bool
    store_answers: bool
    database_error: str | None
    """Why the database did not answer a ping; None when it did."""
    ledger: DeliveryState
    audit: DeliveryState
    registry_synced: bool
    catalogue_synced: bool
    watches: Sequence[WatchState]
    operator: OperatorState


@dataclass(frozen=True)
class Verdict:
    """How one component stands."""

    name: ComponentName
    status: HealthStatus
    message: str = ""


def judged(facts: Facts) -> list[Verdict]:
    """Every component, in the order in which people read."""
    return [
        _gateway(facts),
        _limits_store(facts),
        _database(facts),
        _delivery(ComponentName.LEDGER_SPOOL, facts.ledger, "usage records", "no chat may begin"),
        _delivery(ComponentName.AUDIT, facts.audit, "audit events", "events are lost"),
        _watches(facts),
        _operator(facts.operator),
    ]


def worst(statuses: Iterable[HealthStatus]) -> HealthStatus:
    """The sum of several."""
    found = set(statuses)
    return next((status for status in _WORST_FIRST if status in found), OK)


def _gateway(facts: Facts) -> Verdict:
    if facts.draining:
        said = "This gateway is stopping: new chats go to the others."
        return Verdict(ComponentName.GATEWAY, HealthStatus.DEGRADED, said)
    return Verdict(ComponentName.GATEWAY, OK, "It answers.")


def _limits_store(facts: Facts) -> Verdict:
    if facts.store_answers:
        return Verdict(ComponentName.LIMITS_STORE, OK, "It answers.")
    said = (
        "Redis does not answer: rate limits are each gateway's share of them, and chats under an "
        "enforced budget are refused unless it fails open."
    )
    return Verdict(ComponentName.LIMITS_STORE, HealthStatus.DOWN, said)


def _database(facts: Facts) -> Verdict:
    if facts.database_error is None:
        return Verdict(ComponentName.DATABASE, OK, "It answers.")
    said = (
        "The database does not answer: chats go on and their records wait on disk; usage, costs "
        f"and the audit log cannot be shown ({facts.database_error})."
    )
    return Verdict(ComponentName.DATABASE, HealthStatus.DOWN, said)


def _delivery(name: ComponentName, state: DeliveryState, what: str, when_full: str) -> Verdict:
    waiting = f"{state.depth} {what} wait to be written to the database"
    if state.full:
        return Verdict(name, HealthStatus.DOWN, f"No room is left for {what}: {when_full}.")
    if state.unwritten:
        said = f"The disk refuses {state.unwritten} {what}: they are in memory alone."
        return Verdict(name, HealthStatus.DEGRADED, said)
    if state.away:
        said = f"{waiting}; the last attempt failed."
        return Verdict(name, HealthStatus.DEGRADED, said)
    if state.lag_seconds > LAG_SECONDS:
        said = f"{waiting}, the oldest for {round(state.lag_seconds)} s."
        return Verdict(name, HealthStatus.DEGRADED, said)
    return Verdict(name, OK, f"{waiting}.")


def _watches(facts: Facts) -> Verdict:
    name = ComponentName.CATALOGUE_WATCH
    if not facts.registry_synced or not facts.catalogue_synced:
        missing = ", ".join(watch.kind for watch in facts.watches if not watch.synced)
        said = f"The first list of {missing or 'resources'} has not arrived: chats may be refused."
        return Verdict(name, HealthStatus.DOWN, said)
    if wrong := list(_out_of_touch(facts.watches)):
        said = f"What was known before is still served. {' '.join(wrong)}"
        return Verdict(name, HealthStatus.DEGRADED, said)
    return Verdict(name, OK, "Agents, models, keys and budgets are up to date.")


def _out_of_touch(watches: Iterable[WatchState]) -> Iterator[str]:
    for watch in watches:
        if watch.error:
            yield f"The watch of {watch.kind} fails: {watch.error}."
        elif watch.silent_seconds > SILENCE_SECONDS:
            silent = round(watch.silent_seconds)
            yield f"The watch of {watch.kind} has heard nothing for {silent} s."


def _operator(state: OperatorState) -> Verdict:
    name = ComponentName.OPERATOR
    if state.presence is OperatorPresence.LEADING:
        return Verdict(name, OK, f"It works: {state.message}.")
    if state.presence is OperatorPresence.ABSENT:
        said = f"Agents that run go on, but no change takes effect: {state.message}."
        return Verdict(name, HealthStatus.DOWN, said)
    return Verdict(name, HealthStatus.UNKNOWN, f"Whether it works is not known: {state.message}.")
