"""``/api/v1/whoami``: people see what the gateway sees."""

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_contract.v1alpha1.limits import RateLimit
from quarterdeck_gateway.identity.principal import Principal
from support.management import management


async def test_who_the_caller_is() -> None:
    async with management() as world:
        assert await world.call("GET", "/whoami") == {
            "name": "admin",
            "role": "admin",
            "namespaces": ["*"],
            "agents": ["*"],
            "team": "",
            "rate_limit": None,
        }
        limit = RateLimit(concurrency=2)
        world.principal = Principal(
            "team-a/ci", Role.USER, ("team-a",), ("demo",), team="red", rate_limit=limit
        )
        me = await world.call("GET", "/whoami")
        assert (me["name"], me["role"], me["team"]) == ("team-a/ci", "user", "red")
        assert (me["namespaces"], me["agents"]) == (["team-a"], ["demo"])
        assert me["rate_limit"]["concurrency"] == 2
