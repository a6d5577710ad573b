"""Finds credentials as kubectl would, or those of the pod we run in.

The choice is made here and nowhere else, so that every program explains a missing login alike.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from quarterdeck_kube.credentials import Credentials, RereadToken, tls_context
from quarterdeck_kube.errors import LoginError
from quarterdeck_kube.kubeconfig import from_kubeconfig

SERVICE_ACCOUNT_DIRECTORY: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def login(
    context: str | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    directory: Path = SERVICE_ACCOUNT_DIRECTORY,
) -> Credentials:
    """The credentials that kubectl would use here; inside a pod, the pod's own.

    An explicit ``context`` or KUBECONFIG goes first. May run a login command, see
    ``from_kubeconfig``. Raises LoginError saying what to set.
    """
    environ = os.environ if environ is None else environ
    path = environ.get("KUBECONFIG")
    if context is None and not path and "KUBERNETES_SERVICE_HOST" in environ:
        return in_cluster(environ, directory)
    return from_kubeconfig(path, context)


def in_cluster(
    environ: Mapping[str, str] | None = None, directory: Path = SERVICE_ACCOUNT_DIRECTORY
) -> Credentials:
    """The pod's service account; its token file is read again every minute.

    Raises LoginError outside a pod or when no token is mounted.
    """
    environ = os.environ if environ is None else environ
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
    if not host or not port:
        raise LoginError("not in a pod: KUBERNETES_SERVICE_HOST and _PORT are not set")
    token_file = directory / "token"

    def read(_force: bool) -> str:
        return f"Bearer {_read(token_file)}"

    read(False)
    try:
        tls = tls_context(ca_file=str(directory / "ca.crt"))
    except OSError as exc:
        raise LoginError(f"cannot load {directory / 'ca.crt'}: {exc}") from exc
    return Credentials(
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        token=RereadToken(read),
        tls=tls,
        namespace=_read(directory / "namespace"),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as exc:
        raise LoginError(
            f"cannot read {path}: {exc.strerror}; "
            "does the pod set automountServiceAccountToken: false?"
        ) from exc
