"""``quarterdeck get``: the columns of ``kubectl get``, or whole objects."""

import json
from collections.abc import Sequence
from typing import Literal

import typer
import yaml
from rich.table import Table
from rich.text import Text

from quarterdeck_cli.columns import cell, utc_now
from quarterdeck_cli.errors import NotFound
from quarterdeck_cli.kinds import SHOWN, KnownKind, known_kind
from quarterdeck_cli.tables import printable, show, table
from quarterdeck_cli.target import Target, connect
from quarterdeck_contract.v1alpha1.kinds import KINDS
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.resources import Manifest

Output = Literal["table", "wide", "yaml", "json"]
_COLOURS = {"True": "green", "False": "red", "Unknown": "yellow"}


async def get(
    target: Target, kind: str, name: str | None, output: Output, *, everywhere: bool
) -> None:
    """Print objects of a kind, or of every kind of ours for ``all``. Raises NotFound."""
    kinds = SHOWN if kind == "all" else (known_kind(kind, SHOWN),)
    async with connect(target) as client:
        found = [
            (known, await _objects(client, known, None if everywhere else target.namespace, name))
            for known in kinds
        ]
    if output in ("yaml", "json"):
        _print_objects([each for _, objects in found for each in objects], output, name)
    elif not any(objects for _, objects in found):
        where = "any namespace" if everywhere else f'namespace "{target.namespace}"'
        typer.echo(f"no {' or '.join(known.resource.plural for known in kinds)} in {where}")
    else:
        _print_tables(found, wide=output == "wide", everywhere=everywhere)


async def _objects(
    client: KubeClient, known: KnownKind, namespace: str | None, name: str | None
) -> Sequence[Manifest]:
    if name is None:
        return (await client.list(known.resource, namespace)).items
    if namespace is None:
        listed = (await client.list(known.resource, None)).items
        named = [each for each in listed if each["metadata"]["name"] == name]
        if not named:
            raise NotFound(f"{known.label(name)} not found in any namespace")
        return named
    return [await client.get(known.resource, namespace, name)]


def _print_objects(objects: list[Manifest], output: str, name: str | None) -> None:
    for each in objects:
        each["metadata"].pop("managedFields", None)
    whole: Manifest = {"apiVersion": "v1", "kind": "List", "items": objects}
    shown = objects[0] if name is not None and len(objects) == 1 else whole
    if output == "json":
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        typer.echo(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True), nl=False)


def _print_tables(
    found: list[tuple[KnownKind, Sequence[Manifest]]], *, wide: bool, everywhere: bool
) -> None:
    shown = [(known, objects) for known, objects in found if objects]
    for index, (known, objects) in enumerate(shown):
        if index:
            typer.echo()
        show(_table(known, objects, wide, everywhere, prefixed=len(found) > 1))


def _table(
    known: KnownKind, objects: Sequence[Manifest], wide: bool, everywhere: bool, *, prefixed: bool
) -> Table:
    columns = [c for c in KINDS[known.resource.kind].described.columns if wide or not c.priority]
    made = table([*(["Namespace"] if everywhere else []), "Name", *(each.name for each in columns)])
    now = utc_now()
    for manifest in objects:
        metadata = manifest["metadata"]
        label = known.label(metadata["name"]) if prefixed else metadata["name"]
        cells = [_coloured(c.name, cell(manifest, c, now)) for c in columns]
        made.add_row(*([metadata["namespace"]] if everywhere else []), label, *cells)
    return made


def _coloured(column: str, text: str) -> Text:
    return Text(printable(text), style=_COLOURS.get(text, "") if column == "Ready" else "")
