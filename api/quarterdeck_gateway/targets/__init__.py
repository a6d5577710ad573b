"""Tells a Prometheus where the workers are, so that it needs no rights in the cluster."""
