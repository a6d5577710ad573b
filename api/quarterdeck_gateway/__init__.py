"""The gateway: one OpenAI-compatible door to every agent; it checks, routes, relays, records."""
