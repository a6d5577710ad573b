"""``/v1/models``: the agents as a client of OpenAI's API sees them."""
