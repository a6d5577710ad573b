"""Tenants do not learn of each other, not even by the help that refusals give."""

import pytest

from quarterdeck_contract.v1alpha1.api_key import Role
from quarterdeck_gateway.chat.access import find_for, require_allowed
from quarterdeck_gateway.errors import Forbidden, ModelNotFound
from quarterdeck_gateway.identity.principal import Principal, installation_admin
from quarterdeck_gateway.routing.registry import MemoryRegistry
from quarterdeck_gateway.routing.visible import VisibleRegistry
from support.running_gateway import agent

REGISTRY = MemoryRegistry(
    [
        agent("helper", "http://w", namespace="team-a"),
        agent("helper", "http://w", namespace="team-b"),
        agent("secret", "http://w", namespace="team-b"),
    ]
)
MEMBER = Principal("team-a/key", Role.USER, namespaces=("team-a",), agents=("help*",))


def test_a_bare_name_means_the_callers_own() -> None:
    assert find_for(MEMBER, "helper", REGISTRY, "default").id == "team-a/helper"


@pytest.mark.parametrize("name", ["secret", "team-b/secret", "team-b/helper", "team-b/nothing"])
def test_what_is_elsewhere_does_not_exist(name: str) -> None:
    with pytest.raises(ModelNotFound) as raised:
        find_for(MEMBER, name, REGISTRY, "default")
    assert "secret'?" not in raised.value.message
    assert "team-b/helper" not in raised.value.message.replace(f"'{name}'", "")


def test_an_admin_sees_everything() -> None:
    admin = installation_admin()
    assert find_for(admin, "secret", REGISTRY, "default").id == "team-b/secret"
    assert len(VisibleRegistry(REGISTRY, admin).agents()) == 3
    assert VisibleRegistry(REGISTRY, admin).synced


def test_agents_that_the_key_excludes_exist_but_are_closed() -> None:
    require_allowed(MEMBER, agent("helper", namespace="team-a"))
    with pytest.raises(Forbidden, match="team-a/other"):
        require_allowed(MEMBER, agent("other", namespace="team-a"))
