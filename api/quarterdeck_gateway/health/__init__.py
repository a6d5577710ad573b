"""Probes and metrics: open to whoever can reach the port, so they tell no secrets."""
