"""Budget alerts: told once per threshold, to logs, Prometheus, the audit log and a webhook."""
