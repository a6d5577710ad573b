"""``/api/v1/session``: signing in to the web UI with an API key."""
