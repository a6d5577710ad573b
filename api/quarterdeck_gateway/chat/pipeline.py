"""What stands before an answer: everything that may still refuse a chat, in one list.

``admit`` is awaited before the response starts, so a refusal has its own status. What follows the
first byte is in ``relay``; ``settlement`` closes the account of both.
"""

from typing import Final

from quarterdeck_gateway.chat.access import find_for, require_allowed, withheld
from quarterdeck_gateway.chat.account import Account
from quarterdeck_gateway.chat.attempts import Attempts, Streamed
from quarterdeck_gateway.chat.gate import Applicant, Gate
from quarterdeck_gateway.chat.profile import Profiles
from quarterdeck_gateway.chat.request import Chat
from quarterdeck_gateway.chat.verdicts import Whole
from quarterdeck_gateway.errors import ModelNotFound, Starting, Unavailable
from quarterdeck_gateway.routing.registry import AgentEntry
from quarterdeck_gateway.routing.resolve import require_available
from quarterdeck_gateway.services import Services
from quarterdeck_gateway.settings import Settings

RETRY_LEDGER: Final = 5
"""Seconds until it is worth asking whether there is room in the spool again."""


class Pipeline:
    """The way of every chat to its agent."""

    def __init__(self, settings: Settings, services: Services) -> None:
        self._settings = settings
        self._services = services
        self._profiles = Profiles()
        self._gate = Gate(settings, services)

    async def admit(self, chat: Chat, account: Account) -> Streamed | Whole:
        """In order: known, allowed, available, admitted, answered."""
        principal = account.principal
        if not self._services.registry.synced:
            raise Starting(
                "The gateway is starting: it does not know its agents yet.", retry_after=1
            )
        if not self._services.catalogue.synced:
            raise Starting(
                "The gateway is starting: it does not know its budgets yet.", retry_after=1
            )
        if not self._services.ledger.accepts:
            raise Unavailable(
                "The gateway cannot keep records of more chats now.", retry_after=RETRY_LEDGER
            )
        agent = self._find(chat.request.model, account)
        profile = self._profiles.of(agent)
        account.routed(agent, profile)
        require_allowed(principal, agent)
        require_available(agent)
        applicant = Applicant(
            account.id,
            principal,
            account.team,
            agent,
            profile,
            chat.request,
            account.started_at.timestamp(),
        )
        account.leave = await self._gate.leave(applicant)
        return await Attempts(chat, account, agent, self._settings, self._services).first_answer()

    def _find(self, model: str, account: Account) -> AgentEntry:
        registry, principal = self._services.registry, account.principal
        try:
            return find_for(principal, model, registry, self._settings.default_namespace)
        except ModelNotFound:
            account.withheld = withheld(principal, model, registry)
            raise
