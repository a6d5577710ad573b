"""What people who chat are told of an agent without workers. Pure.

The message of an agent's Ready condition is for its owner: it names pods, images, Secrets and
addresses, and whoever may only chat, maybe through somebody's application, has no business with
them. So the reason, a stable word, decides what is said here, and nothing of the message passes.
"""

from collections.abc import Mapping
from typing import Final

from quarterdeck_gateway.routing.registry import AgentEntry

LOOK: Final = (
    "Its owner can see why with `quarterdeck describe agent {name} -n {namespace}` or kubectl."
)
WAIT: Final = "Try again in a moment."
RAISE: Final = "It answers again when its owner raises spec.replicas."
CLUSTER: Final = "Its owner can run it in Kubernetes."

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "WaitingForWorkers": ("its workers are starting", WAIT),
    "Suspended": ("it has been resumed, and its workers are starting", WAIT),
    "PredecessorLeaving": ("what an older agent of its name left is being removed", WAIT),
    "ScaledToZero": ("it is meant to have no workers", RAISE),
    "WorkersCrashing": ("its workers crash", LOOK),
    "WorkersCannotStart": ("its workers cannot be started", LOOK),
    "ImageUnavailable": ("the image of its workers cannot be had", LOOK),
    "WorkersUnschedulable": ("the cluster has no room for its workers", LOOK),
    "ReplicaFailure": ("the cluster refuses to make its workers", LOOK),
    "RolloutFailed": ("its new workers do not come up", LOOK),
    "ProgressDeadlineExceeded": ("its new workers do not come up", LOOK),
    "ModelNotFound": ("the Model that it answers with does not exist", LOOK),
    "ModelInvalid": ("the Model that it answers with is not valid", LOOK),
    "AddressForbidden": ("the Model that it answers with may not be called", LOOK),
    "SecretNotFound": ("a Secret that it needs does not exist", LOOK),
    "SecretKeyNotFound": ("a Secret that it needs lacks a key", LOOK),
    "SecretNotAllowed": ("it asks for a Secret that no agent may have", LOOK),
    "ConfigMapNotFound": ("a ConfigMap that it needs does not exist", LOOK),
    "ConfigMapKeyNotFound": ("a ConfigMap that it needs lacks a key", LOOK),
    "EndpointUnreachable": ("it runs elsewhere, and does not answer from there", LOOK),
    "Invalid": ("its definition is not valid", LOOK),
    "NameTaken": ("something else has a name that its workers need", LOOK),
    "Forbidden": ("the cluster does not allow what its workers need", LOOK),
    "ApplyFailed": ("the cluster does not take what its workers need", LOOK),
    "ImagesNotSupported": ("it has an image of its own, which runs only in Kubernetes", CLUSTER),
    "EnvironmentNotSupported": ("it sets variables, which works only in Kubernetes", CLUSTER),
}
"""Reason of Ready=False -> what is wrong, in words that name nothing, and what comes next."""


def not_ready_message(entry: AgentEntry) -> str:
    """Two sentences; of a reason without a row the word alone is told."""
    said = f"The agent '{entry.id}' is not ready"
    if entry.ready or not _is_word(entry.reason):
        return f"{said}: none of its workers is ready yet. {WAIT}"
    what, advice = SENTENCES.get(entry.reason, ("", LOOK))
    why = f" ({entry.reason}): {what}" if what else f" ({entry.reason})"
    return f"{said}{why}. {advice.format(name=entry.name, namespace=entry.namespace)}"


def _is_word(reason: str) -> bool:
    """Whether it is CamelCase; conditions may hold other marks, of which names could be made."""
    return reason.isascii() and reason.isalnum()
