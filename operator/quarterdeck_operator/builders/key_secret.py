"""The Secret of an ApiKey: the one place where its key stands in the clear.

Annotations tell what it was made for, so that a reconcile that was cut off after writing it finds
its own work, and a key that somebody edited is told from one that was made here.
"""

import base64
from typing import Any, Final

from quarterdeck_contract.names import (
    API_KEY_SECRET_FIELD,
    API_VERSION,
    GROUP,
    LABEL_API_KEY,
    LABEL_MANAGED_BY,
    LABEL_NAME,
    MANAGED_BY,
    api_key_secret_name,
)
from quarterdeck_contract.v1alpha1.api_key import ApiKey, IssuedKey
from quarterdeck_operator.cluster.port import Manifest

ANNOTATION_KEY_HASH: Final = f"{GROUP}/key-hash"
ANNOTATION_KEY_REVISION: Final = f"{GROUP}/key-revision"
ANNOTATION_KEY_CREATED: Final = f"{GROUP}/key-created-at"


def build_key_secret(api_key: ApiKey, key: str, issued: IssuedKey) -> Manifest:
    """The Secret that holds ``key``, of which ``issued`` is the public side."""
    annotations = {
        ANNOTATION_KEY_HASH: issued.hash,
        ANNOTATION_KEY_REVISION: str(issued.revision),
        ANNOTATION_KEY_CREATED: issued.created_at,
    }
    value = base64.b64encode(key.encode()).decode()
    return _secret(api_key, annotations) | {"type": "Opaque", "data": {API_KEY_SECRET_FIELD: value}}


def claimed_secret(api_key: ApiKey) -> Manifest:
    """The same without content: whose the Secret would be."""
    return _secret(api_key, {})


def _secret(api_key: ApiKey, annotations: dict[str, str]) -> dict[str, Any]:
    name = api_key.metadata.name
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": api_key_secret_name(name),
            "namespace": api_key.metadata.namespace,
            "labels": {
                LABEL_MANAGED_BY: MANAGED_BY,
                LABEL_NAME: "quarterdeck-api-key",
                LABEL_API_KEY: name,
            },
            "annotations": annotations,
            # Deleting the ApiKey need not wait for the Secret: blocking would ask for one more
            # permission and protect nothing.
            "ownerReferences": [
                {
                    "apiVersion": API_VERSION,
                    "kind": "ApiKey",
                    "name": name,
                    "uid": api_key.metadata.uid,
                    "controller": True,
                }
            ],
        },
    }
