"""``quarterdeck keys``: API keys by way of the gateway, which shows a new one exactly once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import typer

from quarterdeck_cli.errors import NotFound
from quarterdeck_cli.gateway import Gateway
from quarterdeck_cli.gateway_api import call
from quarterdeck_cli.instance import issued_key_file
from quarterdeck_cli.tables import Form, show_json, show_rows
from quarterdeck_contract.names import API_KEY_SECRET_FIELD, api_key_secret_name

_PATH: Final = "/api/v1/keys"
_COLUMNS: Final = {
    "Namespace": "namespace",
    "Name": "name",
    "Ready": "ready",
    "Owner": "owner",
    "Role": "role",
    "Team": "team",
    "Key": "hint",
    "Expires": "expires_at",
    "Last used": "last_used_at",
    "Reason": "reason",
}


async def create(gateway: Gateway, wanted: Mapping[str, Any], form: Form) -> None:
    """Make a key; it goes to stdout alone, so that it can be piped into a secret store."""
    made = await call(gateway, "POST", _PATH, body=wanted)
    if form == "json":
        show_json(made)
        return
    key = made["key"]
    typer.echo(
        f"apikey/{key['name']} created in namespace {key['namespace']}. "
        "Keep the key: it is shown only now.",
        err=True,
    )
    typer.echo(made["secret"])


def show(home: Path, namespace: str, name: str) -> None:
    """Print the key of an ApiKey manifest of this machine. Raises NotFound."""
    try:
        key = issued_key_file(home, namespace, name).read_text().strip()
    except OSError as exc:
        raise NotFound(
            f"no key of apikey/{name} of the namespace {namespace} lies in {home}\n"
            "one that was made with quarterdeck keys create was shown then, and never again\n"
            "one of a cluster: "
            f"kubectl -n {namespace} get secret {api_key_secret_name(name)}"
            f" -o jsonpath='{{.data.{API_KEY_SECRET_FIELD}}}' | base64 -d"
        ) from exc
    typer.echo(key)


async def list_keys(gateway: Gateway, namespace: str | None, form: Form) -> None:
    """Print the keys, without what they are."""
    found = await call(gateway, "GET", _PATH, query={"namespace": namespace})
    if form == "json":
        show_json(found)
    else:
        show_rows(
            found["items"],
            _COLUMNS,
            empty="no API keys: make one with quarterdeck keys create NAME --owner WHO",
        )


async def edit(
    gateway: Gateway,
    namespace: str,
    name: str,
    changes: Mapping[str, Any],
    force: bool,
    form: Form,
) -> None:
    """Change what may be changed of a key; it works on as it is. Raises Refused and NotFound."""
    query = {"force": "true"} if force else {}
    key = await call(gateway, "PATCH", f"{_PATH}/{namespace}/{name}", query=query, body=changes)
    if form == "json":
        show_json(key)
    else:
        typer.echo(f"apikey/{name} changed")


async def revoke(gateway: Gateway, namespace: str, name: str) -> None:
    """Stop a key for good; it stays listed."""
    await call(gateway, "POST", f"{_PATH}/{namespace}/{name}/revoke")
    typer.echo(f"apikey/{name} revoked")


async def rotate(
    gateway: Gateway, namespace: str, name: str, overlap: int | None, form: Form
) -> None:
    """Make a new key in place of an old one, which works on for a while."""
    body = {} if overlap is None else {"overlap_seconds": overlap}
    made = await call(gateway, "POST", f"{_PATH}/{namespace}/{name}/rotate", body=body)
    if form == "json":
        show_json(made)
    elif made["secret"] is None:
        secret = api_key_secret_name(name)
        typer.echo(f"apikey/{name} rotated: the new key is in its Secret, {secret}")
        typer.echo(f"on a laptop read it with: quarterdeck keys show {name} -n {namespace}")
    else:
        typer.echo(f"apikey/{name} rotated. Keep the key: it is shown only now.", err=True)
        typer.echo(made["secret"])
