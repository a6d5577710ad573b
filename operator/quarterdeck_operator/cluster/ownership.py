"""Whose object is it? Asked before every write, so that nothing foreign is ever changed.

Server-side apply with force would silently adopt any object that happens to bear the name.
"""

from collections.abc import Mapping
from typing import Any

from quarterdeck_contract.names import API_VERSION
from quarterdeck_operator import reasons
from quarterdeck_operator.cluster.port import Manifest, key_of
from quarterdeck_operator.errors import Stalled, Transient


def controller_of(manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The owner reference with ``controller: true``, if there is one."""
    references = manifest["metadata"].get("ownerReferences") or ()
    return next((owner for owner in references if owner.get("controller")), None)


def controls(uid: str, manifest: Mapping[str, Any]) -> bool:
    """Whether the object's controller has this uid."""
    controller = controller_of(manifest)
    return controller is not None and controller.get("uid") == uid


def judge(wanted: Manifest, found: Mapping[str, Any]) -> None:
    """Return if ``found`` has the same controller as ``wanted``; raise Stalled or Transient."""
    ours, theirs = controller_of(wanted), controller_of(found)
    if ours is None:
        raise ValueError(f"{key_of(wanted)} was built without a controller reference")
    if theirs is not None and theirs["uid"] == ours["uid"]:
        return
    kind, name = wanted["kind"], wanted["metadata"]["name"]
    if theirs is not None and _same_name(ours, theirs):
        raise Transient(
            reasons.PREDECESSOR_LEAVING,
            f'{kind} "{name}" still belongs to a deleted {ours["kind"]} of this name',
        )
    raise Stalled(
        reasons.NAME_TAKEN,
        f'{kind} "{name}" exists and does not belong to this {ours["kind"]}: '
        f"delete it or give the {ours['kind']} another name",
    )


def _same_name(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return theirs.get("apiVersion") == API_VERSION and all(
        ours[field] == theirs.get(field) for field in ("kind", "name")
    )
