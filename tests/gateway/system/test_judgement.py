"""From facts to what people are told about the components."""

from dataclasses import replace
from typing import Any

import pytest

from quarterdeck_gateway.accounting.drain import DeliveryState
from quarterdeck_gateway.system.control_plane import OperatorPresence, OperatorState, WatchState
from quarterdeck_gateway.system.judgement import Facts, judged, worst
from quarterdeck_gateway.system.schemas import ComponentName, HealthStatus

FINE = DeliveryState(depth=0, unwritten=0, lag_seconds=0.0, full=False, away=False)
WELL = Facts(
    draining=False,
    store_answers=True,
    database_error=None,
    ledger=FINE,
    audit=FINE,
    registry_synced=True,
    catalogue_synced=True,
    watches=(WatchState("Agent", synced=True, silent_seconds=60),),
    operator=OperatorState(OperatorPresence.LEADING, "pod-1 leads"),
)
DEAF = WatchState("Model", synced=True, silent_seconds=600)
BROKEN = WatchState("Model", synced=True, error="403 may not list")


def test_all_is_well() -> None:
    verdicts = judged(WELL)
    assert [verdict.name for verdict in verdicts] == list(ComponentName)
    assert worst(verdict.status for verdict in verdicts) is HealthStatus.OK


@pytest.mark.parametrize(
    ("change", "name", "status", "said"),
    [
        ({"draining": True}, "gateway", "degraded", "is stopping"),
        ({"store_answers": False}, "limits-store", "down", "enforced budget are refused"),
        ({"database_error": "refused"}, "database", "down", "chats go on"),
        ({"ledger": replace(FINE, full=True)}, "ledger-spool", "down", "no chat may begin"),
        ({"ledger": replace(FINE, unwritten=3)}, "ledger-spool", "degraded", "refuses 3"),
        ({"ledger": replace(FINE, depth=7, away=True)}, "ledger-spool", "degraded", "7 usage"),
        ({"ledger": replace(FINE, lag_seconds=90)}, "ledger-spool", "degraded", "for 90 s"),
        ({"audit": replace(FINE, full=True)}, "audit", "down", "events are lost"),
        ({"audit": replace(FINE, away=True)}, "audit", "degraded", "last attempt failed"),
        ({"registry_synced": False}, "catalogue-watch", "down", "first list"),
        ({"catalogue_synced": False}, "catalogue-watch", "down", "first list"),
        ({"watches": (DEAF,)}, "catalogue-watch", "degraded", "Model has heard nothing for 600 s"),
        ({"watches": (BROKEN,)}, "catalogue-watch", "degraded", "403 may not list"),
        (
            {"operator": OperatorState(OperatorPresence.ABSENT, "nobody holds it")},
            *("operator", "down", "no change takes effect: nobody holds it"),
        ),
        (
            {"operator": OperatorState(OperatorPresence.UNKNOWN, "no answer")},
            *("operator", "unknown", "not known: no answer"),
        ),
    ],
)
def test_one_thing_is_wrong(change: dict[str, Any], name: str, status: str, said: str) -> None:
    verdicts = {verdict.name: verdict for verdict in judged(replace(WELL, **change))}
    wrong = verdicts.pop(ComponentName(name))
    assert wrong.status == status
    assert said in wrong.message
    assert {verdict.status for verdict in verdicts.values()} == {HealthStatus.OK}
    assert worst([wrong.status, *(v.status for v in verdicts.values())]) == status


def test_the_worst_of_several() -> None:
    down, degraded, unknown = HealthStatus.DOWN, HealthStatus.DEGRADED, HealthStatus.UNKNOWN
    assert worst([HealthStatus.OK, unknown, degraded]) is degraded
    assert worst([degraded, down, unknown]) is down
    assert worst([]) is HealthStatus.OK
