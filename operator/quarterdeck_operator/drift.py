"""Does an observed object still say what was built? If so, no request is made.

The API server adds defaults and rewrites quantities, and other controllers add fields of their
own, so the question is never "equal" but "does it contain what we built".
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from quarterdeck_contract.names import ANNOTATION_CONTENT_HASH

MERGED_LISTS: Final[Mapping[str, str]] = {
    "containers": "name",
    "env": "name",
    "imagePullSecrets": "name",
    "ownerReferences": "uid",
    "topologySpreadConstraints": "topologyKey",
    "volumeMounts": "mountPath",
    "volumes": "name",
}
"""Lists into which others may put items of their own, and the field that names an item. An apply
replaces any other list as a whole, so there a foreign item is drift (say, in a NetworkPolicy)."""

_QUANTITIES: Final = frozenset({"requests", "limits"})
_QUANTITY: Final = re.compile(r"^([0-9]+(?:\.[0-9]+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$")
_FACTORS: Final[Mapping[str, Decimal]] = {
    "m": Decimal("0.001"),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
}


def drifted(built: Mapping[str, Any], observed: Mapping[str, Any]) -> bool:
    """Whether ``observed`` must be applied again to say what ``built`` says."""
    return _content_hash(built) != _content_hash(observed) or not contains(observed, built)


def contains(observed: object, built: object, field: str = "", quantities: bool = False) -> bool:
    """Whether everything in ``built``, which stands under ``field``, is in ``observed`` too."""
    if isinstance(built, dict):
        return isinstance(observed, dict) and all(
            name in observed
            and contains(observed[name], value, name, quantities or name in _QUANTITIES)
            for name, value in built.items()
        )
    if isinstance(built, list):
        return isinstance(observed, list) and _contains_items(observed, built, field)
    if quantities and quantity(built) is not None:
        return quantity(built) == quantity(observed)
    return built == observed and isinstance(built, bool) == isinstance(observed, bool)


def quantity(value: object) -> Decimal | None:
    """The number that a Kubernetes quantity stands for; None for anything else."""
    match = _QUANTITY.match(str(value))
    if match is None or isinstance(value, bool):
        return None
    return Decimal(match[1]) * _FACTORS.get(match[2] or "", Decimal(1))


def _contains_items(observed: Sequence[Any], built: Sequence[Any], field: str) -> bool:
    key = MERGED_LISTS.get(field)
    if key is None:
        return len(observed) == len(built) and all(
            contains(theirs, ours) for theirs, ours in zip(observed, built, strict=True)
        )
    by_key = {item.get(key): item for item in observed}
    return all(item[key] in by_key and contains(by_key[item[key]], item) for item in built)


def _content_hash(manifest: Mapping[str, Any]) -> object:
    return manifest["metadata"].get("annotations", {}).get(ANNOTATION_CONTENT_HASH)
