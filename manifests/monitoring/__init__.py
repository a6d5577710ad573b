"""What is generated for observability: Grafana's dashboards and the table of metrics."""
