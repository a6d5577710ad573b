"""``quarterdeck delete``: what the files name, or one object by kind and name."""

from collections.abc import Sequence

import typer

from quarterdeck_cli.errors import NotFound
from quarterdeck_cli.instance import ANNOTATION_MANIFEST
from quarterdeck_cli.kinds import KnownKind, kind_of, known_kind
from quarterdeck_cli.manifests import placed
from quarterdeck_cli.target import Target, connect
from quarterdeck_kube import errors as kube
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import Manifest


async def delete_manifests(target: Target, manifests: Sequence[Manifest]) -> None:
    """Delete what the manifests name, last first. Raises NotFound when something was not there."""
    named = [
        (kind_of(each), each["metadata"]["namespace"], each["metadata"]["name"])
        for each in (placed(manifest, target.namespace) for manifest in manifests)
    ]
    await _delete_all(target, named[::-1])


async def delete_named(target: Target, kind: str, name: str) -> None:
    """Delete one object. Raises NotFound."""
    await _delete_all(target, [(known_kind(kind), target.namespace, name)])


async def _delete_all(target: Target, named: Sequence[tuple[KnownKind, str, str]]) -> None:
    target.announce()
    missing = []
    async with connect(target) as client:
        for known, namespace, name in named:
            if not await _delete(client, known, namespace, name):
                missing.append(f'{known.label(name)} not found in namespace "{namespace}"')
    if missing:
        raise NotFound("\n".join(missing))


async def _delete(client: KubeClient, known: KnownKind, namespace: str, name: str) -> bool:
    try:
        found = await client.get(known.resource, namespace, name)
    except kube.NotFound:
        return False
    deleted = await client.delete(known.resource, namespace, name)
    typer.echo(f"{known.label(name)} deleted")
    source = found["metadata"].get("annotations", {}).get(ANNOTATION_MANIFEST)
    if source:
        typer.echo(
            f"warning: it still stands in {source}, which brings it back when the folder changes"
            " or at the next start: remove it there",
            err=True,
        )
    return deleted
