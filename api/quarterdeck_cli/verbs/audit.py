"""``quarterdeck audit``: who was kept out, who changed what, and whether the log is whole."""

from typing import Final

import typer

from quarterdeck_cli.errors import Refused
from quarterdeck_cli.gateway import Gateway
from quarterdeck_cli.gateway_api import Query, call
from quarterdeck_cli.tables import Form, show_json, show_rows

_COLUMNS: Final = {
    "Seq": "seq",
    "At": "at",
    "Action": "action",
    "Actor": "actor",
    "Address": "address",
    "Namespace": "namespace",
    "Subject": "subject",
}


async def events(gateway: Gateway, query: Query, form: Form) -> None:
    """Print events, newest first."""
    found = await call(gateway, "GET", "/api/v1/audit", query=query)
    if form == "json":
        show_json(found)
    else:
        show_rows(found["items"], _COLUMNS, right=("Seq",), empty="no audit events in that time")


async def verify(gateway: Gateway, form: Form) -> None:
    """Check every row's place in the chain. Raises Refused, which names the first bad row."""
    found = await call(gateway, "GET", "/api/v1/audit/verify")
    if form == "json":
        show_json(found)
    elif found["ok"]:
        typer.echo(f"the audit log is whole: {found['rows']} events")
        typer.echo(f"checkpoint {found['checkpoint']}")
    if not found["ok"]:
        problem = found["problem"]
        raise Refused(f"the audit log was tampered with: row {problem['seq']}: {problem['what']}")
