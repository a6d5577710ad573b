"""An audit log that somebody fills on purpose would hide what matters."""

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_gateway.audit.port import MemoryAuditLog
from quarterdeck_gateway.identity.sampling import AuditSampler
from support.key_shelf import Clock


def event(number: int = 0) -> AuditEvent:
    return AuditEvent(
        action=AuditAction.AUTHENTICATION_FAILED,
        actor="",
        request_id=str(number),
        detail={"reason": "wrong credential"},
        at="2026-01-01T00:00:00.000Z",
    )


async def test_the_first_are_written_and_the_rest_is_counted() -> None:
    log, clock = MemoryAuditLog(), Clock()
    sampler = AuditSampler(log, clock.monotonic, per_minute=3)
    for number in range(10):
        sampler.append("a", event(number))
    sampler.append("b", event(99))
    assert [item.request_id for item in log.events] == ["0", "1", "2", "99"]
    clock.seconds = 60
    sampler.sweep()
    assert log.events[-1].detail == {"reason": "wrong credential", "repeated": 7}
    assert log.events[-1].request_id == "9"
    assert len(log.events) == 5
    sampler.append("a", event(11))
    assert log.events[-1].request_id == "11", "another minute, another window"
    sampler.close()
    assert len(log.events) == 6


async def test_closing_loses_no_count() -> None:
    log, clock = MemoryAuditLog(), Clock()
    sampler = AuditSampler(log, clock.monotonic, per_minute=1)
    for number in range(4):
        sampler.append("a", event(number))
    sampler.close()
    assert [item.detail.get("repeated") for item in log.events] == [None, 3]


async def test_too_many_sources_share_a_window() -> None:
    log, clock = MemoryAuditLog(), Clock()
    sampler = AuditSampler(log, clock.monotonic, per_minute=2, capacity=10)
    for number in range(1000):
        sampler.append(f"source-{number}", event(number))
    assert len(log.events) == 10 + 2
    sampler.close()
    assert log.events[-1].detail["repeated"] == 1000 - 12
