"""``/api/v1/metrics``: requests, tokens, cost and latency per agent over time, from the ledger."""
