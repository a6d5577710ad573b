"""The workers' configuration, readable by people: it holds names of secrets, never values."""

import orjson

from quarterdeck_contract.names import WORKER_CONFIG_KEY
from quarterdeck_contract.worker_config import WorkerConfig
from quarterdeck_operator.builders.metadata import child
from quarterdeck_operator.cluster.port import Manifest
from quarterdeck_operator.options import BuildOptions
from quarterdeck_operator.resolve.agent import ResolvedAgent


def build_config_map(resolved: ResolvedAgent, _options: BuildOptions) -> Manifest:
    """A ConfigMap with WorkerConfig as JSON."""
    data = {WORKER_CONFIG_KEY: render(resolved.config)}
    return child(resolved.agent, "v1", "ConfigMap", data=data)


def render(config: WorkerConfig) -> str:
    """WorkerConfig as a worker loads it: sorted and indented, so equal configs are equal text."""
    said = config.manifest()
    # A worker of an older release refuses fields that it does not know.
    if not config.alternates:
        del said["alternates"]
    options = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(said, option=options).decode()
