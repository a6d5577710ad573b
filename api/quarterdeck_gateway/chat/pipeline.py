"""One chat, in two halves: after the first byte the status is 200 for good.

``admit`` may still refuse with any status and is awaited before the response starts; ``relay`` can
only go on or end the stream with an error event. ``settlement`` closes the account of both.
"""

from typing import Any

import structlog
from starlette.types import Send

from quarterdeck_contract.names import HEADER_AGENT
from quarterdeck_contract.usage import Outcome
from quarterdeck_contract.wire.errors import error_body
from quarterdeck_gateway.accounting.answers import Tail, facts_of_body
from quarterdeck_gateway.chat.attempts import Attempts, Streamed
from quarterdeck_gateway.chat.frames import Frames, error_event
from quarterdeck_gateway.chat.request import Chat
from quarterdeck_gateway.chat.settlement import Account
from quarterdeck_gateway.chat.verdicts import Whole
from quarterdeck_gateway.errors import ReplicaError, ReplicaTimedOut, Starting
from quarterdeck_gateway.routing.resolve import find, require_available
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.settings import Settings

log = structlog.get_logger(__name__)


async def admit(
    chat: Chat, account: Account, settings: Settings, services: Services
) -> Streamed | Whole:
    """Everything that may still be refused, in order: known, available, answered."""
    if not services.registry.synced:
        raise Starting("The gateway is starting: it does not know its agents yet.", retry_after=1)
    agent = find(chat.request.model, services.registry, settings.default_namespace)
    account.routed(agent)
    require_available(agent)
    return await Attempts(chat, agent, settings, services).first_answer()


async def relay(answer: Streamed | Whole, account: Account, send: Send) -> None:
    """The response: the worker's bytes as they come."""
    if isinstance(answer, Whole):
        await _relay_whole(answer, account, send)
        return
    with answer.held:
        await _relay_stream(answer, account, send)


async def _relay_whole(answer: Whole, account: Account, send: Send) -> None:
    account.answering(answer.status)
    account.facts = facts_of_body(answer.body)
    good = answer.status < 300
    account.ended(Outcome.COMPLETED if good else Outcome.UPSTREAM_ERROR, answer.status)
    headers = {"content-length": str(len(answer.body))}
    await send(_start(answer.status, answer, account, headers))
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


async def _relay_stream(answer: Streamed, account: Account, send: Send) -> None:
    account.answering(200)
    tail = account.tail = Tail()
    await send(_start(200, answer, account, {"x-accel-buffering": "no"}))
    frames, piece, failure = Frames(), answer.first, None
    try:
        while piece:
            events = frames.feed(piece)
            if events:
                tail.add(events)
                await send({"type": "http.response.body", "body": events, "more_body": True})
            piece = await answer.answer.chunk()
    except ReplicaError as exc:
        failure = exc
    last = frames.finish()
    tail.add(last)
    facts = tail.facts()
    whole = facts.done or facts.failed
    account.ended(
        Outcome.COMPLETED if facts.done and not facts.failed else Outcome.UPSTREAM_ERROR, 200
    )
    if not whole:
        last = _broken_off(failure, account)
    await send({"type": "http.response.body", "body": last, "more_body": False})


def _broken_off(failure: ReplicaError | None, account: Account) -> bytes:
    agent = account.agent.id if account.agent is not None else ""
    log.warning("answer broken off", agent=agent, error=str(failure), request_id=account.request_id)
    if isinstance(failure, ReplicaTimedOut):
        status, code, what = 504, "upstream_timeout", "stopped in the middle of its answer"
    else:
        status, code, what = 502, "upstream_disconnected", "broke off in the middle of its answer"
    message = f"The worker of '{agent}' {what}; what came before is not complete."
    return error_event(error_body(status, code, message, request_id=account.request_id))


def _start(
    status: int, answer: Streamed | Whole, account: Account, more: dict[str, str]
) -> dict[str, Any]:
    agent = account.agent.id if account.agent is not None else ""
    headers = {
        "content-type": answer.content_type,
        "cache-control": "no-store",
        HEADER_AGENT: agent,
    }
    raw = [
        (name.encode(), value.encode("latin-1"))
        for name, value in (headers | answer.headers | more).items()
    ]
    return {"type": "http.response.start", "status": status, "headers": raw}
