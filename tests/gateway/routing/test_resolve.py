"""Which agent a model name means, and what is said when it means none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_gateway.errors import (
    AgentNotReady,
    AgentSuspended,
    AmbiguousAgent,
    ModelNotFound,
)
from quarterdeck_gateway.routing.registry import AgentEntry, MemoryRegistry
from quarterdeck_gateway.routing.resolve import find, public_id, require_available
from support.running_gateway import agent

NAMES = st.sampled_from(["a", "b", "c"])
NAMESPACES = st.sampled_from(["default", "team-x", "team-y"])
ENTRIES = st.dictionaries(st.tuples(NAMESPACES, NAMES), st.none())


def registry(*keys: tuple[str, str]) -> MemoryRegistry:
    return MemoryRegistry([agent(name, namespace=namespace) for namespace, name in keys])


def test_the_default_namespace_comes_first() -> None:
    known = registry(("default", "a"), ("team-x", "a"))
    assert find("a", known, "default").namespace == "default"
    assert find("a", known, "team-x").namespace == "team-x"


def test_a_name_that_only_one_namespace_has() -> None:
    assert find("a", registry(("team-x", "a"), ("team-y", "b")), "default").id == "team-x/a"


def test_a_name_of_several_namespaces_is_refused_with_the_choices() -> None:
    with pytest.raises(AmbiguousAgent, match="'team-x/a', 'team-y/a'"):
        find("a", registry(("team-x", "a"), ("team-y", "a")), "default")


def test_many_choices_are_cut_short() -> None:
    known = registry(*((f"team-{number}", "a") for number in range(9)))
    with pytest.raises(AmbiguousAgent, match=r"'team-4/a', \.\.\. as"):
        find("a", known, "default")


@pytest.mark.parametrize("model", ["summariser", "team-x/reviewer", "team-x/", "/a", "a/b/c"])
def test_an_unknown_name(model: str) -> None:
    with pytest.raises(ModelNotFound, match="GET /v1/models") as refused:
        find(model, registry(("default", "zzz")), "default")
    assert refused.value.param == "model"


def test_a_misspelt_name_gets_a_hint() -> None:
    known = registry(("default", "reviewer"), ("team-x", "planner"))
    with pytest.raises(ModelNotFound, match="Did you mean 'reviewer'"):
        find("reveiwer", known, "default")
    with pytest.raises(ModelNotFound, match="Did you mean 'team-x/planner'"):
        find("team-x/planer", known, "default")


@given(ENTRIES, NAMES, NAMESPACES)
def test_a_bare_name_never_means_a_stranger(
    keys: dict[tuple[str, str], None], name: str, default: str
) -> None:
    """Found is right; refused is ambiguous exactly when there were several to choose from."""
    having = {namespace for namespace, known in keys if known == name}
    try:
        found = find(name, registry(*keys), default)
    except ModelNotFound:
        assert not having
    except AmbiguousAgent:
        assert len(having) > 1
        assert default not in having
    else:
        assert found.name == name
        assert found.namespace == default or having == {found.namespace}


@given(ENTRIES, NAMESPACES)
def test_public_ids_lead_back(keys: dict[tuple[str, str], None], default: str) -> None:
    known = registry(*keys)
    for entry in known.agents():
        assert find(public_id(entry, default), known, default) == entry
        assert find(entry.id, known, default) == entry


def test_an_agent_with_replicas_is_available_whatever_its_condition_says() -> None:
    """A wrong new spec must not take down the workers of the old one."""
    entry = agent("a", "http://w", ready=False, reason="SecretNotFound")
    assert require_available(entry) is entry


def test_a_suspended_agent() -> None:
    with pytest.raises(AgentSuspended, match=r"spec\.suspended") as refused:
        require_available(agent("a", "http://w", suspended=True))
    assert refused.value.headers() == {"retry-after": "60"}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (agent("a", reason="ModelNotFound", message="no Model x"), "ModelNotFound"),
        (agent("a", reason="", message=""), "none of its workers is ready yet"),
        (agent("a", ready=True, reason="Fine"), "none of its workers is ready yet"),
    ],
)
def test_an_agent_without_replicas_says_why(entry: AgentEntry, said: str) -> None:
    with pytest.raises(AgentNotReady, match=said) as refused:
        require_available(entry)
    assert refused.value.retry_after == 5
