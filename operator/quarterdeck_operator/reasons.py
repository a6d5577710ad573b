"""Reasons of conditions and Events: stable words that people and programs may match on."""

from typing import Final

# Ready=True.
WORKERS_READY: Final = "WorkersReady"
"""As many workers as wanted are available and up to date."""
ROLLING_OUT: Final = "RollingOut"
"""Chats are answered while workers are being replaced or added."""
SOME_WORKERS_UNAVAILABLE: Final = "SomeWorkersUnavailable"
"""Chats are answered by fewer workers than wanted: some crashed or were evicted."""
ENDPOINT_READY: Final = "EndpointReady"
"""The external agent's address answers."""
CREDENTIALS_FOUND: Final = "CredentialsFound"
"""The Model's Secret and key exist; whether the provider accepts the key shows in a chat."""
NO_CREDENTIALS_NEEDED: Final = "NoCredentialsNeeded"
"""The Model needs no Secret."""
ACTIVE: Final = "Active"
"""The ApiKey opens what it says; the Budget is in force."""

# Ready=False, and nothing is known to be wrong.
WAITING_FOR_WORKERS: Final = "WaitingForWorkers"
"""Workers were asked for and none is available yet."""

# Ready=False while Kubernetes tries again; of Reconciling or Stalled where some workers do answer.
WORKERS_CRASHING: Final = "WorkersCrashing"
"""Workers start and end again: the message has the last exit and how to read the log."""
IMAGE_UNAVAILABLE: Final = "ImageUnavailable"
"""The workers' image cannot be pulled, or is not on the node."""
WORKERS_CANNOT_START: Final = "WorkersCannotStart"
"""The workers' container cannot be made or started: a Secret, a key or the program is missing."""
WORKERS_UNSCHEDULABLE: Final = "WorkersUnschedulable"
"""No node takes the workers' pods; the message is the scheduler's."""
POD_TROUBLES: Final = (
    WORKERS_CRASHING,
    WORKERS_CANNOT_START,
    IMAGE_UNAVAILABLE,
    WORKERS_UNSCHEDULABLE,
)
"""What pods tell and their Deployment does not, the gravest first."""

# Ready=False, and it was wanted so.
SUSPENDED: Final = "Suspended"
"""spec.suspended is true."""
SCALED_TO_ZERO: Final = "ScaledToZero"
"""spec.replicas is 0."""
REVOKED: Final = "Revoked"
"""The ApiKey's spec.revoked is true."""
EXPIRED: Final = "Expired"
"""The ApiKey's spec.expiresAt has passed."""

# Ready=False until something else appears.
MODEL_NOT_FOUND: Final = "ModelNotFound"
SECRET_NOT_FOUND: Final = "SecretNotFound"  # noqa: S105 - a reason
SECRET_KEY_NOT_FOUND: Final = "SecretKeyNotFound"  # noqa: S105 - a reason
CONFIG_MAP_NOT_FOUND: Final = "ConfigMapNotFound"
CONFIG_MAP_KEY_NOT_FOUND: Final = "ConfigMapKeyNotFound"
SCOPE_NOT_FOUND: Final = "ScopeNotFound"
"""The Agent or ApiKey that the Budget counts does not exist; it counts once it does."""
ENDPOINT_UNREACHABLE: Final = "EndpointUnreachable"
"""The external agent's address does not answer, or not well."""

# Ready=False until a person acts.
INVALID: Final = "Invalid"
"""The stored object, or what was built from it, breaks a rule."""
MODEL_INVALID: Final = "ModelInvalid"
"""The Model that the Agent names is stored in a shape that this version refuses."""
NAME_TAKEN: Final = "NameTaken"
"""An object of a child's name exists that we do not control."""
FORBIDDEN: Final = "Forbidden"
"""RBAC, a quota or an admission policy refuses what the operator must do."""
ROLLOUT_FAILED: Final = "RolloutFailed"
"""New workers do not come up, and the Deployment does not say why in a word of its own; usually
it does, as ProgressDeadlineExceeded, and then that word is the reason."""
INVALID_EXPIRY: Final = "InvalidExpiry"
"""The ApiKey's spec.expiresAt is no time with a zone: no key of it works."""
NAMESPACES_NOT_PERMITTED: Final = "NamespacesNotPermitted"
"""The ApiKey names other namespaces than its own and is not in the installation's: it works, in
its own namespace alone."""
ADDRESS_FORBIDDEN: Final = "AddressForbidden"
"""The Model's spec.baseURL leads to a metadata service or another address nobody may call."""
SECRET_NOT_ALLOWED: Final = "SecretNotAllowed"  # noqa: S105 - a reason
"""The Secret holds a key of an ApiKey or is the installation's own: no worker gets it."""
TIME_ZONE_UNKNOWN: Final = "TimeZoneUnknown"
"""The Budget's spec.timeZone is no IANA name."""
PEPPER_WEAK: Final = "PepperWeak"
"""The secret behind the hashes of keys is too short to be one."""
REPLICA_FAILURE: Final = "ReplicaFailure"
"""Pods cannot be created: a quota or an admission policy, usually."""

# Tried again with back-off.
APPLY_FAILED: Final = "ApplyFailed"
"""The cluster refuses or fails repeatedly; the message says how."""
PREDECESSOR_LEAVING: Final = "PredecessorLeaving"
"""A child of a deleted resource of the same name has not been collected yet."""

PEPPER_MISSING: Final = "PepperMissing"
"""The secret behind the hashes of keys has not been made yet."""

# Of Events alone.
KEY_REPLACED: Final = "KeyReplaced"
"""A new key took the place of another: after a rotation, or because its Secret was lost."""

# Of Reconciling and Stalled while they are False.
SETTLED: Final = "Settled"
NOT_STALLED: Final = "NotStalled"

# Of the condition ScalingActive.
SCALING_UNKNOWN: Final = "AutoscalerSilent"
"""The HorizontalPodAutoscaler has not said anything yet."""
