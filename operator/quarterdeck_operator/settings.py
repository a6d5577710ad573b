"""The operator's settings, all from the environment."""

from importlib.metadata import version
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic.networks import IPvAnyNetwork
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from quarterdeck_contract.addresses import AddressPolicy
from quarterdeck_contract.names import ADMIN_KEY_SECRET, GATEWAY_AUTH_SECRET, PEPPER_SECRET
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.own_secrets import GRAFANA, POSTGRES, REDIS, OwnSecrets, Part
from quarterdeck_operator.rbac import LEASE_NAME


class Settings(BaseSettings):
    """One field per variable ``QUARTERDECK_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix="QUARTERDECK_", frozen=True)

    namespace: str = ""
    """The operator's own namespace; empty: that of the service account or kubeconfig."""
    watch_namespaces: Annotated[tuple[str, ...], NoDecode] = ()
    """Namespaces to serve, separated by commas; empty: all."""
    worker_image: str = Field(
        default_factory=lambda: f"quarterdeck/worker:{version('quarterdeck')}"
    )
    """Image of the workers of agents that bring none."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    image_pull_secrets: Annotated[tuple[str, ...], NoDecode] = ()
    """Secrets for the worker image's registry, separated by commas; each must be in every agent's
    namespace."""
    gateway_namespace: str = ""
    """Namespace of the gateway's pods; empty: the operator's own."""
    system_namespace: str = ""
    """Namespace whose ApiKeys may enter others; empty: the operator's own."""
    traces_endpoint: str = Field(default="", pattern=r"^(https?://.+)?$")
    """Collector that workers send traces to, by OTLP over HTTP; empty: none."""
    allowed_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Networks, separated by commas, where agents that run elsewhere may be beside public and
    private addresses: loopback is refused otherwise."""
    scraper_namespace: str = ""
    """Namespace of a Prometheus of your own (pods labelled app.kubernetes.io/name=prometheus) that
    may read the workers' metrics; that of the installation always may."""
    users_from_cluster: bool = False
    """Name no user and no group in the workers' pods: the cluster assigns them (OpenShift)."""
    reconcile_workers: int = Field(default=8, ge=1, le=64)
    """Resources that are reconciled at once."""
    operator_port: int = Field(default=8081, ge=0, le=65535)
    """Port of /healthz, /readyz and /metrics."""
    lease_name: str = LEASE_NAME
    make_secrets: Annotated[tuple[Part, ...], NoDecode] = OwnSecrets().made
    """Which of the installation's Secrets are made where they are missing, separated by commas:
    admin-key, gateway-auth, key-pepper, redis, postgres, grafana."""
    admin_key_secret: str = ADMIN_KEY_SECRET
    gateway_auth_secret: str = GATEWAY_AUTH_SECRET
    key_pepper_secret: str = PEPPER_SECRET
    redis_secret: str = REDIS
    """Also the name of the store's Service."""
    postgres_secret: str = POSTGRES
    """Also the name of the store's Service."""
    grafana_secret: str = GRAFANA
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator(
        "watch_namespaces", "allowed_networks", "image_pull_secrets", "make_secrets", mode="before"
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(name.strip() for name in value.split(",") if name.strip())

    @property
    def addresses(self) -> AddressPolicy:
        """Where ``runtime.endpoint`` may lead."""
        return AddressPolicy(private=True, allowed=self.allowed_networks)

    @property
    def own_secrets(self) -> OwnSecrets:
        """Names of the installation's Secrets."""
        return OwnSecrets(
            admin_key=self.admin_key_secret,
            gateway_auth=self.gateway_auth_secret,
            key_pepper=self.key_pepper_secret,
            redis=self.redis_secret,
            postgres=self.postgres_secret,
            grafana=self.grafana_secret,
            made=self.make_secrets,
        )

    def build_options(self, own_namespace: str) -> BuildOptions:
        """What the builders must know."""
        return BuildOptions(
            worker_image=self.worker_image,
            image_pull_policy=self.image_pull_policy,
            image_pull_secrets=self.image_pull_secrets,
            traces_endpoint=self.traces_endpoint,
            gateway_namespace=self.gateway_namespace or own_namespace,
            scraper_namespace=self.scraper_namespace,
            users_from_cluster=self.users_from_cluster,
            system_namespace=self.system_namespace or own_namespace,
        )


def _image(component: str) -> str:
    return f"quarterdeck/{component}:{version('quarterdeck')}"
