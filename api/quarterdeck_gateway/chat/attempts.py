"""Asks replicas until one has begun to answer: the only place where a chat is sent again.

After its first byte an answer is final. Until then a replica that cannot be reached, hangs up or
says that it is going away is replaced by another one.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import structlog

from quarterdeck_contract.names import HEADER_DEMO_MODEL, HEADER_MODEL
from quarterdeck_gateway.chat.account import Account
from quarterdeck_gateway.chat.request import Chat
from quarterdeck_gateway.chat.verdicts import Verdict, Whole, error_of, judge, owned_up, shaped
from quarterdeck_gateway.errors import (
    GatewayError,
    ReplicaDisconnected,
    ReplicaError,
    ReplicaTimedOut,
    ReplicaUnreachable,
    UpstreamFailed,
    UpstreamTimeout,
)
from quarterdeck_gateway.routing.balancer import choose
from quarterdeck_gateway.routing.registry import AgentEntry, Replica
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.settings import Settings
from quarterdeck_gateway.upstream.port import Answer, UpstreamRequest

log = structlog.get_logger(__name__)

EVENT_STREAM: Final = "text/event-stream"
PASSED_ON: Final = ("retry-after", HEADER_DEMO_MODEL)
"""Headers of a worker's answer that the client gets too."""


@dataclass(frozen=True)
class Streamed:
    """An answer whose first bytes have arrived; ``held`` lets go of the replica."""

    content_type: str
    headers: dict[str, str]
    first: bytes
    answer: Answer
    held: ExitStack


class Attempts:
    """The replicas tried for one chat, and what the last one said."""

    def __init__(
        self,
        chat: Chat,
        account: Account,
        agent: AgentEntry,
        settings: Settings,
        services: Services,
    ) -> None:
        self._chat = chat
        self._account = account
        self._agent = agent
        self._settings = settings
        self._services = services
        self._tried: set[str] = set()
        self._failure: GatewayError = UpstreamFailed(f"No worker of '{agent.id}' was asked.")
        self._refusal: Whole | None = None

    async def first_answer(self) -> Streamed | Whole:
        """An answer worth passing on; raises UpstreamFailed, UpstreamTimeout or Unavailable."""
        while (replica := self._next()) is not None:
            if self._tried:
                self._services.metrics.retried(self._agent.namespace, self._agent.name)
                self._account.span.retried(replica.id)
            self._tried.add(replica.id)
            answer = await self._try(replica)
            if answer is not None:
                return answer
        if self._refusal is not None:
            return self._refusal
        raise self._failure

    def _next(self) -> Replica | None:
        if len(self._tried) >= self._settings.upstream_attempts:
            return None
        loads = self._services.loads
        return choose(
            self._agent.replicas,
            loads=loads.in_flight,
            set_aside=loads.refusing(),
            tried=self._tried,
            draw=self._services.draw,
        )

    async def _try(self, replica: Replica) -> Streamed | Whole | None:
        try:
            answer = await self._ask(replica)
        except ReplicaTimedOut as exc:
            # Somebody has waited long already, and the run may still be going on.
            self._note(replica, exc)
            raise UpstreamTimeout(
                f"The agent '{self._agent.id}' did not begin to answer in time."
            ) from exc
        except ReplicaError as exc:
            self._account.asked = False
            self._note(replica, exc)
            self._refusal = None
            self._failure = UpstreamFailed(f"No worker of '{self._agent.id}' could be reached.")
            return None
        return self._decide(answer) if isinstance(answer, Whole) else answer

    async def _ask(self, replica: Replica) -> Streamed | Whole:
        request = UpstreamRequest(
            self._chat.body,
            self._chat.request_id,
            self._agent.id,
            self._account.leave.model,
            self._account.span.traceparent,
        )
        with ExitStack() as held:
            held.enter_context(self._services.loads.using(replica.id))
            self._account.asked = True
            answer = await self._services.upstream.open(replica, request)
            held.callback(answer.close)
            first = await answer.chunk()
            # Whoever answers with an error has not used what the budget must pay, or says so.
            self._account.asked = answer.status < 300
            content_type = answer.headers.get("content-type", "application/json")
            passed_on = self._passed_on(answer.headers)
            if answer.status == 200 and content_type.startswith(EVENT_STREAM):
                if not first:
                    raise ReplicaDisconnected(f"{replica.url}: an empty stream")
                return Streamed(content_type, passed_on, first, answer, held.pop_all())
            body = await self._read(answer, first)
            return Whole(answer.status, content_type, passed_on, body)

    async def _read(self, answer: Answer, first: bytes) -> bytes:
        pieces: list[bytes] = []
        self._account.receiving(pieces)
        length, limit = 0, self._settings.max_answer_bytes
        piece = first
        try:
            while piece:
                pieces.append(piece)
                length += len(piece)
                if length > limit:
                    raise UpstreamFailed(
                        f"The answer of '{self._agent.id}' is longer than {limit} bytes: "
                        "stream it, or raise QUARTERDECK_MAX_ANSWER_BYTES."
                    )
                piece = await answer.chunk()
        except ReplicaTimedOut as exc:
            raise UpstreamTimeout(
                f"The agent '{self._agent.id}' stopped in the middle of its answer."
            ) from exc
        except ReplicaError as exc:
            raise UpstreamFailed(
                f"The worker of '{self._agent.id}' broke off in the middle of its answer."
            ) from exc
        return b"".join(pieces)

    def _decide(self, answer: Whole) -> Whole | None:
        verdict = judge(answer)
        if verdict is Verdict.PASS:
            return shaped(answer)
        self._failure = owned_up(answer, self._agent.id)
        if verdict is Verdict.OWN_UP:
            raise self._failure
        self._refusal = answer if error_of(answer.body) is not None else None
        return None

    def _note(self, replica: Replica, error: ReplicaError) -> None:
        if isinstance(error, ReplicaUnreachable):
            self._services.loads.set_aside(replica.id)
            self._services.metrics.ejected(self._agent.namespace, self._agent.name)
        log.warning(
            "replica failed",
            agent=self._agent.id,
            replica=replica.id,
            error=str(error),
            request_id=self._chat.request_id,
        )

    def _passed_on(self, headers: Mapping[str, str]) -> dict[str, str]:
        passed_on = {name: headers[name] for name in PASSED_ON if name in headers}
        model = self._account.leave.model
        self._account.downgraded = model is not None and headers.get(HEADER_MODEL) == model
        if model is not None and self._account.downgraded:
            passed_on[HEADER_MODEL] = model
        return passed_on
