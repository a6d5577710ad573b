"""The answer on its way to the client: the worker's bytes as they come, and what they cost.

The status is decided by now. A stream can only go on, or end with an error event: when its worker
fails, or when no budget pays for it any longer. Before the last bytes of either kind the chat is
put on record (``Keep``), so that a process killed right after them has not worked for nothing.
"""

from collections.abc import Callable
from typing import Any, Final

import structlog
from starlette.types import Send

from quarterdeck_contract.names import HEADER_AGENT, HEADER_COST
from quarterdeck_contract.usage import Outcome
from quarterdeck_contract.wire.errors import error_body
from quarterdeck_gateway.accounting.answers import facts_of_body
from quarterdeck_gateway.admission.headers import limit_headers
from quarterdeck_gateway.chat.account import Account
from quarterdeck_gateway.chat.attempts import Streamed
from quarterdeck_gateway.chat.bill import cost_event
from quarterdeck_gateway.chat.frames import Frames, end_of_answer, error_event
from quarterdeck_gateway.chat.meter import meter_for
from quarterdeck_gateway.chat.verdicts import Whole
from quarterdeck_gateway.errors import (
    BudgetExceeded,
    BudgetsUnavailable,
    GatewayError,
    ReplicaError,
    ReplicaTimedOut,
)

log = structlog.get_logger(__name__)

_CUTS: Final[dict[type[GatewayError], str]] = {
    BudgetExceeded: "The budget does not cover more: the answer of '{agent}' ends here. "
    "Raise the budget, or wait for its next period.",
    BudgetsUnavailable: "Spending cannot be counted at the moment: the answer of '{agent}' ends "
    "here. Try again in a moment; a Budget with failOpen would let it go on.",
}
"""Why a stream ends before its end, and what the client is told."""


Keep = Callable[[], None]
"""Puts the chat on record once its outcome is known; does not wait, never raises."""


async def relay(answer: Streamed | Whole, account: Account, send: Send, keep: Keep) -> None:
    """The response."""
    if isinstance(answer, Whole):
        await _relay_whole(answer, account, send, keep)
        return
    with answer.held:
        await _StreamRelay(answer, account, send, keep).run()


async def _relay_whole(answer: Whole, account: Account, send: Send, keep: Keep) -> None:
    account.answering(answer.status)
    facts = facts_of_body(answer.body)
    account.answered(facts, answer.body)
    good = answer.status < 300
    account.ended(Outcome.COMPLETED if good else Outcome.UPSTREAM_ERROR, answer.status, facts.code)
    headers = {"content-length": str(len(answer.body)), HEADER_COST: account.bill().usd()}
    keep()
    await send(_start(answer.status, answer, account, headers))
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


class _StreamRelay:
    """One stream."""

    def __init__(self, answer: Streamed, account: Account, send: Send, keep: Keep) -> None:
        self._answer = answer
        self._account = account
        self._send = send
        self._keep = keep
        self._frames = Frames()
        self._meter = meter_for(account.leave, account.relayed, downgraded=account.downgraded)
        self._complete = False

    async def run(self) -> None:
        self._account.answering(200)
        self._account.streaming()
        await self._send(_start(200, self._answer, self._account, {"x-accel-buffering": "no"}))
        try:
            unpaid = await self._pass_on()
        except ReplicaError as failure:
            await self._finish(failure)
        else:
            await (self._finish(None) if unpaid is None else self._cut(unpaid))

    async def _pass_on(self) -> type[GatewayError] | None:
        """All pieces up to the end marker, or until nobody pays for more: why."""
        piece = self._answer.first
        while piece and not self._complete:
            if events := self._frames.feed(piece):
                await self._write(self._taken(events))
                if (unpaid := await self._unpaid()) is not None:
                    return unpaid
            # Also after the end marker, so that the connection can be used again.
            piece = await self._answer.answer.chunk()
        return None

    def _taken(self, events: bytes) -> bytes:
        """What the client gets of these events: nothing behind the end marker."""
        end = end_of_answer(events)
        events = events[:end]
        self._account.passing_on(events)
        return events if end is None else events + self._closing()

    async def _unpaid(self) -> type[GatewayError] | None:
        try:
            paid = self._meter is None or await self._meter.covers()
        except BudgetsUnavailable:
            return BudgetsUnavailable
        return None if paid else BudgetExceeded

    def _closing(self) -> bytes:
        """The end marker is here: the chat is whole, whatever the connection does now."""
        self._complete, self._meter = True, None
        bill = self._account.bill()
        facts = self._account.facts
        self._account.ended(
            Outcome.UPSTREAM_ERROR if facts.failed else Outcome.COMPLETED, 200, facts.code
        )
        self._keep()
        return cost_event(bill)

    async def _finish(self, failure: ReplicaError | None) -> None:
        last = b""
        if not self._complete:
            last = self._frames.finish()
            if last:
                self._account.passing_on(last)
            facts = self._account.final_facts()
            if facts.done:
                last += self._closing()
            elif facts.failed:
                self._account.ended(Outcome.UPSTREAM_ERROR, 200, facts.code)
            else:
                last = _broken_off(failure, self._account)
        self._keep()
        await self._write(last, more=False)

    async def _cut(self, why: type[GatewayError]) -> None:
        self._answer.answer.close()
        account = self._account
        account.ended(Outcome.CUT, 200, why.code)
        agent = account.agent.id if account.agent is not None else ""
        message = _CUTS[why].format(agent=agent)
        body = error_body(why.status, why.code, message, request_id=account.request_id)
        self._keep()
        await self._write(error_event(body), more=False)

    async def _write(self, body: bytes, *, more: bool = True) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


def _broken_off(failure: ReplicaError | None, account: Account) -> bytes:
    agent = account.agent.id if account.agent is not None else ""
    log.warning("answer broken off", agent=agent, error=str(failure), request_id=account.request_id)
    if isinstance(failure, ReplicaTimedOut):
        status, code, what = 504, "upstream_timeout", "stopped in the middle of its answer"
    else:
        status, code, what = 502, "upstream_disconnected", "broke off in the middle of its answer"
    account.ended(Outcome.UPSTREAM_ERROR, 200, code)
    message = f"The worker of '{agent}' {what}; what came before is not complete."
    return error_event(error_body(status, code, message, request_id=account.request_id))


def _start(
    status: int, answer: Streamed | Whole, account: Account, more: dict[str, str]
) -> dict[str, Any]:
    headers = {
        "content-type": answer.content_type,
        "cache-control": "no-store",
        HEADER_AGENT: account.agent.id if account.agent is not None else "",
    }
    grant = account.leave.grant
    limits = limit_headers(grant.limits) if grant is not None and grant.limits else {}
    raw = [
        (name.encode(), value.encode("latin-1"))
        for name, value in (headers | answer.headers | limits | more).items()
    ]
    return {"type": "http.response.start", "status": status, "headers": raw}
