"""Values of the operator, the workers, the gateway and the web UI."""

# ruff: noqa: RUF012 - pydantic copies defaults for every instance

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from chart_values.shared import (
    Account,
    Cidr,
    DisruptionBudget,
    ExistingSecret,
    Image,
    LogLevel,
    Mount,
    Name,
    Namespace,
    OptionalName,
    PullPolicy,
    Resources,
    Role,
    Scheduling,
    Served,
    Values,
    Variable,
    Volume,
    resources,
)

PRIVATE_NETWORKS: Final = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "fc00::/7",
)


class Operator(Account):
    """The operator: two replicas, of which one leads."""

    image: Image = Image(repository="quarterdeck/operator")
    replicas: Annotated[int, Field(ge=1, le=5)] = 2
    """Pods; one works, the others take over."""
    reconcile_workers: Annotated[int, Field(ge=1, le=64)] = 8
    """Resources that are reconciled at once."""
    log_level: LogLevel = "info"
    """Least severe level that is logged."""
    resources: Resources = resources("50m", "128Mi", "512Mi")
    pod_disruption_budget: DisruptionBudget = DisruptionBudget()
    extra_env: list[Variable] = []
    """Further environment variables, for settings that have no value of their own."""


class Worker(Values):
    """The workers, which the operator makes for every agent."""

    image: Image = Image(repository="quarterdeck/worker")
    image_pull_secrets: list[Name] = []
    """Secrets that must be in every agent's namespace; empty: `global.imagePullSecrets`."""


class Autoscaling(Values):
    """A HorizontalPodAutoscaler instead of a fixed number of replicas."""

    enabled: bool = False
    """Scale by use; `gateway.replicas` is then not used."""
    min_replicas: Annotated[int, Field(ge=1)] = 2
    """Fewest pods."""
    max_replicas: Annotated[int, Field(ge=1)] = 6
    """Most pods."""
    target_cpu_utilization: Annotated[int, Field(ge=1, le=100)] = 70
    """Percent of the requested processor time that is aimed at."""


class Oidc(Values):
    """Tokens (JWT) of an identity provider, beside API keys."""

    issuer: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""
    """Issuer, like `https://login.example.com`; empty accepts no tokens."""
    audience: str = ""
    """Audience that a token must be for; required with an issuer."""
    role_claim: str = "quarterdeck_role"
    """Claim with the role."""
    namespaces_claim: str = "quarterdeck_namespaces"
    """Claim with the namespaces."""
    team_claim: str = "quarterdeck_team"
    """Claim with the team."""
    default_role: Role = ""
    """Role of tokens without the claim; empty refuses them."""


class Timeouts(Values):
    """Seconds."""

    connect: Annotated[float, Field(gt=0)] = 2
    """For a connection to a worker."""
    first_byte: Annotated[float, Field(gt=0)] = 300
    """For the first byte of an answer."""
    idle: Annotated[float, Field(gt=0)] = 120
    """Between two pieces of an answer."""
    request: Annotated[float, Field(gt=0)] = 30
    """For reading a request, and for answering one that is not a chat."""
    drain_delay: Annotated[int, Field(ge=0, le=60)] = 3
    """How long a stopping gateway still accepts requests."""
    shutdown_grace: Annotated[int, Field(ge=0, le=3600)] = 300
    """How long a stopping gateway waits for its chats."""


