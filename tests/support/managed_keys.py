"""The key that tests of ``/api/v1/keys`` make, and what others do with it."""

from typing import Any

from quarterdeck_gateway.errors import Unauthenticated
from support.management import Management

WANTED = {"namespace": "team-a", "name": "ci", "owner": "ann"}


async def noted_by_the_operator(world: Management, *older: dict[str, Any]) -> None:
    """What the operator writes once it has seen the newest key."""
    spec = world.stored("ApiKey", "team-a", "ci")["spec"]
    newest = {
        "hash": spec["hash"],
        "revision": spec.get("revision", 1),
        "createdAt": "2026-07-01T12:00:00Z",
    }
    await world.note_keys("team-a", "ci", newest, *older)


async def works(world: Management, secret: str) -> bool:
    """Whether ``secret`` opens the gateway as that key."""
    try:
        return (await world.keyring.verify(secret)).name == "team-a/ci"
    except Unauthenticated:
        return False
