"""Fixtures: an agent whose chats cost something."""

import pytest

from support import declared
from support.running_gateway import Gateway


@pytest.fixture
async def priced(demo: Gateway) -> Gateway:
    """The agent ``demo`` with a price of 1 and 2 micro-USD per token."""
    demo.declare(declared.model("demo", 1, 2))
    return demo
