"""Nothing can be done to a chain without its key that goes unseen."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.audit.chain import (
    BROKEN,
    GENESIS,
    ChainKey,
    Checkpoint,
    Head,
    Problem,
    Row,
    Verification,
    verify,
)

KEY = ChainKey(b"p" * 32)


def chain(length: int, key: ChainKey = KEY) -> tuple[list[Row], Head]:
    rows: list[Row] = []
    last = GENESIS
    for seq in range(1, length + 1):
        row = Row(
            seq=seq,
            id=f"id-{seq}",
            at=f"2026-11-23T00:00:{seq:02d}.000Z",
            action="key.created",
            actor="admin",
            address="10.0.0.1",
            namespace="team-a",
            subject=f"ApiKey/team-a/ci-{seq}",
            request_id=f"r-{seq}",
            detail="{}",
            once=None if seq % 2 else f"once-{seq}",
            previous=last,
            hash="",
        )
        row = replace(row, hash=key.row_hash(row))
        rows.append(row)
        last = row.hash
    return rows, key.head(length, last)


lengths = st.integers(min_value=1, max_value=12)


@given(st.integers(min_value=0, max_value=12))
def test_a_whole_chain_holds(length: int) -> None:
    rows, head = chain(length)
    assert verify(KEY, rows, head) is None


def test_nothing_at_all_holds() -> None:
    assert verify(KEY, [], None) is None


TEXT_COLUMNS = [field.name for field in fields(Row) if field.name not in ("seq", "once")]


@given(st.data(), lengths)
def test_any_edit_of_any_column_is_found_at_its_row(data: st.DataObject, length: int) -> None:
    rows, head = chain(length)
    at = data.draw(st.integers(0, length - 1))
    column = data.draw(st.sampled_from(TEXT_COLUMNS))
    value = data.draw(st.text(max_size=70).filter(lambda text: text != getattr(rows[at], column)))
    rows[at] = replace(rows[at], **{column: value})  # type: ignore[arg-type]
    problem = verify(KEY, rows, head)
    assert problem is not None
    assert problem.seq == at + 1


@given(st.data(), lengths)
def test_an_edit_of_once_is_found(data: st.DataObject, length: int) -> None:
    rows, head = chain(length)
    at = data.draw(st.integers(0, length - 1))
    once = data.draw(st.none() | st.text(max_size=10))
    if once == rows[at].once:
        return
    rows[at] = replace(rows[at], once=once)
    assert verify(KEY, rows, head) == Problem(
        at + 1, "the row was edited: its hash does not fit its content"
    )


@given(st.data(), lengths)
def test_any_removed_rows_are_found_also_the_last(data: st.DataObject, length: int) -> None:
    rows, head = chain(length)
    first = data.draw(st.integers(0, length - 1))
    last = data.draw(st.integers(first, length - 1))
    problem = verify(KEY, rows[:first] + rows[last + 1 :], head)
    assert problem is not None
    assert problem.seq == first + 1


@given(st.data(), lengths)
def test_removed_rows_are_found_also_when_the_others_move_up(
    data: st.DataObject, length: int
) -> None:
    """Renumbered as if nothing had been there, and the head's number put right."""
    rows, head = chain(length)
    at = data.draw(st.integers(0, length - 1))
    kept = [replace(row, seq=seq) for seq, row in enumerate(rows[:at] + rows[at + 1 :], start=1)]
    assert verify(KEY, kept, replace(head, seq=length - 1)) is not None


@given(st.data(), st.integers(2, 12))
def test_any_swap_is_found(data: st.DataObject, length: int) -> None:
    rows, head = chain(length)
    one, other = data.draw(
        st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True).map(sorted)
    )
    swapped = list(rows)
    swapped[one], swapped[other] = rows[other], rows[one]
    assert verify(KEY, swapped, head) is not None
    renumbered = [replace(row, seq=seq) for seq, row in enumerate(swapped, start=1)]
    problem = verify(KEY, renumbered, head)
    assert problem is not None
    assert problem.seq == one + 1


@given(st.data(), lengths)
def test_any_insertion_is_found(data: st.DataObject, length: int) -> None:
    rows, head = chain(length)
    at = data.draw(st.integers(0, length))
    forged = replace(rows[data.draw(st.integers(0, length - 1))], actor="mallory")
    with_it = [*rows[:at], forged, *rows[at:]]
    renumbered = [replace(row, seq=seq) for seq, row in enumerate(with_it, start=1)]
    assert verify(KEY, renumbered, head) is not None
    assert verify(KEY, renumbered, replace(head, seq=length + 1)) is not None


@given(lengths)
def test_rows_behind_the_end_are_found(length: int) -> None:
    rows, _ = chain(length + 1)
    _, head = chain(length)
    problem = verify(KEY, rows, head)
    assert problem is not None
    assert problem.seq == length + 1


@given(lengths)
def test_a_missing_or_forged_head_is_found(length: int) -> None:
    rows, head = chain(length)
    assert verify(KEY, rows, None) == Problem(length, "the head is missing")
    assert verify(KEY, rows, replace(head, hash="0" * 64)) is not None
    assert verify(KEY, rows[:-1], Head(length - 1, head.hash)) is not None


def test_a_chain_of_another_key_does_not_hold() -> None:
    rows, head = chain(3, ChainKey(b"q" * 32))
    problem = verify(KEY, rows, head)
    assert problem is not None
    assert problem.seq == 1


def test_an_older_copy_holds_but_not_against_a_checkpoint() -> None:
    rows, _ = chain(5)
    older, older_head = chain(3)
    assert verify(KEY, older, older_head) is None
    assert verify(KEY, older, older_head, Checkpoint(5, rows[-1].hash)) == Problem(
        4, "rows of the checkpoint are missing: the log was cut"
    )


def test_a_replaced_log_does_not_hold_against_a_checkpoint() -> None:
    rows, head = chain(3)
    noted = Checkpoint(2, "a" * 64)
    assert verify(KEY, rows, head, noted) == Problem(
        2, "the row is another one than at the checkpoint: the log was replaced"
    )
    assert verify(KEY, rows, head, Checkpoint(2, rows[1].hash)) is None


def test_what_was_found_broken_while_writing_stays_visible() -> None:
    rows, _ = chain(2)
    late = replace(rows[1], seq=3, id="late", previous=BROKEN)
    late = replace(late, hash=KEY.row_hash(late))
    problem = verify(KEY, [*rows, late], KEY.head(3, late.hash))
    assert problem is not None
    assert problem.seq == 3
    assert "removed or edited" in problem.what


def test_a_verification_tells_where_it_stands() -> None:
    rows, head = chain(2)
    verification = Verification(KEY)
    for row in rows:
        assert verification.feed(row) is None
    assert verification.finish(head) is None
    assert verification.last == Checkpoint(2, rows[-1].hash)


@pytest.mark.parametrize("pepper", [b"", b"p" * 31, b"p" * 33])
def test_the_key_depends_on_every_byte_of_the_pepper(pepper: bytes) -> None:
    rows, _ = chain(1)
    assert ChainKey(pepper).row_hash(rows[0]) != rows[0].hash
