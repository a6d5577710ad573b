"""Which Secrets are Quarterdeck's own, and so nobody's to refer to."""

from collections.abc import Mapping
from typing import Any

from quarterdeck_contract.names import LABEL_API_KEY, LABEL_PART_OF, MANAGED_BY


def is_ours(metadata: Mapping[str, Any]) -> bool:
    """Whether a Secret holds what is Quarterdeck's: made at the start, or the key of an ApiKey."""
    labels = metadata.get("labels") or {}
    return LABEL_API_KEY in labels or labels.get(LABEL_PART_OF) == MANAGED_BY