class NamespaceLimit(Values):
    """How much the agents of a namespace may be asked for; at least one of the three."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    requests_per_minute: Annotated[int | None, Field(ge=1)] = None
    """Chats per minute."""
    tokens_per_minute: Annotated[int | None, Field(ge=1)] = None
    """Input and output tokens per minute."""
    concurrency: Annotated[int | None, Field(ge=1)] = None
    """Chats at the same time."""


class Alerts(Values):
    """Where budget alerts are sent."""

    existing_secret: OptionalName = ""
    """Secret with the fields `url` and `secret` (at least 32 bytes, signs the alerts)."""


class Gateway(Served, Account):
    """The gateway: API, limits, budgets, ledger."""

    image: Image = Image(repository="quarterdeck/gateway")
    replicas: Annotated[int, Field(ge=1)] = 2
    """Pods, unless autoscaling is on."""
    autoscaling: Autoscaling = Autoscaling()
    pod_disruption_budget: DisruptionBudget = DisruptionBudget()
    resources: Resources = resources("100m", "128Mi", "512Mi")
    admin_key: ExistingSecret = ExistingSecret()
    """Secret with the admin key in the field `key`."""
    admin_key_hash: ExistingSecret = ExistingSecret()
    """Secret with its SHA-256 in the field `adminKeyHash`, where nobody may store the key."""
    key_pepper: ExistingSecret = ExistingSecret()
    """Secret with the pepper of API keys in the field `pepper`, at least 32 bytes."""
    default_namespace: Namespace = "default"
    """Namespace in which an agent's bare name is looked up first."""
    log_level: LogLevel = "info"
    """Least severe level that is logged."""
    max_body_bytes: Annotated[int, Field(ge=1024)] = 4194304
    """Longest request body."""
    failed_attempts: Annotated[int, Field(ge=1)] = 20
    """Wrong keys per minute from one address before it has to wait."""
    retention_days: Annotated[int, Field(ge=1)] = 400
    """Age at which single usage records go; monthly sums stay."""
    namespace_limits: dict[str, NamespaceLimit] = {}
    """Limits by namespace, `*` for every other one: `{"*": {"requestsPerMinute": 600}}`."""
    trusted_proxies: list[Cidr] = list(PRIVATE_NETWORKS)
    """Networks whose X-Forwarded-For and -Proto are believed: those of the UI's nginx (the
    pods'), and of load balancers that lead to the gateway itself. Without them all clients of the
    UI look like one; narrow it where you can."""
    cors_origins: list[str] = []
    """Web origins whose pages may call the API."""
    allowed_networks: list[Cidr] = []
    """Private networks to which URLs in resources and settings may lead."""
    oidc: Oidc = Oidc()
    timeouts: Timeouts = Timeouts()
    alerts: Alerts = Alerts()
    spool_size_limit: Annotated[str, Field(pattern=r"^([3-9]|[1-9][0-9]+)Gi$")] = "3Gi"
    """Room on the node for records on their way into the database, at least `3Gi`: two spools stop
    at 1 GiB each, and a pod that takes more than this is evicted with all that waits in it."""
    extra_env: list[Variable] = []
    """Further environment variables, for settings that have no value of their own. The migrations
    get them too, as they do the volumes."""
    extra_volumes: list[Volume] = []
    """Further volumes, like one with the certificate of an authority of yours."""
    extra_volume_mounts: list[Mount] = []
    """Where the containers find those volumes."""


class Migrations(Scheduling):
    """The Job that brings the database to the release's schema."""

    resources: Resources = resources("50m", "64Mi", "256Mi")


class Ui(Served):
    """The web UI and the way from it to the gateway (nginx)."""

    enabled: bool = True
    """Install it."""
    image: Image = Image(repository="quarterdeck/ui")
    drain_delay: Annotated[int, Field(ge=0, le=60)] = 3
    """Seconds for which a stopping pod still accepts requests."""
    replicas: Annotated[int, Field(ge=1)] = 2
    """Pods."""
    trusted_proxies: list[Cidr] = list(PRIVATE_NETWORKS)
    """Networks of the ingress controller or load balancer in front: of them alone nginx believes
    X-Forwarded-For and -Proto, and it tells the gateway one address, the client's. Clients from
    these networks could name any address, so narrow it to the controller's pods where you can;
    empty: nobody is believed."""
    max_connections_per_address: Annotated[int, Field(ge=1)] = 256
    """Requests from one address that a pod answers at once; a chat is one while it streams. Raise
    it where many people share an address."""
    resources: Resources = resources("20m", "32Mi", "128Mi")
    pod_disruption_budget: DisruptionBudget = DisruptionBudget()
    extra_env: list[Variable] = []
    """Further environment variables of nginx's container."""


class Test(Scheduling):
    """`helm test`."""

    agent: Annotated[str, Field(pattern=r"^[a-z0-9-]*(/[a-z0-9-]+)?$")] = ""
    """Agent to chat with, `name` or `namespace/name`; empty: the first that is ready, if any."""
    pull_policy: PullPolicy = "IfNotPresent"
    """When the gateway's image, which it runs in, is fetched."""
