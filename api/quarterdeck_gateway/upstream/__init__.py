"""How a chat reaches a replica: a small Protocol, the aiohttp client, and a fake for tests."""
