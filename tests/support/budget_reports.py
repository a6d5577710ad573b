"""A gateway that reports how budgets stand, over a store and an API server that may be away."""

import time
from collections.abc import Mapping
from typing import Any

from quarterdeck_contract.names import GATEWAY_FIELD_MANAGER
from quarterdeck_gateway.admission.crossings import MemoryAlertSink
from quarterdeck_gateway.admission.lines import line_of
from quarterdeck_gateway.admission.port import BudgetLine, Settlement
from quarterdeck_gateway.admission.reporter import Reporter
from quarterdeck_gateway.admission.room import Floors
from quarterdeck_gateway.admission.unpriced import Survey
from quarterdeck_gateway.catalogue.memory_writer import MemoryWriter
from quarterdeck_gateway.catalogue.port import Observer
from quarterdeck_gateway.errors import Unavailable
from support.keeping import World


class CountingWriter(MemoryWriter):
    """Counts reports, and refuses them while ``unavailable``."""

    unavailable = False

    def __init__(self, observe: Observer) -> None:
        super().__init__(observe)
        self.written: list[dict[str, Any]] = []

    async def report(
        self,
        kind: str,
        namespace: str,
        name: str,
        status: Mapping[str, Any],
        *,
        manager: str = GATEWAY_FIELD_MANAGER,
    ) -> None:
        if self.unavailable:
            raise Unavailable("the API server is away")
        if manager == GATEWAY_FIELD_MANAGER:
            self.written.append(dict(status))
        await super().report(kind, namespace, name, status, manager=manager)


class ReportingGateway(World):
    """A World with a Reporter; its budgets are those of team-a."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.writer: CountingWriter = CountingWriter(self.catalogue.observe)
        self.sink = MemoryAlertSink()
        self.survey = Survey({}, {})
        self.floors = Floors({})
        self.agents_known = True
        self.reporter = Reporter(
            self.keeper,
            self.store,
            self.catalogue,
            self.writer,
            self.sink,
            self.metrics,
            gateway=self.gateway,
            unpriced=lambda: self.survey,
            floors=lambda: self.floors,
            agents_known=lambda: self.agents_known,
        )

    def status(self, name: str = "monthly") -> dict[str, Any]:
        """The status of a Budget as it stands."""
        entry = self.catalogue.budget("team-a", name)
        assert entry is not None
        return dict(entry.manifest.get("status") or {})

    def condition(self, type_: str, name: str = "monthly") -> dict[str, Any]:
        """One condition of a Budget; empty where it has none of this type."""
        found = (c for c in self.status(name).get("conditions", ()) if c["type"] == type_)
        return next(found, {})

    async def line(self, name: str = "monthly", **spec: Any) -> BudgetLine:
        """A new Budget in its present period."""
        return line_of(await self.budget(name, **spec), time.time())

    async def spend(self, line: BudgetLine, micro_usd: int) -> None:
        """Settle a chat that cost this, as another gateway would."""
        settlement = Settlement(f"s{time.perf_counter_ns()}", 0, micro_usd, time.time(), (line,))
        await self.inner.settle([settlement])
