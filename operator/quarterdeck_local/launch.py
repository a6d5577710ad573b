"""From a pod template to what a child process needs: environment and files.

A container sees only the environment that its pod names; a child process gets that and a short
list of what programs on a laptop cannot do without. The keys in a person's shell are not on it.
Nor is an agent's ``runtime.env``: no container holds a worker here, and variables like LD_PRELOAD
run whatever they say as the person who started all this.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from quarterdeck_contract.names import WORKER_CONTAINER, short_hash, worker_name
from quarterdeck_local.errors import LocalError
from quarterdeck_local.store import ObjectStore
from quarterdeck_operator.cluster.port import Manifest, ObjectKey

INHERITED: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "QUARTERDECK_LOCAL_THREADS",
    "QUARTERDECK_LOG_LEVEL",
)
"""Variables of ours that every worker gets too."""
OWN_PREFIX: Final = "QUARTERDECK_"
"""What the names of the operator's variables begin with, and those of ``runtime.env`` never."""


class CannotLaunch(LocalError):
    """Something that the pod template refers to is not there; may come later."""


@dataclass(frozen=True)
class Launch:
    """All that a worker is started with. ``files`` are paths and contents to write before."""

    environment: Mapping[str, str] = field(repr=False)
    files: Mapping[Path, bytes] = field(repr=False)


def agent_of(deployment: ObjectKey) -> str:
    """Name of the agent whose Deployment this is."""
    return deployment.name.removeprefix(worker_name(""))


def template_hash(deployment: Mapping[str, Any]) -> str:
    """Names the pod template: workers with another one are out of date."""
    template = deployment["spec"]["template"]
    return short_hash(json.dumps(template, sort_keys=True).encode())


def container_of(deployment: Mapping[str, Any]) -> Manifest:
    """The worker's container."""
    containers = deployment["spec"]["template"]["spec"]["containers"]
    found: Manifest = next(c for c in containers if c["name"] == WORKER_CONTAINER)
    return found


def foreign_variables(deployment: Mapping[str, Any]) -> list[str]:
    """Names of the variables that stem from ``runtime.env``: no process gets them."""
    names = (variable["name"] for variable in container_of(deployment).get("env", ()))
    return [name for name in names if not name.startswith(OWN_PREFIX)]


def prepare(
    deployment: Mapping[str, Any],
    store: ObjectStore,
    directory: Path,
    inherited: Mapping[str, str],
) -> Launch:
    """What to start a worker of this Deployment with; config files go below ``directory``.

    Raises CannotLaunch naming the Secret, ConfigMap or key that is missing.
    """
    namespace = deployment["metadata"]["namespace"]
    container = container_of(deployment)
    mounts = _mounts(deployment, container, directory)
    files = {
        path: content
        for volume, target in mounts.values()
        for path, content in _files(volume, target, store, namespace)
    }
    environment = {key: inherited[key] for key in INHERITED if key in inherited}
    for variable in container.get("env", ()):
        if not variable["name"].startswith(OWN_PREFIX):
            continue
        value = _value(variable, store, namespace)
        environment[variable["name"]] = _moved(value, {at: to for at, (_, to) in mounts.items()})
    return Launch(environment, files)


def _mounts(
    deployment: Mapping[str, Any], container: Manifest, directory: Path
) -> dict[str, tuple[Manifest, Path]]:
    """Mount path -> (ConfigMap volume, directory that stands for it here)."""
    volumes = deployment["spec"]["template"]["spec"].get("volumes", ())
    config_maps = {volume["name"]: volume for volume in volumes if "configMap" in volume}
    return {
        mount["mountPath"]: (config_maps[mount["name"]], directory / mount["name"])
        for mount in container.get("volumeMounts", ())
        if mount["name"] in config_maps
    }


def _files(
    volume: Manifest, target: Path, store: ObjectStore, namespace: str
) -> Iterator[tuple[Path, bytes]]:
    source = volume["configMap"]
    found = store.get(ObjectKey("ConfigMap", namespace, source["name"]))
    if found is None:
        raise CannotLaunch(f'ConfigMap "{source["name"]}" is not there')
    data: Mapping[str, str] = found.get("data", {})
    items = source.get("items") or [{"key": key, "path": key} for key in data]
    for item in items:
        if item["key"] not in data:
            raise CannotLaunch(f'ConfigMap "{source["name"]}" has no key "{item["key"]}"')
        yield target / item["path"], data[item["key"]].encode()


def _value(variable: Manifest, store: ObjectStore, namespace: str) -> str:
    reference = variable.get("valueFrom", {}).get("secretKeyRef")
    if reference is None:
        return str(variable.get("value", ""))
    found = store.get(ObjectKey("Secret", namespace, reference["name"]))
    if found is None:
        raise CannotLaunch(f'Secret "{reference["name"]}" is not there')
    encoded = found.get("data", {}).get(reference["key"])
    if encoded is None:
        raise CannotLaunch(f'Secret "{reference["name"]}" has no key "{reference["key"]}"')
    return base64.b64decode(encoded).decode("utf-8", "surrogateescape")


def _moved(value: str, directories: Mapping[str, Path]) -> str:
    """A path inside a mount, as the path of the same file here; any other value as it is."""
    for mounted, directory in directories.items():
        if value == mounted or value.startswith(f"{mounted}/"):
            return str(directory / PurePosixPath(value).relative_to(mounted))
    return value
