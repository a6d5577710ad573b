"""What is known of one chat while it runs: who, of whom, with what leave, and how it goes.

Written by the steps of the pipeline, read once in the end by ``settlement``.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime

from quarterdeck_contract.usage import Outcome, UsageRecord
from quarterdeck_contract.wire.chat import ChatRequest
from quarterdeck_gateway.accounting.answers import (
    AnswerFacts,
    Tail,
    text_of_body,
    text_of_fragment,
)
from quarterdeck_gateway.chat.bill import Bill, bill_of
from quarterdeck_gateway.chat.counting import count
from quarterdeck_gateway.chat.estimate import overhead_tokens, prompt_text
from quarterdeck_gateway.chat.gate import FREE, Leave
from quarterdeck_gateway.chat.meter import Relayed
from quarterdeck_gateway.chat.profile import Profile
from quarterdeck_gateway.identity.principal import Principal
from quarterdeck_gateway.routing.registry import AgentEntry
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.tracing.port import NO_SPAN


def new_id(at: datetime) -> str:
    """32 hex digits that begin with the time, so that a database finds neighbours side by side."""
    return f"{int(at.timestamp() * 1000):012x}{secrets.token_hex(10)}"


class Account:
    """One chat so far."""

    def __init__(
        self, request_id: str, principal: Principal, services: Services, address: str = ""
    ) -> None:
        self.started_at = services.clock.now()
        self.id = new_id(self.started_at)
        self.request_id = request_id
        self.principal = principal
        self.address = address
        self.request: ChatRequest | None = None
        self.agent: AgentEntry | None = None
        self.profile: Profile | None = None
        self.withheld: AgentEntry | None = None
        """The agent of another tenant that was asked for."""
        self.leave: Leave = FREE
        self.asked = False
        """A worker may have begun to work for this chat, and nothing says that it did not."""
        self.downgraded = False
        """The worker says that the cheaper model answers."""
        self.status: int | None = None
        self.outcome: Outcome | None = None
        self.code: str | None = None
        self.record: UsageRecord | None = None
        """As it was written; None before."""
        self.facts = AnswerFacts()
        self.tail: Tail | None = None
        self.relayed = Relayed()
        self.first_byte_seconds: float | None = None
        self.span = NO_SPAN
        self._body: bytes | None = None
        self._arriving: Sequence[bytes] = ()
        self._bill: Bill | None = None
        self._services = services
        self._begun = services.clock.monotonic()

    @property
    def team(self) -> str:
        """Who pays: the key's team, else the agent's."""
        return self.principal.team or (self.profile.team if self.profile else "")

    def routed(self, agent: AgentEntry, profile: Profile) -> None:
        """It is known which agent is meant: from here on the chat will be on record."""
        self.agent = agent
        self.profile = profile
        self._services.metrics.started(agent.namespace, agent.name)

    def answering(self, status: int) -> None:
        """The first byte of an answer is here and its status is decided."""
        self.status = status
        self.first_byte_seconds = self.seconds()

    def receiving(self, pieces: Sequence[bytes]) -> None:
        """A whole answer is coming into ``pieces``: it may break off."""
        self._arriving = pieces

    def answered(self, facts: AnswerFacts, body: bytes) -> None:
        """A whole answer is here."""
        self.facts = facts
        self._body, self._arriving = body, ()

    def streaming(self) -> None:
        """The answer comes in pieces."""
        self.tail = Tail()

    def final_facts(self) -> AnswerFacts:
        """What the end of the answer tells."""
        if self.tail is not None:
            self.facts = self.tail.facts()
        return self.facts

    def passing_on(self, events: bytes) -> None:
        """Whole events go to the client."""
        if self.tail is not None:
            self.tail.add(events)
        self.relayed.add(events)

    def ended(self, outcome: Outcome, status: int, code: str | None = None) -> None:
        """The chat is over. The first word counts, and a status that the client has seen stays."""
        if self.outcome is None:
            self.outcome, self.code = outcome, code
            self.status = self.status or status

    def bill(self) -> Bill:
        """What the chat used and cost; made out once, when all of the answer is known."""
        if self._bill is None:
            self._bill = self._make_out()
        return self._bill

    def seconds(self) -> float:
        """Since the request came in."""
        return self._services.clock.monotonic() - self._begun

    def _make_out(self) -> Bill:
        if self.agent is None:
            return Bill()
        facts = self.final_facts()
        return bill_of(
            facts,
            self.agent.namespace,
            self._model(self.agent.namespace, facts.model),
            self._services.pricer,
            count_input=self._count_input,
            count_output=self._count_output,
            used=self.asked,
        )

    def _model(self, namespace: str, said: str | None) -> str | None:
        """The Model that answered: as the answer says, if there is one of that name."""
        if said is not None and self._services.catalogue.model(namespace, said) is not None:
            return said
        if self.downgraded:
            return self.leave.model
        return self.profile.models[0] if self.profile and self.profile.models else said

    def _count_input(self) -> int:
        if self.leave.input_tokens is not None:
            return self.leave.input_tokens
        if self.request is None or self.profile is None:
            return 0
        prompt = count(prompt_text(self.request)) + overhead_tokens(self.request)
        return prompt + self.profile.instruction_tokens

    def _count_output(self) -> int:
        if self._body:
            return count(text_of_body(self._body))
        if self._arriving:
            return count(text_of_fragment(b"".join(self._arriving)))
        return self.relayed.tokens()
