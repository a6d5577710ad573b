"""The verbs as typer sees them: arguments and help here, the doing in ``verbs``.

Each function imports its verb when it runs, which keeps ``quarterdeck version`` and the completion
of a word quick.
"""

import asyncio
from typing import Annotated, Literal

import typer

Context = Annotated[
    str | None, typer.Option("--context", help="Context of the kubeconfig: forces the cluster.")
]
Namespace = Annotated[str | None, typer.Option("--namespace", "-n", help="Namespace to use.")]
Files = Annotated[
    list[str] | None,
    typer.Option("--filename", "-f", help="File, folder, or - for stdin.", metavar="FILE"),
]
Recursive = Annotated[bool, typer.Option("--recursive", "-R", help="Folders below, too.")]
Kind = Annotated[str, typer.Argument(help="agent, model, apikey or budget.", metavar="KIND")]


def apply(
    filename: Files = None,
    recursive: Recursive = False,
    dry_run: Annotated[bool, typer.Option(help="Only say what would happen.")] = False,
    namespace: Namespace = None,
    context: Context = None,
) -> None:
    """Make it as the manifests say."""
    from quarterdeck_cli.manifests import load
    from quarterdeck_cli.target import choose
    from quarterdeck_cli.verbs.apply import apply as run

    manifests = load(_required(filename), recursive=recursive)
    asyncio.run(run(choose(context, namespace), manifests, dry_run=dry_run))


def delete(
    kind: Annotated[str | None, typer.Argument(help="Kind of the object.")] = None,
    name: Annotated[str | None, typer.Argument(help="Name of the object.")] = None,
    filename: Files = None,
    recursive: Recursive = False,
    namespace: Namespace = None,
    context: Context = None,
) -> None:
    """Delete what the manifests name, or KIND NAME."""
    from quarterdeck_cli.errors import UsageError
    from quarterdeck_cli.manifests import load
    from quarterdeck_cli.target import choose
    from quarterdeck_cli.verbs.delete import delete_manifests, delete_named

    if bool(filename) == bool(kind):
        raise UsageError("name either -f FILE or KIND NAME")
    if kind is not None and name is None:
        raise UsageError(f"which {kind}? Its name is missing")
    if kind is not None and name is not None:
        asyncio.run(delete_named(choose(context, namespace), kind, name))
    else:
        manifests = load(_required(filename), recursive=recursive)
        asyncio.run(delete_manifests(choose(context, namespace), manifests))


def get(
    kind: Annotated[
        str, typer.Argument(help="agents, models, apikeys, budgets or all.", metavar="KIND")
    ],
    name: Annotated[str | None, typer.Argument(help="Just this one.")] = None,
    output: Annotated[
        Literal["table", "wide", "yaml", "json"], typer.Option("--output", "-o", help="Form.")
    ] = "table",
    everywhere: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="In all namespaces.")
    ] = False,
    namespace: Namespace = None,
    context: Context = None,
) -> None:
    """List agents, models, keys or budgets and how they are."""
    from quarterdeck_cli.errors import UsageError
    from quarterdeck_cli.target import choose
    from quarterdeck_cli.verbs.get import get as run

    if kind == "all" and name is not None:
        raise UsageError("all takes no name")
    target = choose(context, namespace)
    asyncio.run(run(target, kind, name, output, everywhere=everywhere))


def describe(
    kind: Kind,
    name: Annotated[str, typer.Argument(help="Name of the object.")],
    namespace: Namespace = None,
    context: Context = None,
) -> None:
    """Show one object with its conditions, workers and events."""
    from quarterdeck_cli.target import choose
    from quarterdeck_cli.verbs.describe import describe as run

    asyncio.run(run(choose(context, namespace), kind, name))


def logs(
    agent: Annotated[str, typer.Argument(help="Name of the agent.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    tail: Annotated[int | None, typer.Option(help="Only the last N lines.", min=0)] = None,
    namespace: Namespace = None,
    context: Context = None,
) -> None:
    """Print what the workers of an agent say."""
    from quarterdeck_cli.target import choose
    from quarterdeck_cli.verbs.logs import logs as run

    asyncio.run(run(choose(context, namespace), agent, follow=follow, tail=tail))


def chat(
    agent: Annotated[str, typer.Argument(help="Agent, as NAME or NAMESPACE/NAME.")],
    message: Annotated[
        str | None, typer.Argument(help="What to say; absent: stdin, or a conversation.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    gateway: Annotated[
        str | None, typer.Option(help="URL of a cluster's gateway [env: QUARTERDECK_GATEWAY].")
    ] = None,
    namespace: Namespace = None,
    context: Context = None,
) -> None:
    """Chat with an agent; the answer streams."""
    from quarterdeck_cli.gateway import find_gateway
    from quarterdeck_cli.verbs.chat import chat as run

    name = f"{namespace}/{agent}" if namespace and "/" not in agent else agent
    run(find_gateway(gateway, context), name, message, as_json=as_json)


def version(
    client: Annotated[bool, typer.Option("--client", help="Do not ask the server.")] = False,
    context: Context = None,
) -> None:
    """Print the versions of this command and of the server."""
    from quarterdeck_cli.verbs.version import version as run

    run(context, client_only=client)


def _required(filename: list[str] | None) -> list[str]:
    from quarterdeck_cli.errors import UsageError

    if not filename:
        raise UsageError("-f FILE is missing: a file, a folder, or - for stdin")
    return filename
