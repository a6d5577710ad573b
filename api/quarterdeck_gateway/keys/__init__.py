"""``/api/v1/keys``: API keys, made, listed, rotated and revoked; each is an ApiKey resource."""
