"""What must be refused before a write: a version that is out of date, fields that others manage.

Pure. The API server has the last word on versions; saying so here first gives one message for
all writers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from quarterdeck_gateway.catalogue.port import Manifest
from quarterdeck_gateway.errors import Conflict

VERSION_FIELD: Final = "metadata.resourceVersion"
"""``param`` of a Conflict about versions, and of no other."""
_APPLY: Final = "Apply"
_VERSION: Final = ("generation", "resourceVersion", "uid")


def require_version(stored: Manifest | None, wanted: Manifest) -> None:
    """Raises Conflict when ``wanted`` names a resourceVersion that ``stored`` no longer has, unless
    it names the generation too, which is still the same, and has nothing to say about labels and
    annotations but what they are: then only the status moved on, as it does all the time."""
    given = wanted["metadata"]
    if not given.get("resourceVersion"):
        return
    if stored is None:
        raise Conflict(
            f"{_named(wanted)} was deleted since you read it: "
            f"leave {VERSION_FIELD} out to create it again.",
            param=VERSION_FIELD,
        )
    found = stored["metadata"]
    moved = str(given["resourceVersion"]) != str(found.get("resourceVersion"))
    another = given.get("uid") not in (None, "", found.get("uid"))
    if another or (moved and not _only_status_moved(found, given)):
        raise Conflict(
            f"{_named(wanted)} was changed since you read it: load it again and repeat the change.",
            param=VERSION_FIELD,
        )


def version_of(stored: Manifest) -> str:
    """What ``at_version`` takes: names the object and the state that it is in. Three parts of a
    manifest's metadata with dots between them; what the object does not have is empty."""
    metadata = stored["metadata"]
    return ".".join(str(metadata.get(field) or "") for field in _VERSION)


def at_version(wanted: Manifest, version: str) -> Manifest:
    """``wanted`` as a change of what had this ``version_of``: ``require_version`` refuses it where
    another object, or another spec, stands there now."""
    generation, resource_version, uid = version.split(".")
    known = {"generation": int(generation), "resourceVersion": resource_version, "uid": uid}
    return {**wanted, "metadata": {**wanted["metadata"], **known}}


def _only_status_moved(found: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether nothing is lost that somebody else wrote: no counter tells changes of metadata."""
    same_spec = given.get("generation") is not None and given["generation"] == found["generation"]
    return same_spec and all(
        given.get(field) is None or dict(given[field]) == (found.get(field) or {})
        for field in ("labels", "annotations")
    )


def require_own(stored: Manifest, patch: Mapping[str, Any], us: str) -> None:
    """Raises Conflict when ``patch`` changes a field that another manager applies, as
    ``kubectl apply --server-side`` would; fields that were merely edited belong to nobody."""
    managers: Sequence[Mapping[str, Any]] = stored["metadata"].get("managedFields") or ()
    for each in managers:
        others = each.get("manager") != us and each.get("operation") == _APPLY
        if not others or each.get("subresource"):
            continue
        field = next(_shared(patch, each.get("fieldsV1") or {}), None)
        if field is not None:
            raise Conflict(
                f"{field} of {_named(stored)} is managed by '{each.get('manager')}': "
                "change it there, or repeat with force=true to take it over.",
                param=field,
            )


def _shared(patch: Mapping[str, Any], owned: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Paths of the leaves of ``patch`` that are in ``owned``, a tree of ``f:`` names."""
    for name, value in patch.items():
        below = owned.get(f"f:{name}")
        if below is None:
            continue
        here = f"{path}.{name}" if path else name
        if isinstance(value, Mapping) and below:
            yield from _shared(value, below, here)
        else:
            yield here


def _named(manifest: Manifest) -> str:
    return f"{manifest['kind']} '{manifest['metadata']['name']}'"
