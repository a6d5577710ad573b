"""What a budget's thresholds ask for once so much is spent. Pure."""

from quarterdeck_contract.v1alpha1.budget import Action, BudgetSpec, Threshold


def percent_spent(spec: BudgetSpec, spent: int) -> int:
    """Share of the amount that ``spent`` micro-USD are, rounded down; may exceed 100."""
    return spent * 100 // max(1, spec.amount_micro_usd)


def stop_percent(spec: BudgetSpec) -> int:
    """Share of the amount at which the budget stops: its lowest ``stop``, else all of it."""
    stops = [t.percent for t in spec.thresholds or () if t.action is Action.STOP]
    return min(stops, default=100)


def in_force(spec: BudgetSpec) -> tuple[Threshold, ...]:
    """The thresholds that mean something, by percent: those above the stop are never reached.

    The stop at 100 percent need not be declared; a budget that is not enforced only warns.
    """
    last = stop_percent(spec) if spec.enforce else 100
    declared = [t for t in spec.thresholds or () if t.percent <= last]
    if not spec.enforce:
        declared = [Threshold(percent=t.percent, action=Action.WARN) for t in declared]
    end = Threshold(percent=last, action=Action.STOP if spec.enforce else Action.WARN)
    if end not in declared:
        declared.append(end)
    return tuple(sorted(declared, key=lambda threshold: threshold.percent))


def reached(spec: BudgetSpec, percent: int) -> tuple[Threshold, ...]:
    """The thresholds that ``percent`` has reached, lowest first."""
    return tuple(threshold for threshold in in_force(spec) if threshold.percent <= percent)


def downgrade_to(spec: BudgetSpec, percent: int) -> str | None:
    """The Model that answers once ``percent`` is spent: of the highest downgrade reached."""
    models = [t.model for t in reached(spec, percent) if t.action is Action.DOWNGRADE]
    return models[-1] if models else None


def next_downgrade(spec: BudgetSpec, percent: int) -> str | None:
    """The Model to try when a chat does not fit any more: of the downgrade reached, else of the
    first one to come; None when the budget has none."""
    models = [t.model for t in in_force(spec) if t.action is Action.DOWNGRADE]
    return downgrade_to(spec, percent) or (models[0] if models else None)
