"""What admission is asked and answers, behind two small Protocols.

``AdmissionStore`` is the shared memory of all gateways: one round trip each, exact. ``Admission``
is what the chat path sees of it: the same questions, but with a policy for a store that is away.
Times are seconds since the epoch, money is micro-USD.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

ENDS_OF_ONE_OWNER: Final = 1000
"""Far more than people sign out in the life of a session; so no program fills the store with them.
"""


class LimitKind(StrEnum):
    """What a limit counts."""

    REQUESTS = "requests"
    """Per minute."""
    TOKENS = "tokens"
    """Per minute."""
    CONCURRENCY = "concurrency"
    """At the same time."""


@dataclass(frozen=True)
class Limit:
    """One limit that applies to a chat."""

    kind: LimitKind
    scope: str
    """``key``, ``agent`` or ``namespace``: whose limit it is."""
    subject: str
    """Whose in particular: ``namespace/name``, or the name of the namespace."""
    amount: int
    """Per minute, or at once."""


@dataclass(frozen=True)
class BudgetLine:
    """One budget in its current period, as it applies to a chat."""

    id: str
    """Unique for budget *and* period: the counters of a new period start at nothing."""
    name: str
    """``namespace/name``, for people."""
    amount: int
    """Micro-USD at which it stops: a stop threshold below 100 percent lowers it."""
    ends_at: float | None
    """End of the period; None for one that never ends."""
    enforced: bool = True
    """False only counts."""
    fail_open: bool = False
    """Whether to let chats through while the store is away."""


@dataclass(frozen=True)
class Ask:
    """May this chat begin? ``id`` makes the question idempotent."""

    id: str
    limits: tuple[Limit, ...] = ()
    budgets: tuple[BudgetLine, ...] = ()
    tokens: int = 0
    """Estimated, for limits of tokens."""
    micro_usd: int = 0
    """Estimated most, set aside on every budget."""


@dataclass(frozen=True)
class LimitState:
    """How a limit stands after the question."""

    limit: Limit
    remaining: int
    reset_seconds: float
    """Until it is whole again."""
    retry_seconds: float = 0.0
    """Until this question could be asked again with success; 0 when this limit had no objection."""


@dataclass(frozen=True)
class BudgetState:
    """How a budget stands."""

    id: str
    spent: int
    reserved: int
    doubted: bool = False
    """It may be more: a seed is wanted. Told by ``states`` alone."""


@dataclass(frozen=True)
class Verdict:
    """The store's answer. Nothing is taken from any limit or budget unless ``admitted``."""

    admitted: bool
    limits: tuple[LimitState, ...] = ()
    budgets: tuple[BudgetState, ...] = ()
    refused_limit: LimitState | None = None
    """The one that has to be waited for longest, when limits refused."""
    refused_budget: str | None = None
    """``BudgetLine.id`` of the first that would be exceeded, when no limit refused."""
    unseeded: tuple[str, ...] = ()
    """Budgets of which the store has no memory: seed them, then ask again."""


@dataclass(frozen=True)
class Settlement:
    """A chat is over: what it really used. Idempotent by ``id``."""

    id: str
    tokens: int
    micro_usd: int
    at: float
    """When the chat ended. A budget seeded later than that counts it already."""
    budgets: tuple[BudgetLine, ...] = ()
    """The lines it was asked with: charged even when the reservation has expired meanwhile."""


@dataclass(frozen=True)
class SessionRef:
    """One sign-in, as its token tells it."""

    owner: str
    """Whose it is, for good: ``Principal.subject``."""
    id: str
    began_at: float
    ends_at: float
    """When it is over by itself, and need not be remembered any longer."""


@dataclass(frozen=True)
class SessionEnd:
    """Somebody signed out: one session is over, or all that ``owner`` has begun so far."""

    owner: str
    session: str | None
    """Which one; None for all that began up to ``at``."""
    at: float
    until: float
    """From then on they are over by themselves."""


class StoreAway(Exception):
    """The shared store did not answer in time, or refused; the message is for the log."""


class StoreRefused(StoreAway):
    """The store is there, but this one question failed in it; others will not, so nobody else has
    to do without the store. Asking it again fails again."""


class AdmissionStore(Protocol):
    """Shared counters. Every method is one round trip and raises only StoreAway."""

    async def admit(self, ask: Ask) -> Verdict:
        """All limits and budgets, or none. The same ``ask.id`` again gets the same answer."""
        ...

    async def extend(self, ask_id: str, micro_usd: int) -> bool:
        """Set more aside for a running chat on all its enforced budgets; False if one refuses."""
        ...

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        """Replace reservations by true costs, give back unused tokens and concurrency."""
        ...

    async def renew(self, ask_ids: Sequence[str]) -> None:
        """Keep reservations of running chats from expiring."""
        ...

    async def seed(self, line: BudgetLine, spent: int, at: float) -> None:
        """Tell what was spent in the period up to ``at``, as far as the ledger knows. Changes
        nothing if that is known and not in doubt, and never makes it less."""
        ...

    async def doubt(self, lines: Sequence[BudgetLine]) -> None:
        """More may be spent than is known: they want a seed of a later moment. Until it comes they
        go by what is known."""
        ...

    async def states(self, lines: Sequence[BudgetLine]) -> tuple[BudgetState, ...]:
        """How budgets stand now, and which are in doubt; those without memory are left out."""
        ...

    async def beat(self, gateway: str, seconds: float) -> int:
        """This gateway lives for ``seconds`` more; how many gateways live."""
        ...

    async def claim(self, name: str, owner: str, seconds: float) -> bool:
        """Whether ``owner`` has or gets the sole claim to ``name`` for the next seconds."""
        ...

    async def end_sessions(self, ends: Sequence[SessionEnd]) -> None:
        """Remember these ends until the sessions would be over by themselves. Idempotent.

        Of one owner only ENDS_OF_ONE_OWNER are remembered one by one; whoever has ended more has
        ended all of theirs."""
        ...

    async def session_ended(self, session: SessionRef) -> bool:
        """Whether it was ended."""
        ...

    async def ping(self) -> None:
        """Whether it is there."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class Grant(Protocol):
    """Leave to run one chat."""

    @property
    def limits(self) -> tuple[LimitState, ...]:
        """How its limits stood, for response headers."""
        ...

    @property
    def reserved(self) -> int:
        """Micro-USD set aside so far; 0 where no budget is enforced."""
        ...

    async def extend(self, micro_usd: int) -> bool:
        """Set aside more; False when a budget refuses.

        Raises BudgetsUnavailable (errors.py) when nobody can say, unless all budgets fail open.
        """
        ...

    def settle(self, tokens: int, micro_usd: int, at: float | None = None) -> None:
        """The chat is over, since ``at`` as its record says, else since now.

        Does not wait, never raises, counts once; 0, 0 gives all back.
        """
        ...


class Admission(Protocol):
    """May a chat begin?"""

    async def admit(self, ask: Ask) -> Grant:
        """Leave to run. Raises LimitExceeded, BudgetExceeded or BudgetsUnavailable (errors.py)."""
        ...

    def state(self, budget_id: str) -> BudgetState | None:
        """The last known state of a budget, seconds old; None when nothing is known."""
        ...
