"""Every name that two planes must spell alike: API group, labels, annotations, ports, paths.

A string literal for one of these anywhere else is a bug waiting for a typo.
"""

import hashlib
import hmac
import secrets
from typing import Final

GROUP: Final = "quarterdeck.dev"
VERSION: Final = "v1alpha1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
CATEGORY: Final = "quarterdeck"

FIELD_MANAGER: Final = "quarterdeck-operator"
"""Field manager of everything the operator applies."""

# Labels on the objects that the operator owns.
LABEL_MANAGED_BY: Final = "app.kubernetes.io/managed-by"
LABEL_NAME: Final = "app.kubernetes.io/name"
LABEL_COMPONENT: Final = "app.kubernetes.io/component"
LABEL_PART_OF: Final = "app.kubernetes.io/part-of"
LABEL_AGENT: Final = f"{GROUP}/agent"
LABEL_METRICS: Final = f"{GROUP}/metrics"
"""``true`` on pods of workers that answer GET /metrics; on no selector, for it may change."""
MANAGED_BY: Final = "quarterdeck"
WORKER_COMPONENT: Final = "worker"
GATEWAY_COMPONENT: Final = "gateway"
OPERATOR_COMPONENT: Final = "operator"
PROMETHEUS_COMPONENT: Final = "prometheus"

ANNOTATION_CONTENT_HASH: Final = f"{GROUP}/content-hash"
"""Hash of the manifest as it was built; equal hash and no drift means no request."""
ANNOTATION_CONFIG_HASH: Final = f"{GROUP}/config-hash"
"""On the pod template: hash of WorkerConfig, Secrets and ConfigMaps; a change rolls the workers."""

WORKER_PORT: Final = 8080
WORKER_PORT_NAME: Final = "http"
WORKER_CONTAINER: Final = "worker"
WORKER_CONFIG_KEY: Final = "worker.json"
WORKER_CONFIG_DIRECTORY: Final = "/etc/quarterdeck"
WORKER_CONFIG_PATH: Final = f"{WORKER_CONFIG_DIRECTORY}/{WORKER_CONFIG_KEY}"

ENV_TRACES_ENDPOINT: Final = "QUARTERDECK_TRACES_ENDPOINT"
ENV_WORKER_CONFIG: Final = "QUARTERDECK_WORKER_CONFIG"
ENV_WORKER_TOKEN: Final = "QUARTERDECK_WORKER_TOKEN"  # noqa: S105 - the name, not a token
ENV_LISTEN_FD: Final = "QUARTERDECK_LISTEN_FD"
ENV_PARENT_FD: Final = "QUARTERDECK_PARENT_FD"

HEADER_REQUEST_ID: Final = "x-request-id"
HEADER_TRACEPARENT: Final = "traceparent"
"""W3C trace context, https://www.w3.org/TR/trace-context/."""
HEADER_WORKER_TOKEN: Final = "x-quarterdeck-worker-token"  # noqa: S105 - the name, not a token
HEADER_AGENT: Final = "x-quarterdeck-agent"
"""``namespace/name`` of an agent. In responses: the one that answered. From the gateway to a
worker: the one that was asked; a worker of another one refuses, for an Agent's ``runtime.endpoint``
could lead the gateway to it past its own agent's keys and budgets."""
HEADER_MODEL: Final = "x-quarterdeck-model"
"""From the gateway to a worker: answer with this Model instead of the first choice. In responses:
the Model that a budget's downgrade chose."""
HEADER_COST: Final = "x-quarterdeck-cost"
"""Response header: what the chat cost, in USD with six decimals."""
COST_EVENT: Final = "quarterdeck.cost"
"""Name of the event behind the end of a stream that tells what it cost."""
HEADER_DEMO_MODEL: Final = "x-quarterdeck-demo-model"
"""Response header: ``true`` where the demo model answered."""

ADMIN_KEY_SECRET: Final = "quarterdeck-admin-key"  # noqa: S105 - a Secret's name
GATEWAY_AUTH_SECRET: Final = "quarterdeck-gateway-auth"  # noqa: S105 - a Secret's name
GATEWAY_AUTH_KEY: Final = "adminKeyHash"

OPERATOR_LEASE: Final = "quarterdeck-operator"
"""Lease that the operator which works holds, in the installation's namespace."""
KEY_PREFIX: Final = "qd_"
"""What every API key begins with."""
PEPPER_SECRET: Final = "quarterdeck-key-pepper"  # noqa: S105 - a Secret's name
PEPPER_KEY: Final = "pepper"
MIN_PEPPER_BYTES: Final = 32
LABEL_TEAM: Final = f"{GROUP}/team"
"""On an ApiKey or an Agent: the team whose budget pays."""
ANNOTATION_MANIFEST: Final = f"{GROUP}/manifest"
"""On objects that came from a laptop's manifests folder: the file and document they stand in."""
ANNOTATION_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
"""On objects that ``kubectl apply`` without ``--server-side`` wrote: what it sent."""
LABEL_API_KEY: Final = f"{GROUP}/api-key"
API_KEY_SECRET_FIELD: Final = "key"  # noqa: S105 - the name, not a key
GATEWAY_FIELD_MANAGER: Final = "quarterdeck-gateway"
SYSTEM_NAMESPACE: Final = "quarterdeck-system"
"""Namespace of the installation by default; keys in it may enter others."""

MAX_NAME_LENGTH: Final = 50
"""Longest name of our kinds: leaves room for the suffixes of children in a 63-character label."""


def model_key_env(index: int) -> str:
    """Environment variable that holds the API key of the ``index``-th model of a worker."""
    return f"QUARTERDECK_MODEL_{index}_API_KEY"


def worker_labels(agent: str) -> dict[str, str]:
    """Labels of every object that belongs to ``agent``; also the selector of its pods."""
    return {
        LABEL_MANAGED_BY: MANAGED_BY,
        LABEL_NAME: "quarterdeck-worker",
        LABEL_COMPONENT: WORKER_COMPONENT,
        LABEL_AGENT: agent,
    }


def worker_name(agent: str) -> str:
    """Name of an agent's Deployment, Service and kin: no clash with a person's own objects."""
    return f"agent-{agent}"


def api_key_secret_name(api_key: str) -> str:
    """Name of the Secret in which the operator puts the key of an ApiKey."""
    return f"apikey-{api_key}"


def key_hash(pepper: bytes, key: str) -> str:
    """HMAC-SHA256 of an API key in hex: a fast hash, for a key has 32 random bytes."""
    return hmac.digest(pepper, key.encode("utf-8", "surrogateescape"), "sha256").hex()


def new_key() -> str:
    """A new API key: 32 random bytes behind a prefix by which leaked ones can be searched for."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def key_hint(key: str) -> str:
    """The part of a key by which a person recognises it: prefix and four characters."""
    return key[: len(KEY_PREFIX) + 4]


def short_hash(content: bytes) -> str:
    """Twelve hex digits of SHA-256: enough to tell contents apart, short enough to read."""
    return hashlib.sha256(content).hexdigest()[:12]
