"""``quarterdeck describe``: one object with its conditions, workers and latest events."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import typer
import yaml

from quarterdeck_cli.columns import age, utc_now
from quarterdeck_cli.instance import ANNOTATION_MANIFEST
from quarterdeck_cli.kinds import SHOWN, KnownKind, known_kind
from quarterdeck_cli.tables import printable
from quarterdeck_cli.target import Target, connect
from quarterdeck_contract.names import LABEL_AGENT
from quarterdeck_kube.client import KubeClient
from quarterdeck_kube.errors import Forbidden
from quarterdeck_kube.resources import AGENT, EVENT, POD, Manifest

_EVENTS: Final = 20


async def describe(target: Target, kind: str, name: str) -> None:
    """Print everything worth knowing. Raises NotFound."""
    known = known_kind(kind, SHOWN)
    async with connect(target) as client:
        found = await client.get(known.resource, target.namespace, name)
        events = await _events(client, known, target.namespace, name)
        pods = await _pods(client, target.namespace, name) if known.resource is AGENT else []
    sections = [
        _heading(found),
        _spec(found),
        _facts(found),
        _conditions(found),
        _workers(pods) if known.resource is AGENT else [],
        _event_lines(events),
    ]
    typer.echo("\n".join(printable(line) for section in sections for line in section))


async def _events(
    client: KubeClient, known: KnownKind, namespace: str, name: str
) -> Sequence[Manifest]:
    selector = f"regarding.kind={known.resource.kind},regarding.name={name}"
    try:
        found = await client.list(EVENT, namespace, field_selector=selector)
    except Forbidden:
        # Who may see agents may not always see events; the rest is worth showing.
        return []
    return sorted(found.items, key=_time)[-_EVENTS:]


async def _pods(client: KubeClient, namespace: str, agent: str) -> Sequence[Manifest]:
    try:
        return (await client.list(POD, namespace, label_selector=f"{LABEL_AGENT}={agent}")).items
    except Forbidden:
        return []


def _heading(found: Manifest) -> Iterable[str]:
    metadata = found["metadata"]
    labels = ", ".join(f"{key}={value}" for key, value in metadata.get("labels", {}).items())
    source = metadata.get("annotations", {}).get(ANNOTATION_MANIFEST)
    yield f"Name:       {metadata['name']}"
    yield f"Namespace:  {metadata['namespace']}"
    yield f"Kind:       {found['kind']}"
    yield f"Created:    {metadata['creationTimestamp']}"
    if labels:
        yield f"Labels:     {labels}"
    if source:
        yield f"Manifest:   {source}"


def _spec(found: Manifest) -> Iterable[str]:
    yield "Spec:"
    text = yaml.safe_dump(found["spec"], sort_keys=False, allow_unicode=True)
    yield from (f"  {line}" for line in text.splitlines())


def _facts(found: Manifest) -> Iterable[str]:
    """What the status says in single words and numbers."""
    facts = {
        name: value
        for name, value in found.get("status", {}).items()
        if isinstance(value, str | int | float) and name != "observedGeneration"
    }
    if facts:
        yield "Status:"
        yield from (f"  {name}: {value}" for name, value in facts.items())


def _conditions(found: Manifest) -> Iterable[str]:
    yield "Conditions:"
    conditions = found.get("status", {}).get("conditions", [])
    if not conditions:
        yield "  none yet: has the operator seen it?"
    for each in conditions:
        since = _ago(each.get("lastTransitionTime"))
        text = ": ".join(filter(None, (each["reason"], each.get("message"))))
        yield f"  {each['type']:<14} {each['status']:<8} {since:>5}  {text}"


def _workers(pods: Sequence[Manifest]) -> Iterable[str]:
    yield "Workers:" if pods else "Workers:    none"
    for pod in pods:
        conditions = pod.get("status", {}).get("conditions", [])
        ready = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
        state = "ready" if ready else pod.get("status", {}).get("phase", "Unknown").lower()
        yield f"  {pod['metadata']['name']}  {state}"


def _event_lines(events: Sequence[Manifest]) -> Iterable[str]:
    if events:
        yield "Events:"
    for each in events:
        yield f"  {each.get('type', ''):<8} {_ago(_time(each)):>5}  {_event_text(each)}"


def _event_text(event: Mapping[str, Any]) -> str:
    return f"{event.get('reason', '')}: {event.get('note', '')}"


def _time(event: Mapping[str, Any]) -> str:
    return str(event.get("eventTime") or event["metadata"].get("creationTimestamp") or "")


def _ago(timestamp: str | None) -> str:
    return age(timestamp, utc_now()) if timestamp else ""
