"""Credentials from a person's kubeconfig.

Exec plugins, client certificates and merged files are the business of the official client. It
costs 50 MB and a second to import, so it is imported only once a kubeconfig is really read:
programs inside the cluster never pay for it.
"""

import os
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from quarterdeck_kube.credentials import Credentials, RereadToken, tls_context
from quarterdeck_kube.errors import LoginError

if TYPE_CHECKING:
    from kubernetes.client import Configuration

DEFAULT_KUBECONFIG: Final = "~/.kube/config"
BEARER_TOKEN: Final = "BearerToken"  # noqa: S105 - the key's name in the official client


def from_kubeconfig(path: str | None = None, context: str | None = None) -> Credentials:
    """Credentials of ``context`` (default: the current one) of a kubeconfig.

    ``path`` may list files separated as in KUBECONFIG, which is its default, then
    ``~/.kube/config``. Runs exec plugins, so it can take seconds: call it before the event loop or
    in a thread. Raises LoginError saying what to set.
    """
    source = path or os.environ.get("KUBECONFIG") or DEFAULT_KUBECONFIG
    if not any(Path(one).expanduser().is_file() for one in source.split(os.pathsep) if one):
        raise LoginError(
            f"no kubeconfig found at {source}: set KUBECONFIG to the file of your cluster"
        )
    # The official client writes keys from the kubeconfig to files; they go once they are loaded.
    with tempfile.TemporaryDirectory(prefix="quarterdeck-") as scratch:
        configuration, entry = _load(source, context, scratch)
        _require_plugin_result(configuration, source, str(entry.get("user") or ""))
        return Credentials(
            server=configuration.host.rstrip("/"),
            token=_token(configuration, source, context),
            tls=_tls(configuration, source),
            namespace=str(entry.get("namespace") or "default"),
            tls_server_name=configuration.tls_server_name,
            proxy=_proxy(configuration),
        )


def _load(source: str, context: str | None, scratch: str) -> "tuple[Configuration, dict[str, Any]]":
    """The loaded configuration and the context's entry (cluster, user, namespace)."""
    try:
        from kubernetes.client import Configuration
        from kubernetes.config import list_kube_config_contexts, load_kube_config
    except ImportError as exc:
        raise LoginError(
            'reading a kubeconfig needs the "kubernetes" package: pip install "quarterdeck[cli]"'
        ) from exc

    configuration = Configuration()
    try:
        load_kube_config(  # type: ignore[no-untyped-call]
            source,
            context=context,
            client_configuration=configuration,
            persist_config=False,
            temp_file_path=scratch,
        )
        contexts, current = list_kube_config_contexts(source)  # type: ignore[no-untyped-call]
    # The official client lets through whatever a malformed file makes it stumble over.
    except Exception as exc:
        raise LoginError(f"cannot use the kubeconfig {source}: {exc}") from exc
    chosen = next((one for one in contexts if one["name"] == context), current)
    return configuration, dict(chosen["context"])


def _require_plugin_result(configuration: "Configuration", source: str, user: str) -> None:
    """Refuse to go on as nobody: the official client only logs why a login command failed."""
    if BEARER_TOKEN in configuration.api_key or configuration.cert_file:
        return
    from kubernetes.config.kube_config import KubeConfigMerger

    merged = KubeConfigMerger(source)  # type: ignore[no-untyped-call]
    users = merged.config.safe_get("users") or []
    command = next((one["user"]["exec"]["command"] for one in users if _has_plugin(one, user)), "")
    if command:
        raise LoginError(
            f'the login command "{command}" of user "{user}" in {source} gave no credentials: '
            "run it in a terminal to see why"
        )


def _has_plugin(entry: Any, user: str) -> bool:
    return entry["name"] == user and "exec" in (entry.value.get("user") or {})


def _token(configuration: "Configuration", source: str, context: str | None) -> RereadToken | None:
    if BEARER_TOKEN not in configuration.api_key:
        return None
    current = configuration

    def read(force: bool) -> str | None:
        nonlocal current
        if force:
            with tempfile.TemporaryDirectory(prefix="quarterdeck-") as scratch:
                current, _ = _load(source, context, scratch)
        # Runs the plugin again shortly before its token expires.
        value: str | None = current.get_api_key_with_prefix(BEARER_TOKEN)
        return value

    return RereadToken(read)


def _tls(configuration: "Configuration", source: str) -> ssl.SSLContext | None:
    if not configuration.host.startswith("https"):
        return None
    cert, key = configuration.cert_file, configuration.key_file
    try:
        return tls_context(
            ca_file=configuration.ssl_ca_cert,
            verify=bool(configuration.verify_ssl),
            cert=(cert, key) if cert and key else None,
        )
    except OSError as exc:
        raise LoginError(f"cannot load the certificates of the kubeconfig {source}: {exc}") from exc


def _proxy(configuration: "Configuration") -> str | None:
    """The proxy of the kubeconfig or the environment, unless NO_PROXY names the server."""
    if not configuration.proxy or proxy_bypass(urlsplit(configuration.host).hostname or ""):
        return None
    return str(configuration.proxy)
