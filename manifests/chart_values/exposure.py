"""Values of the ways in: Ingress, Gateway API, network policies."""

# ruff: noqa: RUF012 - pydantic copies defaults for every instance

from typing import Annotated, Literal

from pydantic import Field

from chart_values.shared import Host, OptionalHost, OptionalName, Passed, Port, Values


class Tls(Values):
    """Certificate of the Ingress."""

    enabled: bool = False
    """Answer by HTTPS."""
    secret_name: OptionalName = ""
    """Secret with the certificate."""


class Ingress(Values):
    """Leads to the web UI, or to the gateway where the UI is off."""

    enabled: bool = False
    """Make an Ingress."""
    class_name: OptionalName = ""
    """IngressClass; empty: the cluster's default."""
    host: OptionalHost = ""
    """Host name, like `deck.example.com`; required."""
    path: Annotated[str, Field(pattern=r"^/")] = "/"
    """Path; the UI expects to be at the root."""
    tls: Tls = Tls()
    annotations: dict[str, str] = {}
    """Annotations. Chats stream for minutes and may be as long as `gateway.maxBodyBytes`: raise the
    controller's read time-out and its longest body."""


class HttpRoute(Values):
    """The same by the Gateway API."""

    enabled: bool = False
    """Make an HTTPRoute; its CustomResourceDefinition must be installed."""
    parent_refs: list[Passed] = []
    """Gateways that it belongs to; required."""
    hostnames: list[Host] = []
    """Host names; empty: those of the Gateways."""
    request_timeout: Annotated[str, Field(pattern=r"^(([0-9]{1,5}(h|m|s|ms)){1,4})?$")] = "0s"
    """Longest request, chats included; `0s`: none is too long for the route, and the gateway ends
    what takes too long. Empty: the Gateway's own, for Gateway API before 1.2, whose standard
    channel refuses the field."""
    annotations: dict[str, str] = {}
    """Annotations."""


class NetworkPolicies(Values):
    """Who may talk to whom."""

    enabled: bool = True
    """Make NetworkPolicies; your network plug-in must put them into force."""
    whole_namespace: bool = True
    """Keep everybody out of all pods of the release's namespace that no other policy names."""
    api_server_ports: Annotated[list[Port], Field(min_length=1)] = [443, 6443]
    """Ports of the API server."""
    dns_ports: Annotated[list[Port], Field(min_length=1)] = [53, 5353]
    """Ports of DNS, as its pods have them: OpenShift's listen on 5353."""
    entry_from: list[Passed] = []
    """Peers that may reach UI and gateway from outside; empty: everybody."""
    gateway_egress: list[Passed] = []
    """Further egress rules of gateway and migrations, like one to a database with an IPv6 address:
    `{"to": [{"ipBlock": {"cidr": "2001:db8::/32"}}], "ports": [{"port": 5432}]}`. Without any they
    reach all of IPv4, all pods, and `apiServerPorts` everywhere."""
    grafana_from: list[Passed] = []
    """Peers that may reach Grafana; empty: nobody but `kubectl port-forward`."""


class Rbac(Values):
    """Rights of operator, gateway and Prometheus."""

    create: bool = True
    """Make Roles and bindings; without them, bind your own to the ServiceAccounts before, those of
    the Jobs that clean up (`uninstall`) included."""
    scope: Literal["cluster", "namespaced"] = "cluster"
    """`namespaced`: Roles in the namespaces of `watchNamespaces`, and no ClusterRole at all."""


class Uninstall(Values):
    """What `helm uninstall` removes beside the release; what is false stays."""

    enabled: bool = True
    """Run the Jobs that clean up; without them everything below stays."""
    custom_resources: bool = False
    """Agents, Models, ApiKeys and Budgets of the namespaces served, with all their workers."""
    secrets: bool = False
    """The Secrets that the operator made: without pepper and passwords old data are unreadable."""
    volumes: bool = False
    """Claims of Redis, PostgreSQL, Prometheus and Grafana, with all that they hold."""
    timeout_seconds: Annotated[int, Field(ge=10, le=3600)] = 240
    """Longest wait; less than helm's own --timeout."""
