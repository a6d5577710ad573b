"""``/api/v1/namespaces``: where the caller may go, for people who choose from a list."""
