"""Usage records with only what a test cares about spelled out."""

import uuid
from typing import Any

from quarterdeck_contract.usage import Outcome, UsageRecord


def usage_record(**fields: Any) -> UsageRecord:
    """A completed chat of 3 micro-USD."""
    plain: dict[str, Any] = {
        "id": uuid.uuid4().hex,
        "request_id": "request",
        "namespace": "team-a",
        "agent": "helper",
        "key": "team-a/ci",
        "team": "blue",
        "model": "gpt",
        "stream": False,
        "outcome": Outcome.COMPLETED,
        "status": 200,
        "input_tokens": 10,
        "cached_tokens": 2,
        "output_tokens": 5,
        "cost_micro_usd": 3,
        "price_version": "override",
        "started_at": "2026-11-23T00:00:00.000Z",
        "seconds": 0.5,
    }
    return UsageRecord(**plain | fields)
