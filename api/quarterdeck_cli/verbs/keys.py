"""``quarterdeck keys``: API keys by way of the gateway, which shows a new one exactly once."""

from collections.abc import Mapping
from typing import Any, Final

import typer

from quarterdeck_cli.gateway import Gateway
from quarterdeck_cli.gateway_api import call
from quarterdeck_cli.tables import Form, show_json, show_rows

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
        typer.echo(f"apikey/{name} rotated: the new key is in its Secret, apikey-{name}")
    else:
        typer.echo(f"apikey/{name} rotated. Keep the key: it is shown only now.", err=True)
        typer.echo(made["secret"])
