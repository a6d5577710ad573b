"""Counts that always return to nothing, and refusals that are forgotten in time."""

import pytest

from quarterdeck_gateway.routing.loads import ReplicaLoads


def test_chats_are_counted_while_they_run() -> None:
    loads = ReplicaLoads(lambda: 0.0)
    with loads.using("a"), loads.using("a"), loads.using("b"):
        assert dict(loads.in_flight) == {"a": 2, "b": 1}
    assert dict(loads.in_flight) == {}


def test_a_chat_that_fails_is_no_longer_counted() -> None:
    loads = ReplicaLoads(lambda: 0.0)
    with pytest.raises(KeyError), loads.using("a"):
        raise KeyError
    assert dict(loads.in_flight) == {}


def test_a_refusal_is_forgotten() -> None:
    now = 10.0
    loads = ReplicaLoads(lambda: now, eject_seconds=2.0)
    assert not loads.refusing()
    loads.set_aside("a")
    now = 11.9
    assert set(loads.refusing()) == {"a"}
    now = 12.0
    assert not loads.refusing()
