"""``quarterdeck apply``: the documents in their order, each with a word about what became of it."""

from collections.abc import Sequence

import typer

from quarterdeck_cli.instance import ANNOTATION_MANIFEST
from quarterdeck_cli.kinds import kind_of
from quarterdeck_cli.manifests import placed
from quarterdeck_cli.target import Target, connect
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import NotFound
from quarterdeck_kube.resources import Manifest


async def apply(target: Target, manifests: Sequence[Manifest], *, dry_run: bool) -> None:
    """Apply manifests that have been judged good; a line for each says what became of it."""
    target.announce()
    async with connect(target) as client:
        for manifest in manifests:
            await _apply_one(client, placed(manifest, target.namespace), dry_run)


async def _apply_one(client: KubeClient, manifest: Manifest, dry_run: bool) -> None:
    known, metadata = kind_of(manifest), manifest["metadata"]
    before = await _version(client, manifest)
    stored = await client.apply(known.resource, manifest, dry_run=dry_run)
    if before is None:
        word = "created"
    else:
        word = "unchanged" if stored["metadata"]["resourceVersion"] == before else "configured"
    typer.echo(f"{known.label(metadata['name'])} {word}{' (dry run)' if dry_run else ''}")
    source = stored["metadata"].get("annotations", {}).get(ANNOTATION_MANIFEST)
    if source and word != "unchanged":
        typer.echo(
            f"warning: it also stands in {source}: that counts again when the folder changes",
            err=True,
        )


async def _version(client: KubeClient, manifest: Manifest) -> str | None:
    """The resourceVersion before; None when there is no such object."""
    metadata = manifest["metadata"]
    try:
        found = await client.get(
            kind_of(manifest).resource, metadata["namespace"], metadata["name"]
        )
    except NotFound as exc:
        if exc.api_missing:
            raise
        return None
    return str(found["metadata"]["resourceVersion"])
