"""Who asks, and what they may do: API keys, tokens of an OIDC issuer, roles, one access table."""
