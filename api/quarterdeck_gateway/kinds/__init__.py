"""``/api/v1/schemas``: what a manifest of each kind looks like, for forms and editors."""
