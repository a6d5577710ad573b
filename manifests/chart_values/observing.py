"""Values of Prometheus, Grafana, their operators' resources, and traces."""

# ruff: noqa: RUF012 - pydantic copies defaults for every instance

from typing import Annotated, Final

from pydantic import Field

from chart_values.shared import (
    OptionalName,
    OthersImage,
    Passed,
    Resources,
    Scheduling,
    Storage,
    Url,
    Values,
    resources,
)

Duration = Annotated[str, Field(pattern=r"^([0-9]+(ms|s|m|h|d|w|y))+$")]


RUNBOOKS: Final = "https://quarterdeck.dev/docs/runbooks"
"""What the files of rules and dashboards say."""


class Prometheus(Scheduling):
    """A Prometheus that knows its targets, records and alerts."""

    enabled: bool = True
    """Run one pod in the chart."""
    image: OthersImage = OthersImage(repository="prom/prometheus", tag="v2.42.0")
    retention: Duration = "15d"
    """How long samples are kept."""
    retention_size: Annotated[str, Field(pattern=r"^([0-9]+(MB|GB|TB))?$")] = "6GB"
    """Most room that they take, beyond which the oldest go: less than the volume, since a full one
    stops Prometheus; empty: no bound."""
    scrape_interval: Duration = "15s"
    """How often targets are read."""
    storage: Storage = Storage(size="8Gi")
    resources: Resources = resources("100m", "256Mi", "1Gi")
    alertmanagers: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+:[0-9]+$")]] = []
    """Addresses `host:port` of Alertmanagers; without one alerts fire and nobody is told."""
    extra_scrape_configs: list[Passed] = []
    """Further scrape configurations."""


class GrafanaDatasource(Values):
    """Where the dashboards' numbers come from."""

    url: Url = ""
    """Address of a Prometheus of your own; empty: the chart's."""


class Grafana(Scheduling):
    """A Grafana with Quarterdeck's dashboards."""

    enabled: bool = False
    """Run one pod in the chart."""
    image: OthersImage = OthersImage(repository="grafana/grafana", tag="12.3.0")
    existing_secret: OptionalName = ""
    """Secret with `admin-user` and `admin-password`; empty: the operator makes one."""
    datasource: GrafanaDatasource = GrafanaDatasource()
    storage: Storage = Storage(enabled=False, size="1Gi")
    resources: Resources = resources("50m", "128Mi", "512Mi")
    root_url: Url = ""
    """Address that browsers use, where it is behind a proxy."""


class Switch(Values):
    """A resource of prometheus-operator."""

    enabled: bool = False
    """Make it; its CustomResourceDefinition must be installed."""
    labels: dict[str, str] = {}
    """Labels by which your Prometheus finds it."""


class Dashboards(Values):
    """ConfigMaps with the dashboards, for a Grafana that looks for them by label."""

    enabled: bool = False
    """Make them."""
    labels: dict[str, str] = {"grafana_dashboard": "1"}
    """Labels by which your Grafana finds them."""


class Monitoring(Values):
    """For a Prometheus of your own."""

    service_monitor: Switch = Switch()
    """ServiceMonitor of the gateway."""
    pod_monitor: Switch = Switch()
    """PodMonitors of operator and workers."""
    prometheus_rule: Switch = Switch()
    """PrometheusRules: what is recorded, and what alerts. It needs both kinds of monitors."""
    dashboards: Dashboards = Dashboards()
    """ConfigMaps with the dashboards, for a Grafana that looks for them by label."""
    interval: Duration = "15s"
    """How often targets are read."""
    runbook_base_url: Annotated[str, Field(pattern=r"^https?://.+")] = RUNBOOKS
    """Folder of the runbooks to which alerts and dashboards lead, like a copy of docs/runbooks."""
    scraper_namespace: OptionalName = ""
    """Namespace of your Prometheus: its pods may then reach the metrics' ports; of workers only
    those labelled `app.kubernetes.io/name: prometheus`."""


class Tracing(Values):
    """OpenTelemetry traces."""

    endpoint: Url = ""
    """Collector, OTLP over HTTP, like `http://collector.tracing.svc:4318`; empty: off."""
