"""What an agent's owner is told of its workers is not told to everybody who chats with it."""

from typing import Any

import pytest

from quarterdeck_gateway.routing.not_ready import SENTENCES, not_ready_message
from quarterdeck_local import deployment_status
from quarterdeck_operator import reasons
from support.running_gateway import agent

NAMES = (
    "0 of 1 workers ready: pod demo-7d9f-x2x does not get its image: ErrImagePull: "
    "registry.corp/team/bot:1 Secret provider-key https://provider.corp:8443 "
    "kubectl logs --previous"
)
NOT_OF_AN_AGENT_THAT_IS_DOWN = {
    *(reasons.WORKERS_READY, reasons.ROLLING_OUT, reasons.SOME_WORKERS_UNAVAILABLE),
    *(reasons.ENDPOINT_READY, reasons.SETTLED, reasons.NOT_STALLED, reasons.SCALING_UNKNOWN),
    *(reasons.CREDENTIALS_FOUND, reasons.NO_CREDENTIALS_NEEDED, reasons.ACTIVE),
    *(reasons.REVOKED, reasons.EXPIRED, reasons.INVALID_EXPIRY, reasons.NAMESPACES_NOT_PERMITTED),
    *(reasons.PEPPER_MISSING, reasons.PEPPER_WEAK, reasons.KEY_REPLACED),
    *(reasons.SCOPE_NOT_FOUND, reasons.TIME_ZONE_UNKNOWN),
}
FROM_KUBERNETES = {"ProgressDeadlineExceeded"}


def message(reason: str, **fields: Any) -> str:
    return not_ready_message(agent("bot", namespace="team-a", reason=reason, **fields))


def test_every_reason_that_the_operator_can_give_has_its_sentence() -> None:
    declared = {value for value in vars(reasons).values() if isinstance(value, str)}
    known = {word for word in declared if word.isalpha() and word[0].isupper()}
    assert len(known) > 30
    on_a_laptop = set(deployment_status.NEEDS_A_CLUSTER)
    assert known - NOT_OF_AN_AGENT_THAT_IS_DOWN | on_a_laptop | FROM_KUBERNETES == set(SENTENCES)


@pytest.mark.parametrize("reason", [*SENTENCES, "SomethingNew"])
def test_the_reason_is_told_and_nothing_of_the_message(reason: str) -> None:
    said = message(reason, message=NAMES)
    assert said.startswith(f"The agent 'team-a/bot' is not ready ({reason})")
    assert said == message(reason, message="")
    for name in ("demo-7d9f", "registry.corp", "provider", "ErrImagePull", "kubectl logs"):
        assert name not in said


def test_who_can_find_out_more_is_told_how() -> None:
    assert message(reasons.WORKERS_CRASHING) == (
        "The agent 'team-a/bot' is not ready (WorkersCrashing): its workers crash. "
        "Its owner can see why with `quarterdeck describe agent bot -n team-a` or kubectl."
    )
    assert message(reasons.WAITING_FOR_WORKERS).endswith("Try again in a moment.")


def test_an_unknown_reason_is_a_word_alone() -> None:
    assert "(SomethingNew). Its owner can see why" in message("SomethingNew", message=NAMES)


@pytest.mark.parametrize("reason", ["", "Failed:registry_corp", "two words", "a`b"])
def test_what_is_no_word_is_not_told(reason: str) -> None:
    assert message(reason, message=NAMES) == (
        "The agent 'team-a/bot' is not ready: none of its workers is ready yet. "
        "Try again in a moment."
    )
