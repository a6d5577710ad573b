"""What the chart's Prometheus knows, asked as Grafana asks it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from observability.expressions import Expression


@dataclass(frozen=True)
class Prometheus:
    """The API of a Prometheus at ``url``."""

    url: str

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that the expression has now; raises AssertionError when it is none."""
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expression}, timeout=60)
        said = answer.json()
        assert said["status"] == "success", f"{expression}: {said}"
        result: list[dict[str, Any]] = said["data"]["result"]
        return result

    def targets(self) -> list[dict[str, Any]]:
        """Everything that it reads, with ``health`` and ``lastError``."""
        answer = httpx.get(f"{self.url}/api/v1/targets", params={"state": "active"}, timeout=60)
        found: list[dict[str, Any]] = answer.json()["data"]["activeTargets"]
        return found

    def jobs(self) -> Counter[str]:
        """How many targets each job has."""
        return Counter(target["labels"]["job"] for target in self.targets())

    def silent(self, asked: Sequence[Expression]) -> list[Expression]:
        """Those that have no answer."""
        return [expression for expression in asked if not self.query(expression.text)]
