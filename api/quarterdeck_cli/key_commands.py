"""``quarterdeck keys`` as typer sees it; the gateway is asked, not the API server."""

import asyncio
from typing import Annotated, Any, Literal

import typer

from quarterdeck_cli.administration import Context, Filter, Form, Url

Namespace = Annotated[str, typer.Option("--namespace", "-n", help="Namespace to use.")]

keys = typer.Typer(help="Make, list, edit, rotate and revoke API keys.", no_args_is_help=True)


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="Name of the ApiKey.")],
    owner: Annotated[str, typer.Option(help="Who will use it.")],
    role: Annotated[
        Literal["viewer", "user", "editor", "admin"], typer.Option(help="What it may do.")
    ] = "user",
    agent: Annotated[
        list[str] | None, typer.Option(help="Agent it may chat with; patterns; repeatable.")
    ] = None,
    enter: Annotated[
        list[str] | None,
        typer.Option(help="Namespace it may enter; only from the installation's namespace."),
    ] = None,
    team: Annotated[str | None, typer.Option(help="Team whose budgets pay.")] = None,
    expires: Annotated[str | None, typer.Option(help="When it ends: 90d, or a date.")] = None,
    requests_per_minute: Annotated[int | None, typer.Option(min=1)] = None,
    tokens_per_minute: Annotated[int | None, typer.Option(min=1)] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Chats at once.")] = None,
    namespace: Namespace = "default",
    output: Form = "table",
    gateway: Url = None,
    context: Context = None,
) -> None:
    """Make a key and print it, once."""
    from quarterdeck_cli.columns import utc_now
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.spans import ahead
    from quarterdeck_cli.verbs.keys import create

    given = _limits(requests_per_minute, tokens_per_minute, concurrency)
    wanted = {
        "namespace": namespace,
        "name": name,
        "owner": owner,
        "role": role,
        "agents": agent,
        "namespaces": enter,
        "team": team,
        "rate_limit": given or None,
        "expires_at": ahead(expires, utc_now()) if expires else None,
    }
    body = {field: value for field, value in wanted.items() if value is not None}
    asyncio.run(create(find_gateway(gateway, context), body, output))


@keys.command("edit")
def edit_key(
    name: Annotated[str, typer.Argument(help="Name of the ApiKey.")],
    owner: Annotated[str | None, typer.Option(help="Who will use it.")] = None,
    expires: Annotated[
        str | None, typer.Option(help="When it ends: 90d, a date, or never.")
    ] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=0, help="0 for no such limit.")
    ] = None,
    tokens_per_minute: Annotated[
        int | None, typer.Option(min=0, help="0 for no such limit.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=0, help="Chats at once; 0 for no such limit.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also a key that something else manages.")
    ] = False,
    namespace: Namespace = "default",
    output: Form = "table",
    gateway: Url = None,
    context: Context = None,
) -> None:
    """Change whose a key is, its limits, or when it ends; role and reach stay."""
    from quarterdeck_cli.columns import utc_now
    from quarterdeck_cli.errors import UsageError
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.spans import ahead
    from quarterdeck_cli.verbs.keys import edit

    limits = _limits(requests_per_minute, tokens_per_minute, concurrency)
    changes: dict[str, Any] = {} if owner is None else {"owner": owner}
    if limits:
        changes["rate_limit"] = {field: value or None for field, value in limits.items()}
    if expires is not None:
        changes["expires_at"] = None if expires == "never" else ahead(expires, utc_now())
    if not changes:
        raise UsageError("say what to change: --owner, --expires or a limit")
    asyncio.run(edit(find_gateway(gateway, context), namespace, name, changes, force, output))


def _limits(
    requests_per_minute: int | None, tokens_per_minute: int | None, concurrency: int | None
) -> dict[str, int]:
    """Those that were named, as an ApiKey spells them."""
    limits = {
        "requestsPerMinute": requests_per_minute,
        "tokensPerMinute": tokens_per_minute,
        "concurrency": concurrency,
    }
    return {field: value for field, value in limits.items() if value is not None}


@keys.command("show")
def show_key(
    name: Annotated[str, typer.Argument(help="Name of the ApiKey.")],
    namespace: Namespace = "default",
) -> None:
    """Print the key of an ApiKey that was applied here as a manifest."""
    from quarterdeck_cli.instance import home_directory
    from quarterdeck_cli.verbs.keys import show

    show(home_directory(), namespace, name)


@keys.command("list")
def list_keys(
    namespace: Filter = None, output: Form = "table", gateway: Url = None, context: Context = None
) -> None:
    """List keys: whose they are, what they may do, when they were last used."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.verbs.keys import list_keys as run

    asyncio.run(run(find_gateway(gateway, context), namespace, output))


@keys.command("revoke")
def revoke_key(
    name: Annotated[str, typer.Argument(help="Name of the ApiKey.")],
    namespace: Namespace = "default",
    gateway: Url = None,
    context: Context = None,
) -> None:
    """Stop a key in every gateway within a second."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.verbs.keys import revoke

    asyncio.run(revoke(find_gateway(gateway, context), namespace, name))


@keys.command("rotate")
def rotate_key(
    name: Annotated[str, typer.Argument(help="Name of the ApiKey.")],
    overlap: Annotated[
        str | None, typer.Option(help="How long the old key works on: 1h, 7d.")
    ] = None,
    namespace: Namespace = "default",
    output: Form = "table",
    gateway: Url = None,
    context: Context = None,
) -> None:
    """Make a new key; the old one works on for a while."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.spans import seconds_of
    from quarterdeck_cli.verbs.keys import rotate

    seconds = None if overlap is None else seconds_of(overlap)
    asyncio.run(rotate(find_gateway(gateway, context), namespace, name, seconds, output))
