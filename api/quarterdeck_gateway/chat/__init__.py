"""``POST /v1/chat/completions``: admit, relay, settle."""
