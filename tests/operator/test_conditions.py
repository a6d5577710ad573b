"""Statuses from observations: pure, total, and moving only when something moved."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck_contract.v1alpha1.agent import Agent, AgentStatus
from quarterdeck_contract.validation import parse
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import ObjectKey, Probe
from quarterdeck_operator.conditions import Verdict, conditions_of, dated, find
from quarterdeck_operator.errors import OperatorError, Stalled, Transient, Waiting
from quarterdeck_operator.events import transition
from quarterdeck_operator.summarise.agent import AgentObservation, summarise_agent
from quarterdeck_operator.summarise.pods import Trouble
from support.operator_world import NAMESPACE, NOW, agent

LATER = "2026-02-02T00:00:00Z"
KEY = ObjectKey("Agent", NAMESPACE, "demo")


def parsed(**spec: Any) -> Agent:
    manifest = agent(**spec)
    manifest["metadata"] |= {"generation": 3, "uid": "u"}
    found = parse(manifest)
    assert isinstance(found, Agent)
    return found


def deployment(desired: int = 1, generation: int = 1, **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"generation": generation},
        "spec": {"replicas": desired},
        "status": {"observedGeneration": 1} | status,
    }


def pods(existing: int, updated: int, available: int) -> dict[str, int]:
    return {
        "replicas": existing,
        "updatedReplicas": updated,
        "readyReplicas": available,
        "availableReplicas": available,
    }


def condition(**status: str) -> dict[str, Any]:
    return {"conditions": [{"message": "why", **status}]}


@pytest.mark.parametrize(
    ("seen", "ready", "reason", "abnormal"),
    [
        (None, "False", reasons.WAITING_FOR_WORKERS, "Reconciling"),
        (deployment(), "False", reasons.WAITING_FOR_WORKERS, "Reconciling"),
        (deployment(**pods(1, 1, 0)), "False", reasons.WAITING_FOR_WORKERS, "Reconciling"),
        (deployment(**pods(1, 1, 1)), "True", reasons.WORKERS_READY, ""),
        (deployment(**pods(2, 1, 1)), "True", reasons.ROLLING_OUT, "Reconciling"),
        (deployment(generation=2, **pods(1, 1, 1)), "True", reasons.ROLLING_OUT, "Reconciling"),
        (
            deployment(
                **pods(2, 1, 1),
                **condition(type="Progressing", status="False", reason="ProgressDeadlineExceeded"),
            ),
            "False",
            "ProgressDeadlineExceeded",
            "Stalled",
        ),
        (
            deployment(
                **pods(0, 0, 0),
                **condition(type="ReplicaFailure", status="True", reason="FailedCreate"),
            ),
            "False",
            reasons.REPLICA_FAILURE,
            "Stalled",
        ),
        (
            deployment(
                **pods(1, 1, 1),
                **condition(type="Progressing", status="False", reason="ProgressDeadlineExceeded"),
            ),
            "True",
            reasons.WORKERS_READY,
            "",
        ),
    ],
)
def test_a_deployment_in_the_words_of_conditions(
    seen: dict[str, Any] | None, ready: str, reason: str, abnormal: str
) -> None:
    status = summarise_agent(AgentObservation(parsed(), seen), {}, NOW)
    said = {c["type"]: (c["status"], c["reason"]) for c in status["conditions"]}
    assert said["Ready"] == (ready, reason)
    assert {type_ for type_ in ("Reconciling", "Stalled") if said[type_][0] == "True"} == (
        {abnormal} if abnormal else set()
    )


def test_fewer_workers_than_wanted_still_serve() -> None:
    seen = deployment(2, **pods(2, 2, 1))
    status = summarise_agent(AgentObservation(parsed(replicas=2), seen), {}, NOW)
    ready = find(status, "Ready")
    assert ready is not None
    assert (ready["status"], ready["reason"]) == ("True", reasons.SOME_WORKERS_UNAVAILABLE)
    assert status["workers"] == "1/2"


def test_a_crash_that_the_deployment_explains_is_passed_on() -> None:
    crash = condition(type="Available", status="False", reason="WorkersCrashing")
    seen = deployment(**pods(1, 1, 0), **crash)
    ready = find(summarise_agent(AgentObservation(parsed(), seen), {}, NOW), "Ready")
    assert ready is not None
    assert (ready["reason"], ready["message"]) == ("WorkersCrashing", "0 of 1 workers ready: why")


CRASH = Trouble(reasons.WORKERS_CRASHING, "pod p crashes")
LATE = condition(type="Progressing", status="False", reason="ProgressDeadlineExceeded")


@pytest.mark.parametrize(
    ("seen", "ready", "obstacle"),
    [
        (
            deployment(**pods(1, 1, 0)),
            ("False", reasons.WORKERS_CRASHING, "0 of 1 workers ready: pod p crashes"),
            ("Reconciling", reasons.WORKERS_CRASHING),
        ),
        (
            deployment(**pods(2, 1, 1)),
            ("True", reasons.ROLLING_OUT, "1 of 1 workers ready: pod p crashes"),
            ("Reconciling", reasons.WORKERS_CRASHING),
        ),
        (
            deployment(**pods(1, 1, 0), **LATE),
            ("False", "ProgressDeadlineExceeded", "0 of 1 workers ready: why; pod p crashes"),
            ("Stalled", reasons.WORKERS_CRASHING),
        ),
        (
            deployment(**pods(1, 1, 1)),
            ("True", reasons.WORKERS_READY, "1 of 1 workers ready"),
            None,
        ),
    ],
)
def test_what_the_pods_tell_is_told(
    seen: dict[str, Any], ready: tuple[str, str, str], obstacle: tuple[str, str] | None
) -> None:
    status = summarise_agent(AgentObservation(parsed(), seen, trouble=CRASH), {}, NOW)
    said = {c["type"]: c for c in status["conditions"]}
    found = said["Ready"]
    assert (found["status"], found["reason"], found["message"]) == ready
    abnormal = [
        (t, said[t]["reason"]) for t in ("Reconciling", "Stalled") if said[t]["status"] == "True"
    ]
    assert abnormal == ([obstacle] if obstacle else [])


def test_one_of_two_that_crashes_is_told_beside_the_one_that_serves() -> None:
    observation = AgentObservation(
        parsed(replicas=2), deployment(2, **pods(2, 2, 1)), trouble=CRASH
    )
    status = summarise_agent(observation, {}, NOW)
    said = {c["type"]: (c["status"], c["reason"], c["message"]) for c in status["conditions"]}
    told = "1 of 2 workers ready: pod p crashes"
    assert said["Ready"] == ("True", reasons.SOME_WORKERS_UNAVAILABLE, told)
    assert said["Reconciling"] == ("True", reasons.WORKERS_CRASHING, "pod p crashes")


def test_a_hiccup_does_not_take_running_workers_away() -> None:
    problem = Transient(reasons.APPLY_FAILED, "etcd is away")
    seen = AgentObservation(parsed(), deployment(**pods(1, 1, 1)), problem=problem)
    status = summarise_agent(seen, {}, NOW)
    said = {c["type"]: (c["status"], c["reason"]) for c in status["conditions"]}
    assert said["Ready"] == ("True", reasons.WORKERS_READY)
    assert said["Reconciling"] == ("True", reasons.APPLY_FAILED)


specs = st.sampled_from(
    [
        {},
        {"replicas": 0},
        {"replicas": 3},
        {"scaling": {"min": 2, "max": 4}},
        {"suspended": True},
        {"model": None, "instructions": None, "runtime": {"endpoint": "http://x"}},
    ]
)
counts = st.integers(0, 4)
deployments = st.none() | st.builds(
    lambda desired, generation, numbers, failing: deployment(
        desired,
        generation,
        **pods(*numbers),
        **(condition(type="Progressing", status="False", reason="Late") if failing else {}),
    ),
    counts,
    st.integers(1, 2),
    st.tuples(counts, counts, counts),
    st.booleans(),
)
problems: st.SearchStrategy[OperatorError | None] = st.sampled_from(
    [None, Waiting("A", "a"), Stalled("B", "b"), Transient("C", "c")]
)
probes = st.none() | st.builds(Probe, st.booleans(), st.just("said"))
troubles = st.none() | st.builds(Trouble, st.sampled_from(reasons.POD_TROUBLES), st.just("said"))
observations = st.builds(
    lambda spec, seen, problem, probe, trouble: AgentObservation(
        parsed(**spec), seen, None, probe, problem, trouble
    ),
    specs,
    deployments,
    problems,
    probes,
    troubles,
)


@given(observations)
def test_every_status_is_one_that_the_schema_accepts(seen: AgentObservation) -> None:
    status = AgentStatus.model_validate(summarise_agent(seen, {}, NOW))
    assert {c.type for c in status.conditions} >= {"Ready", "Reconciling", "Stalled"}
    abnormal = [c for c in status.conditions if c.type != "Ready" and c.status == "True"]
    assert len([c for c in abnormal if c.type in ("Reconciling", "Stalled")]) <= 1
    ready = status.condition("Ready")
    assert ready is not None
    if isinstance(seen.problem, Waiting | Stalled):
        assert (ready.status, ready.reason) == ("False", seen.problem.reason)


@given(observations)
def test_an_unchanged_observation_gives_an_equal_status(seen: AgentObservation) -> None:
    before = summarise_agent(seen, {}, NOW)
    assert summarise_agent(seen, before, LATER) == before


@given(observations, observations)
def test_times_move_with_the_status_alone(one: AgentObservation, two: AgentObservation) -> None:
    before = summarise_agent(one, {}, NOW)
    for new in summarise_agent(two, before, LATER)["conditions"]:
        old = find(before, new["type"])
        changed = old is None or old["status"] != new["status"]
        assert new["lastTransitionTime"] == (LATER if changed else NOW)


@given(observations, observations)
def test_events_only_on_transitions_of_ready(one: AgentObservation, two: AgentObservation) -> None:
    before, after = (summarise_agent(seen, {}, NOW) for seen in (one, two))
    note = transition(KEY, "u", before, after)
    old, new = find(before, "Ready"), find(after, "Ready")
    assert old is not None
    assert new is not None
    if (old["status"], old["reason"]) == (new["status"], new["reason"]):
        assert note is None
    elif (old["status"], new["status"]) == ("False", "True"):
        assert note is not None
        assert note.type == "Normal"
    elif (old["status"], new["status"]) == ("True", "False"):
        assert note is not None


def test_messages_are_cut_to_a_sane_length() -> None:
    conditions = dated(conditions_of(Verdict(False, "R", "x" * 9999)), {}, 1, NOW)
    assert max(len(c["message"]) for c in conditions) == 2048
