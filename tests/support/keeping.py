"""A Keeper over a store that can be made to fail, with the catalogue and writer around it."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from prometheus_client import CollectorRegistry

from quarterdeck_contract.names import API_VERSION
from quarterdeck_gateway.admission.keeper import Keeper
from quarterdeck_gateway.admission.memory_store import MemoryAdmissionStore
from quarterdeck_gateway.admission.metrics import AdmissionMetrics
from quarterdeck_gateway.admission.port import (
    AdmissionStore,
    Ask,
    BudgetLine,
    BudgetState,
    SessionEnd,
    SessionRef,
    Settlement,
    StoreAway,
    StoreRefused,
    Verdict,
)
from quarterdeck_gateway.admission.seeding import NoHistory, SpendingHistory
from quarterdeck_gateway.catalogue.memory import EventCatalogue
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.catalogue.port import BudgetEntry

RESERVATION_SECONDS = 3.0


class FaultyStore:
    """Passes everything on to ``inner``. While ``away`` every call fails before it has an effect;
    with ``deaf`` it takes effect and the answer is lost."""

    def __init__(self, inner: AdmissionStore) -> None:
        self.inner = inner
        self.away = False
        self.deaf = False
        self.refuses: set[str] = set()
        """Ids of asks and settlements that fail in the store."""
        self.calls: list[str] = []

    async def _pass(self, name: str, *args: Any) -> Any:
        self.calls.append(name)
        if self.away:
            raise StoreAway("switched off")
        if not self.refuses.isdisjoint(_ids(*args)):
            raise StoreRefused("ERR out of range")
        answer = await getattr(self.inner, name)(*args)
        if self.deaf:
            raise StoreAway("the answer was lost")
        return answer

    async def admit(self, ask: Ask) -> Verdict:
        answer: Verdict = await self._pass("admit", ask)
        return answer

    async def extend(self, ask_id: str, micro_usd: int) -> bool:
        return bool(await self._pass("extend", ask_id, micro_usd))

    async def settle(self, settlements: Sequence[Settlement]) -> None:
        await self._pass("settle", tuple(settlements))

    async def renew(self, ask_ids: Sequence[str]) -> None:
        await self._pass("renew", tuple(ask_ids))

    async def seed(self, line: BudgetLine, spent: int, at: float) -> None:
        await self._pass("seed", line, spent, at)

    async def doubt(self, lines: Sequence[BudgetLine]) -> None:
        await self._pass("doubt", tuple(lines))

    async def states(self, lines: Sequence[BudgetLine]) -> tuple[BudgetState, ...]:
        answer: tuple[BudgetState, ...] = await self._pass("states", tuple(lines))
        return answer

    async def beat(self, gateway: str, seconds: float) -> int:
        return int(await self._pass("beat", gateway, seconds))

    async def claim(self, name: str, owner: str, seconds: float) -> bool:
        return bool(await self._pass("claim", name, owner, seconds))

    async def end_sessions(self, ends: Sequence[SessionEnd]) -> None:
        await self._pass("end_sessions", tuple(ends))

    async def session_ended(self, session: SessionRef) -> bool:
        return bool(await self._pass("session_ended", session))

    async def ping(self) -> None:
        await self._pass("ping")

    async def close(self) -> None:
        await self.inner.close()


def _ids(*args: Any) -> set[str]:
    asked = args[0] if args and isinstance(args[0], tuple) else args[:1]
    return {each.id for each in asked if isinstance(each, Ask | Settlement)}


class World:
    """Everything around one Keeper; several may share ``inner`` and ``catalogue``."""

    def __init__(
        self,
        inner: AdmissionStore | None = None,
        *,
        history: SpendingHistory | None = None,
        gateway: str = "gateway-1",
        catalogue: EventCatalogue | None = None,
        reservation_seconds: float = RESERVATION_SECONDS,
        alone: bool = True,
    ) -> None:
        self.inner = inner or MemoryAdmissionStore(time.time, reservation_seconds)
        self.store = FaultyStore(self.inner)
        self.catalogue = catalogue or EventCatalogue(synced=True)
        self.writer: MemoryWriter = MemoryWriter(self.catalogue.observe)
        self.registry = CollectorRegistry()
        self.metrics = AdmissionMetrics(self.registry)
        self.gateway = gateway
        self.keeper = Keeper(
            self.store,
            self.catalogue,
            history or NoHistory(),
            self.metrics,
            gateway=gateway,
            reservation_seconds=reservation_seconds,
            alone=alone,
        )

    async def budget(self, name: str = "monthly", **spec: Any) -> BudgetEntry:
        """A Budget of team-a, 1 USD for all its chats unless told otherwise."""
        stored = await self.writer.create(budget_manifest(name, **spec))
        entry = self.catalogue.budget("team-a", stored["metadata"]["name"])
        assert entry is not None
        return entry

    def metric(self, name: str, **labels: str) -> float | None:
        """The value of a series now."""
        return self.registry.get_sample_value(name, labels)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Keeper]:
        """The Keeper with its background tasks; they are cancelled afterwards."""
        task = asyncio.create_task(self.keeper.run())
        try:
            yield self.keeper
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def budget_manifest(name: str = "monthly", **spec: Any) -> dict[str, Any]:
    """A Budget of team-a, 1 USD for all its chats unless told otherwise."""
    usual = {"scope": {"kind": "Namespace"}, "amountUSD": 1.0}
    return {
        "apiVersion": API_VERSION,
        "kind": "Budget",
        "metadata": {"name": name, "namespace": "team-a"},
        "spec": usual | spec,
    }


async def until(true: Any, seconds: float = 60.0) -> None:
    """Wait until ``true()`` holds."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)
