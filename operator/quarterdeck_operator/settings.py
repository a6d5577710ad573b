"""The operator's settings, all from the environment."""

from importlib.metadata import version
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic.networks import IPvAnyNetwork
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from quarterdeck_contract.addresses import AddressPolicy
from quarterdeck_operator.options import BuildOptions
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
    gateway_namespace: str = ""
    """Namespace of the gateway's pods; empty: the operator's own."""
    system_namespace: str = ""
    """Namespace whose ApiKeys may enter others; empty: the operator's own."""
    traces_endpoint: str = Field(default="", pattern=r"^(https?://.+)?$")
    """Collector that workers send traces to, by OTLP over HTTP; empty: none."""
    allowed_networks: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Networks, separated by commas, where agents that run elsewhere may be beside public and
    private addresses: loopback is refused otherwise."""
    reconcile_workers: int = Field(default=8, ge=1, le=64)
    """Resources that are reconciled at once."""
    operator_port: int = Field(default=8081, ge=0, le=65535)
    """Port of /healthz, /readyz and /metrics."""
    lease_name: str = LEASE_NAME
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("watch_namespaces", "allowed_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(name.strip() for name in value.split(",") if name.strip())

    @property
    def addresses(self) -> AddressPolicy:
        """Where ``runtime.endpoint`` may lead."""
        return AddressPolicy(private=True, allowed=self.allowed_networks)

    def build_options(self, own_namespace: str) -> BuildOptions:
        """What the builders must know."""
        return BuildOptions(
            worker_image=self.worker_image,
            image_pull_policy=self.image_pull_policy,
            traces_endpoint=self.traces_endpoint,
            gateway_namespace=self.gateway_namespace or own_namespace,
            system_namespace=self.system_namespace or own_namespace,
        )


def _image(component: str) -> str:
    return f"quarterdeck/{component}:{version('quarterdeck')}"
