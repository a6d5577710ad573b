"""All values of both charts, in the order in which people read them."""

# ruff: noqa: RUF012 - pydantic copies defaults for every instance

from typing import Annotated

from pydantic import ConfigDict, Field

from chart_values.exposure import HttpRoute, Ingress, NetworkPolicies, Rbac, Uninstall
from chart_values.observing import Grafana, Monitoring, Prometheus, Tracing
from chart_values.planes import Gateway, Migrations, Operator, Test, Ui, Worker
from chart_values.shared import Name, Passed, Registry, Values
from chart_values.stores import Postgres, Redis


class Global(Values):
    """For every component; what a chart above this one says to others is passed over."""

    model_config = ConfigDict(extra="ignore", json_schema_extra={"additionalProperties": True})

    image_registry: Registry = ""
    """Registry of every image, instead of its own, like `registry.example.com/mirror`."""
    image_pull_secrets: list[Name] = []
    """Secrets for that registry, also for workers, in whose namespaces they must be too."""
    users_from_cluster: bool = False
    """Name no user and no group in pods, those of workers included: the cluster assigns them, as
    OpenShift does by its SCC `restricted-v2`. Elsewhere leave it."""


class Chart(Values):
    """Values of the chart `quarterdeck`."""

    global_: Annotated[Global, Field(alias="global")] = Global()
    name_override: Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$")] = ""
    """Part of every object's name, instead of `quarterdeck`."""
    fullname_override: Annotated[
        str, Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?)?$", max_length=40)
    ] = ""
    """Beginning of every object's name, instead of the release's."""
    watch_namespaces: list[Name] = []
    """Namespaces that are served, beside the release's own; empty: all."""
    rbac: Rbac = Rbac()
    operator: Operator = Operator()
    worker: Worker = Worker()
    gateway: Gateway = Gateway()
    migrations: Migrations = Migrations()
    ui: Ui = Ui()
    redis: Redis = Redis()
    postgres: Postgres = Postgres()
    prometheus: Prometheus = Prometheus()
    grafana: Grafana = Grafana()
    monitoring: Monitoring = Monitoring()
    tracing: Tracing = Tracing()
    ingress: Ingress = Ingress()
    http_route: HttpRoute = HttpRoute()
    network_policy: NetworkPolicies = NetworkPolicies()
    uninstall: Uninstall = Uninstall()
    test: Test = Test()
    extra_objects: list[Passed | str] = []
    """Further objects, as YAML or as text with templates."""


class DefinitionsChart(Values):
    """Values of the chart `quarterdeck-crds`."""

    global_: Annotated[dict[str, object], Field(alias="global")] = {}
    """Not used; Helm hands it to every chart."""
    keep: bool = True
    """Leave the definitions, and so everybody's agents, when this chart is uninstalled."""
    aggregated_roles: bool = True
    """Give agents to people by the roles view, edit and admin that they already have."""
