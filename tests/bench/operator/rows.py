"""How an operator's trial reads: what the design promises first, then what it is made of."""

from collections.abc import Iterable, Sequence

from bench.operator.account import Account
from bench.operator.api_counts import VERBS, of_verb
from bench.operator.observer import CHILDREN
from bench.operator.trial import Trial
from bench.plan import OperatorPlan
from bench.report import Row, Table
from bench.samples import percentile


def operator_table(trials: Sequence[Trial], plan: OperatorPlan, background: float) -> Table:
    """The first trial is ours; ``background`` are requests a second that others cause."""
    rows = (
        *_created([trial.created for trial in trials], plan.agents),
        Row("memory, one agent", "MB", tuple(trial.memory_start for trial in trials)),
        Row("memory, all agents", "MB", tuple(t.memory_end for t in trials), target=90.0),
        *_idle([trial.idle for trial in trials]),
        *_changed([trial.changed for trial in trials], plan.agents),
        *_restarted([trial.restarted for trial in trials]),
        *_drifted([trial.drifted for trial in trials]),
        Row("take-over after kill -9", "s", tuple(t.take_over_seconds for t in trials), target=15),
    )
    notes = (
        f"{plan.agents} agents each, {len(CHILDREN)} children per agent, zero replicas; settled: "
        "all children exist and observedGeneration is the generation, as other watches see it",
        "ours reads a kubeconfig here: about 20 MB of library that its image does not carry",
        f"requests per agent from the server's own books; others caused {background:.1f}/s before",
        "restart and drift go through a proxy that counts on the wire, exact on any cluster",
        "drift, take-over: a dash means that it does not happen",
    )
    return Table("Operator, real API server", tuple(trial.name for trial in trials), rows, notes)


def _created(accounts: Sequence[Account], agents: int) -> Iterable[Row]:
    yield Row("agents settled", "/s", tuple(agents / a.seconds for a in accounts), "more")
    yield from _percentiles("create to settled", accounts)
    requests = tuple(sum(a.requests.values()) / agents for a in accounts)
    yield Row("requests per new agent", "", requests, target=len(CHILDREN) + 1)
    for verb in VERBS:
        share = tuple(of_verb(account.requests, verb) / agents for account in accounts)
        yield Row(f"  of them {verb}", "", share)
    yield Row("CPU per new agent", "ms", tuple(a.cpu_ms / agents for a in accounts), target=5.0)


def _idle(accounts: Sequence[Account]) -> Iterable[Row]:
    yield from _percentiles("create to settled, idle", accounts, target=0.035)


def _changed(accounts: Sequence[Account], agents: int) -> Iterable[Row]:
    yield Row("change all agents", "s", tuple(account.seconds for account in accounts))
    requests = tuple(sum(account.requests.values()) / agents for account in accounts)
    yield Row("requests per changed agent", "", requests)
    yield Row("CPU per changed agent", "ms", tuple(a.cpu_ms / agents for a in accounts))


def _drifted(accounts: Sequence[Account]) -> Iterable[Row]:
    yield Row("deleted child is back p50", "s", tuple(_or_none(a, 0.5) for a in accounts))
    repairs = [len(account.latencies) for account in accounts]
    costs = (
        a.writes / count if count else None for a, count in zip(accounts, repairs, strict=True)
    )
    yield Row("writes per deleted child", "", tuple(costs), target=1)


def _restarted(accounts: Sequence[Account]) -> Iterable[Row]:
    yield Row("restart until silent", "s", tuple(account.seconds for account in accounts))
    yield Row("writes on restart", "", tuple(a.writes for a in accounts), target=0)
    yield Row("CPU on restart, start included", "ms", tuple(a.cpu_ms for a in accounts))


def _percentiles(
    what: str, accounts: Sequence[Account], target: float | None = None
) -> Iterable[Row]:
    for share, wanted in ((0.5, target), (0.99, None)):
        values = tuple(_or_none(account, share) for account in accounts)
        yield Row(f"{what} p{share * 100:.0f}", "s", values, target=wanted)


def _or_none(account: Account, share: float) -> float | None:
    return percentile(account.latencies, share) if account.latencies else None
