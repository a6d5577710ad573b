"""What is taken for the audit log is storable text, whatever a client made up."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.audit import AuditAction, AuditEvent
from quarterdeck_gateway.audit.entry import MAX_DETAIL, MAX_TEXT, decode, detail_text, encode

anything = st.text(st.characters(), max_size=60)


@given(anything, anything, st.none() | anything, st.dictionaries(anything, anything, max_size=3))
def test_every_event_becomes_one_line_of_storable_text(
    actor: str, subject: str, once: str | None, detail: dict[str, str]
) -> None:
    event = AuditEvent(
        action=AuditAction.ACCESS_DENIED,
        actor=actor,
        subject=subject,
        once=once,
        detail=detail,
        at="2026-11-23T00:00:00.000Z",
    )
    line = encode(event)
    assert b"\n" not in line
    columns = decode(line).columns
    assert columns["action"] == "access.denied"
    for value in columns.values():
        if value is not None:
            assert "\x00" not in value
            value.encode()
    clean = not {"\x00"} & set(actor) and actor.isprintable()
    if clean:
        assert columns["actor"] == actor
    assert json.loads(columns["detail"]).keys() == detail.keys()


def test_ids_are_unique() -> None:
    event = AuditEvent(action=AuditAction.KEY_CREATED, actor="a", at="x")
    assert decode(encode(event)).id != decode(encode(event)).id


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"1", b"{}", b'{"id":1}', b"\xff", b'{"id": "x", "event": {}}'],
)
def test_another_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        decode(line)


def test_nothing_is_without_end() -> None:
    event = AuditEvent(
        action=AuditAction.KEY_CREATED, actor="x" * 9999, at="x", detail={"y": "z" * 99_999}
    )
    columns = decode(encode(event)).columns
    assert len(columns["actor"]) == MAX_TEXT
    assert len(columns["detail"]) < MAX_DETAIL


def test_the_same_facts_are_the_same_text() -> None:
    assert detail_text({"b": 1, "a": "é"}) == detail_text({"a": "é", "b": 1})
    assert detail_text({"a": float("inf")}) == '{"omitted":"it is not JSON"}'
