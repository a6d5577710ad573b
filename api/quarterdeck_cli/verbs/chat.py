"""``quarterdeck chat``: one message and its answer, or a conversation at the terminal."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress

import typer

from quarterdeck_cli.errors import CliError, UsageError
from quarterdeck_cli.gateway import Gateway, Message, answer, whole_answer


def chat(gateway: Gateway, agent: str, message: str | None, *, as_json: bool) -> None:
    """Without a message, reads it from stdin, or converses when stdin is a terminal."""
    if message is None and sys.stdin.isatty():
        if as_json:
            raise UsageError("--json needs a MESSAGE")
        converse(gateway, agent)
        return
    text = message if message is not None else sys.stdin.read()
    if not text.strip():
        raise UsageError("the message is empty")
    messages = [_said("user", text)]
    if as_json:
        typer.echo(asyncio.run(whole_answer(gateway, agent, messages)))
    else:
        asyncio.run(_stream(gateway, agent, messages))


def converse(gateway: Gateway, agent: str) -> None:
    """Turn by turn until end of input; an answer that fails does not end the conversation."""
    typer.echo(f"Chatting with {agent}. Ctrl-D ends, Ctrl-C stops an answer.", err=True)
    history: list[Message] = []
    while (text := _asked()) is not None:
        if not text.strip():
            continue
        turn = [*history, _said("user", text)]
        try:
            history = [*turn, _said("assistant", asyncio.run(_stream(gateway, agent, turn)))]
        except KeyboardInterrupt:
            typer.echo()
        except CliError as exc:
            typer.echo(f"error: {exc}", err=True)


async def _stream(gateway: Gateway, agent: str, messages: Sequence[Message]) -> str:
    pieces = []
    try:
        async for piece in answer(gateway, agent, messages):
            pieces.append(piece)
            sys.stdout.write(piece)
            sys.stdout.flush()
    finally:
        if pieces:
            typer.echo()
    return "".join(pieces)


def _asked() -> str | None:
    """The next message; None at the end of input."""
    # Gives input() line editing and history, where Python has it.
    with suppress(ImportError):
        import readline  # noqa: F401
    try:
        return input("> ")
    except (EOFError, KeyboardInterrupt):
        typer.echo()
        return None


def _said(role: str, content: str) -> Message:
    return {"role": role, "content": content}
