"""Record to line to row and back: nothing changes but what no database could hold."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_gateway.accounting.rows import (
    MOST,
    line_of,
    milliseconds,
    record_of,
    rfc3339,
    row_of,
)
from quarterdeck_gateway.database.tables import usage_records
from support.usage import usage_record

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
COUNT = st.none() | st.integers(0, MOST)
RECORDS = st.fixed_dictionaries(
    {
        "id": TEXT,
        "request_id": TEXT,
        "namespace": TEXT,
        "agent": TEXT,
        "key": TEXT,
        "team": TEXT,
        "model": st.none() | TEXT,
        "stream": st.booleans(),
        "outcome": st.sampled_from(Outcome),
        "status": st.integers(100, 599),
        "code": st.none() | TEXT,
        "input_tokens": COUNT,
        "cached_tokens": COUNT,
        "output_tokens": COUNT,
        "counted": st.booleans(),
        "cost_micro_usd": st.integers(0, MOST),
        "price_version": TEXT,
        "started_at": st.integers(0, 4_000_000_000_000).map(rfc3339),
        "seconds": st.floats(0, 1e6),
    }
).map(lambda fields: UsageRecord(**fields))


@settings(max_examples=60)
@given(RECORDS)
def test_there_and_back(record: UsageRecord) -> None:
    line = line_of(record)
    assert b"\n" not in line
    row = row_of(line)
    assert set(row) == set(usage_records.c.keys())
    assert record_of(row) == record


@given(st.integers(0, 4_000_000_000_000))
def test_moments_are_exact(since_epoch: int) -> None:
    assert milliseconds(rfc3339(since_epoch)) == since_epoch


def test_what_a_client_could_make_unstorable_is_made_fit() -> None:
    row = row_of(
        b'{"id":"1","requestId":"a\\u0000b","namespace":"n","agent":"a","key":"idp/\\u0000x",'
        b'"team":"","stream":true,"outcome":"completed","status":200,"counted":false,'
        b'"inputTokens":99999999999999999999999,"costMicroUsd":99999999999999999999999,'
        b'"priceVersion":"","startedAt":"2026-11-23T01:02:03.004Z","seconds":1.5}'
    )
    assert (row["request_id"], row["key"]) == ("ab", "idp/x")
    assert row["input_tokens"] == row["cost_micro_usd"] == MOST
    assert (row["day"], row["started_at"]) == ("2026-11-23", 1795395723004)


def test_a_backslash_before_u0000_is_text_and_stays() -> None:
    record = usage_record(agent="a\\u0000")
    assert record_of(row_of(line_of(record))) == record


def test_half_a_surrogate_pair_makes_no_chat_free() -> None:
    row = row_of(line_of(usage_record(key="idp/\ud800x", cost_micro_usd=7)))
    assert (row["key"], row["cost_micro_usd"], row["outcome"]) == ("idp/?x", 7, "completed")


@pytest.mark.parametrize("line", [b"", b"[1]", b"{}", b'{"id":1}', b"\0\0\0", b'{"startedAt":3}'])
def test_other_lines_are_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        row_of(line)
