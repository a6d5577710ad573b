"""Money and the audit log as typer sees them; they ask the gateway, not the API server."""

import asyncio
from enum import StrEnum
from typing import Annotated, Literal

import typer

Url = Annotated[
    str | None,
    typer.Option("--gateway", help="URL of a cluster's gateway [env: QUARTERDECK_GATEWAY]."),
]
Context = Annotated[
    str | None, typer.Option("--context", help="Do not use the instance that runs here.")
]
Filter = Annotated[
    str | None, typer.Option("--namespace", "-n", help="Only this namespace; all when absent.")
]
Form = Annotated[Literal["table", "json"], typer.Option("--output", "-o", help="Form.")]
Since = Annotated[str, typer.Option(help="From when on: 24h, 7d, or a date.")]
Until = Annotated[str | None, typer.Option(help="Until when; now when absent.")]


class Dimension(StrEnum):
    """What sums can be made by."""

    AGENT = "agent"
    MODEL = "model"
    KEY = "key"
    TEAM = "team"
    NAMESPACE = "namespace"
    DAY = "day"


audit = typer.Typer(help="Who was kept out, and who changed what.")


def budgets(
    namespace: Filter = None, output: Form = "table", gateway: Url = None, context: Context = None
) -> None:
    """Show budgets: what is spent, what is left, when they start anew."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.verbs.money import budgets as run

    asyncio.run(run(find_gateway(gateway, context), namespace, output))


def costs(
    by: Annotated[list[Dimension] | None, typer.Option(help="What to sum by; repeatable.")] = None,
    since: Since = "30d",
    until: Until = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent.")] = None,
    key: Annotated[str | None, typer.Option(help="Only this key.")] = None,
    team: Annotated[str | None, typer.Option(help="Only this team.")] = None,
    namespace: Filter = None,
    output: Annotated[
        Literal["table", "json", "csv"], typer.Option("--output", "-o", help="Form.")
    ] = "table",
    gateway: Url = None,
    context: Context = None,
) -> None:
    """Sum up what chats cost."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.verbs.money import costs as run

    query = _span(since, until) | {
        "namespace": namespace,
        "agent": agent,
        "key": key,
        "team": team,
    }
    asyncio.run(
        run(
            find_gateway(gateway, context),
            query,
            [each.value for each in by or (Dimension.AGENT,)],
            output,
        )
    )


def usage(
    since: Since = "24h",
    until: Until = None,
    agent: Annotated[str | None, typer.Option(help="Only this agent.")] = None,
    key: Annotated[str | None, typer.Option(help="Only this key.")] = None,
    outcome: Annotated[
        Literal["completed", "client_gone", "upstream_error", "denied", "cut"] | None,
        typer.Option(help="Only chats that ended so."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    namespace: Filter = None,
    output: Form = "table",
    gateway: Url = None,
    context: Context = None,
) -> None:
    """List single chats: who, with whom, how long, how dear."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.verbs.money import usage as run

    query = _span(since, until) | {
        "namespace": namespace,
        "agent": agent,
        "key": key,
        "outcome": outcome,
        "limit": limit,
    }
    asyncio.run(run(find_gateway(gateway, context), query, output))


@audit.callback(invoke_without_command=True)
def audit_events(
    call: typer.Context,
    since: Since = "24h",
    until: Until = None,
    action: Annotated[str | None, typer.Option(help="Only this action.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only by this key or person.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    namespace: Filter = None,
    output: Form = "table",
    gateway: Url = None,
    context: Context = None,
) -> None:
    """List audit events, newest first."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.verbs.audit import events

    if call.invoked_subcommand is not None:
        return
    query = _span(since, until) | {
        "action": action,
        "actor": actor,
        "namespace": namespace,
        "limit": limit,
    }
    asyncio.run(events(find_gateway(gateway, context), query, output))


@audit.command("verify")
def verify_audit(output: Form = "table", gateway: Url = None, context: Context = None) -> None:
    """Find any edited, missing or reordered row; exit code 1 if there is one."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.verbs.audit import verify

    asyncio.run(verify(find_gateway(gateway, context), output))


def _span(since: str, until: str | None) -> dict[str, str | int | None]:
    from quarterdeck_cli.columns import utc_now
    from quarterdeck_cli.spans import ago

    now = utc_now()
    return {"from": ago(since, now), "to": ago(until, now) if until else None}
