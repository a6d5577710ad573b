"""Everything that ``kubectl apply -f install.yaml`` creates, in the order it must exist in."""

from install.access import (
    admin_role,
    cluster_role,
    cluster_role_binding,
    edit_role,
    gateway_rules,
    role,
    role_binding,
    view_role,
)
from install.control_plane import operator_deployment
from install.gateway import gateway_deployment, gateway_service
from install.naming import GATEWAY, OPERATOR, Manifest
from install.network import (
    default_deny,
    gateway_policy,
    namespace,
    operator_policy,
    store_policy,
)
from install.pods import disruption_budget, service_account
from install.stores import PORT_NAMES, postgres, redis, store_service
from quarterdeck_contract.crds import definitions
from quarterdeck_operator.rbac import CLUSTER_RULES, NAMESPACE_RULES, manifests


def documents() -> list[Manifest]:
    """The whole installation; pure, so that what is reviewed is what is applied."""
    return [
        namespace(),
        *definitions(),
        default_deny(),
        operator_policy(),
        gateway_policy(),
        *(store_policy(name, port) for name, port in PORT_NAMES.items()),
        service_account(OPERATOR),
        cluster_role(OPERATOR, manifests(CLUSTER_RULES)),
        cluster_role_binding(OPERATOR),
        role(OPERATOR, manifests(NAMESPACE_RULES)),
        role_binding(OPERATOR),
        service_account(GATEWAY),
        cluster_role(GATEWAY, gateway_rules()),
        cluster_role_binding(GATEWAY),
        view_role(),
        edit_role(),
        admin_role(),
        disruption_budget(OPERATOR),
        operator_deployment(),
        *(store_service(name) for name in PORT_NAMES),
        redis(),
        postgres(),
        gateway_service(),
        disruption_budget(GATEWAY),
        gateway_deployment(),
    ]
