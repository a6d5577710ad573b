"""``/api/v1/whoami``: what the gateway thinks of the caller."""
