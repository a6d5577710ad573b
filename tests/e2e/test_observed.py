"""Story: Prometheus reads every part, and every expression that is shipped has an answer.

First under ordinary load, then with each fault that the others wait for, really caused.
"""

import time
from collections.abc import Callable

import pytest

from e2e.causes import CAUSES, NOT_CAUSED, Cause, budget_used_up
from e2e.installation import Installation
from e2e.load import Scene, set_up
from e2e.prometheus import Prometheus
from e2e.waiting import NOT_YET, eventually
from observability.expressions import Expression, expressions

pytestmark = [pytest.mark.cluster, pytest.mark.node, pytest.mark.timeout(600)]

ALL = expressions()
BUDGET_FIRES = Expression(
    "a budget's alert", 'ALERTS{alertname=~"QuarterdeckBudget.*",alertstate="firing"}', None
)
LOAD_SECONDS = 300
FAULT_SECONDS = 400


@pytest.fixture(scope="module")
def scene(
    installation: Installation, prometheus: Prometheus, provider: str, restricted: str
) -> Scene:
    scene = Scene(installation, prometheus, restricted, provider)
    set_up(scene)
    return scene


def test_every_target_is_up(scene: Scene) -> None:
    def found() -> bool:
        jobs = scene.prometheus.jobs()
        expected = {"prometheus": 1, "quarterdeck-operator": 2, "quarterdeck-gateway": 2}
        return jobs.items() >= expected.items() and jobs["quarterdeck-worker"] >= 2

    eventually("all targets found", found, seconds=120)

    def down() -> list[str]:
        targets = scene.prometheus.targets()
        return [f"{t['scrapeUrl']}: {t['lastError']}" for t in targets if t["health"] != "up"]

    _until_empty("every target up", down, seconds=120)


def test_ordinary_load_answers_every_expression_that_needs_no_fault(scene: Scene) -> None:
    ordinary = [expression for expression in ALL if expression.needs is None]
    assert ordinary

    def silent() -> list[str]:
        for agent in ("echo", "dear"):
            assert set(scene.chats(agent, 3)) == {200}
            assert set(scene.chats(agent, 2, stream=True)) == {200}
        return [expression.source for expression in scene.prometheus.silent(ordinary)]

    _until_empty("expressions with an answer", silent, seconds=LOAD_SECONDS, every=3)


def test_each_fault_is_caused_or_named_as_one_that_is_not() -> None:
    needed = {expression.needs for expression in ALL if expression.needs is not None}
    caused = {fault for group in CAUSES.values() for fault in group}
    assert caused <= needed
    assert needed - caused <= set(NOT_CAUSED)
    alerts = {_name(expression) for expression in ALL}
    assert set(NOT_CAUSED) <= alerts | needed


@pytest.mark.parametrize("cause", CAUSES, ids=lambda cause: str(cause.__name__))
def test_a_fault_answers_the_expressions_that_wait_for_it(cause: Cause, scene: Scene) -> None:
    waiting = [e for e in ALL if e.needs in CAUSES[cause] and _name(e) not in NOT_CAUSED]
    assert {expression.needs for expression in waiting} == set(CAUSES[cause])
    if cause is budget_used_up:
        waiting.append(BUDGET_FIRES)
    _provoke(cause, scene, waiting)


def _name(expression: Expression) -> str:
    return expression.source.partition(": ")[2]


def _provoke(cause: Cause, scene: Scene, waiting: list[Expression]) -> None:
    """Answers count whenever they come: some faults pass by."""
    began = time.monotonic()
    broken: BaseException | None = None
    with cause(scene) as again:
        while waiting:
            try:
                again()
                waiting = scene.prometheus.silent(waiting)
            except NOT_YET as exc:
                broken = exc
            spent = time.monotonic() - began
            unanswered = [expression.source for expression in waiting]
            assert spent < FAULT_SECONDS, f"no answer: {unanswered}; last broken off: {broken!r}"
            time.sleep(0.5)


def _until_empty(
    what: str, look: Callable[[], list[str]], *, seconds: float, every: float = 0.5
) -> None:
    last: list[str] = []

    def empty() -> bool:
        last[:] = look()
        return not last

    try:
        eventually(what, empty, seconds=seconds, every=every)
    except AssertionError as exc:
        raise AssertionError(f"{what}: still {last}") from exc
