"""``/api/v1/agents``: the agents with their status, for people and their tools."""
