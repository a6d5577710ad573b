"""The Secrets of the installation lie in its namespace: what runs there is an admin's alone."""

from collections.abc import AsyncIterator

import pytest

from quarterdeck_contract.names import SYSTEM_NAMESPACE
from quarterdeck_contract.v1alpha1.api_key import Role
from support.management import Management, admin_of, management, manifest_of
from support.whole_gateway import SPECS

EVERYWHERE = ("*",)


@pytest.fixture
async def world() -> AsyncIterator[Management]:
    async with management() as running:
        yield running


@pytest.mark.parametrize("kind", ["Agent", "Model"])
async def test_only_an_admin_changes_what_runs_there(world: Management, kind: str) -> None:
    path = f"/{kind.lower()}s/{SYSTEM_NAMESPACE}/x"
    wanted = manifest_of(kind, "x", SPECS[kind], SYSTEM_NAMESPACE)
    world.principal = admin_of(*EVERYWHERE, role=Role.EDITOR)
    for query in ("", "?dry_run=true"):
        refused = await world.call("PUT", path + query, 403, **wanted)
        assert refused["error"]["param"] == "metadata.namespace"
        assert "Only the role admin" in refused["error"]["message"]
    world.principal = admin_of(*EVERYWHERE)
    await world.call("PUT", path, **wanted)
    world.principal = admin_of(*EVERYWHERE, role=Role.EDITOR)
    await world.call("DELETE", path, 403)
    await world.call("GET", path)
    elsewhere = manifest_of(kind, "x", SPECS[kind])
    await world.call("PUT", f"/{kind.lower()}s/team-a/x", **elsewhere)
