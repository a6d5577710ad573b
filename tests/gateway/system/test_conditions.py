"""Which conditions people are told of."""

from typing import Any

import pytest

from quarterdeck_gateway.system.conditions import KindLiteral, Resource, troubled


def condition(type_: str, status: str, reason: str, at: str = "2026-01-01T00:00:00Z") -> Any:
    return {
        "type": type_,
        "status": status,
        "reason": reason,
        "message": "why",
        "lastTransitionTime": at,
    }


def resource(kind: KindLiteral, *conditions: Any, name: str = "it") -> Resource:
    metadata = {"creationTimestamp": "2026-01-01T00:00:00Z"}
    manifest = {"metadata": metadata, "status": {"conditions": list(conditions)}}
    return Resource(kind, "team-a", name, manifest)


READY = condition("Ready", "True", "Active")


@pytest.mark.parametrize(
    ("kind", "conditions", "reasons"),
    [
        ("Agent", [READY], []),
        ("Agent", [condition("Ready", "False", "ModelNotFound")], ["ModelNotFound"]),
        ("Agent", [condition("Ready", "False", "Suspended")], []),
        ("Agent", [condition("Ready", "False", "ScaledToZero")], []),
        ("Agent", [READY, condition("Reconciling", "True", "RollingOut")], []),
        (
            "Agent",
            [condition("Ready", "False", "NameTaken"), condition("Stalled", "True", "NameTaken")],
            ["NameTaken"],
        ),
        ("Agent", [], ["NotReconciled"]),
        ("ApiKey", [condition("Ready", "False", "Revoked")], []),
        ("ApiKey", [condition("Ready", "False", "Expired")], []),
        ("Budget", [READY, condition("Exceeded", "True", "AmountSpent")], ["AmountSpent"]),
        ("Budget", [READY, condition("Exceeded", "False", "WithinBudget")], []),
        ("Budget", [READY, condition("Exceeded", "False", "TooLittleLeft")], ["TooLittleLeft"]),
        ("Budget", [READY, condition("Enforced", "False", "NotEnforced")], []),
        ("Budget", [READY, condition("Enforced", "False", "UnknownPrice")], ["UnknownPrice"]),
    ],
)
def test_what_is_not_as_it_should_be(
    kind: KindLiteral, conditions: list[Any], reasons: list[str]
) -> None:
    assert [view.reason for view in troubled([resource(kind, *conditions)])] == reasons


def test_the_latest_comes_first() -> None:
    old = condition("Ready", "False", "ModelNotFound", "2026-01-01T00:00:00Z")
    new = condition("Ready", "False", "ModelNotFound", "2026-02-01T00:00:00Z")
    found = troubled([resource("Agent", old, name="old"), resource("Agent", new, name="new")])
    assert [(view.name, view.since) for view in found] == [
        ("new", "2026-02-01T00:00:00Z"),
        ("old", "2026-01-01T00:00:00Z"),
    ]
