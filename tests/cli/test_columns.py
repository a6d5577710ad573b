from datetime import UTC, datetime

import pytest

from quarterdeck_cli.columns import age, cell, lookup
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_contract.v1alpha1.schema import Column

NOW = datetime(2026, 1, 2, tzinfo=UTC)
AGENT = {
    "metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"},
    "spec": {"model": "m"},
    "status": {
        "workers": "1/2",
        "conditions": [
            {"type": "Stalled", "status": "False", "reason": "NotStalled"},
            {"type": "Ready", "status": "True", "reason": "RollingOut", "message": "soon"},
        ],
    },
}


def test_every_column_of_the_crd_has_a_value() -> None:
    columns = KINDS["Agent"].described.columns
    assert {column.name: cell(AGENT, column, NOW) for column in columns} == {
        "Ready": "True",
        "Reason": "RollingOut",
        "Model": "m",
        "Replicas": "1/2",
        "Age": "24h",
        "Message": "soon",
    }


def test_what_is_missing_is_empty() -> None:
    for kind in KINDS.values():
        for column in kind.described.columns:
            assert cell({}, column, NOW) == ""
    assert lookup({"status": {"conditions": []}}, KINDS["Agent"].described.columns[0].path) is None
    assert cell({"a": 0}, Column("A", ".a", "integer"), NOW) == "0"


@pytest.mark.parametrize(
    ("timestamp", "shown"),
    [
        ("2026-01-01T23:59:59Z", "1s"),
        ("2026-01-01T23:58:01Z", "119s"),
        ("2026-01-01T23:58:00Z", "2m"),
        ("2026-01-01T22:00:00Z", "2h"),
        ("2025-12-31T00:00:00Z", "2d"),
        ("2026-01-02T00:00:09Z", "0s"),
    ],
)
def test_ages_are_short(timestamp: str, shown: str) -> None:
    assert age(timestamp, NOW) == shown
