"""Operators before a real API server, for the tests that ask for a cluster."""

from support.cluster import cluster, namespace
from support.operator_process import api, crds, operators
from support.operator_team import team

__all__ = ["api", "cluster", "crds", "namespace", "operators", "team"]
