"""``/api/v1/health``: how the installation stands, for people."""
