"""A Budget's Ready condition: can it be put in force? How it stands, the gateway tells."""

from quarterdeck_contract.v1alpha1.budget import Budget
from quarterdeck_operator import reasons
from quarterdeck_operator.conditions import Verdict, verdict_of
from quarterdeck_operator.errors import OperatorError


def judge_budget(budget: Budget, problem: OperatorError | None) -> Verdict:
    """``problem`` is what stands in the way."""
    if problem is not None:
        return verdict_of(problem)
    if budget.spec.enforce:
        return Verdict(True, reasons.ACTIVE, "chats are counted, and refused when it is spent")
    return Verdict(
        True, reasons.ACTIVE, "chats are counted; spec.enforce is false: none is refused"
    )
