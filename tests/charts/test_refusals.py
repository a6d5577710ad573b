"""Wrong values are refused before anything is made, by words that say what to do."""

from typing import Any

import helm_python
import pytest

from support.charts import render

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"gatway": {}}, "gatway"),
    ({"gateway": {"replica": 2}}, "replica"),
    ({"gateway": {"replicas": 0}}, "/gateway/replicas"),
    ({"gateway": {"replicas": "two"}}, "/gateway/replicas"),
    ({"gateway": {"logLevel": "loud"}}, "/gateway/logLevel"),
    ({"gateway": {"trustedProxies": ["10.0.0.0"]}}, "/gateway/trustedProxies/0"),
    ({"gateway": {"oidc": {"issuer": "login.example.com"}}}, "/gateway/oidc/issuer"),
    ({"ui": {"trustedProxies": ["ingress"]}}, "/ui/trustedProxies/0"),
    ({"operator": {"replicas": 9}}, "/operator/replicas"),
    ({"operator": {"image": {"pullPolicy": "Sometimes"}}}, "/operator/image/pullPolicy"),
    ({"operator": {"image": {"digest": "abc"}}}, "/operator/image/digest"),
    ({"operator": {"resources": {"limits": {"memory": "much"}}}}, "/limits/memory"),
    ({"rbac": {"scope": "everything"}}, "/rbac/scope"),
    ({"watchNamespaces": ["Not A Name"]}, "/watchNamespaces/0"),
    ({"redis": {"storage": {"size": "large"}}}, "/redis/storage/size"),
    ({"prometheus": {"retention": "two weeks"}}, "/prometheus/retention"),
    ({"prometheus": {"alertmanagers": ["alertmanager"]}}, "/prometheus/alertmanagers/0"),
    ({"ingress": {"path": "deck"}}, "/ingress/path"),
    ({"networkPolicy": {"apiServerPorts": []}}, "/networkPolicy/apiServerPorts"),
    ({"uninstall": {"timeoutSeconds": 1}}, "/uninstall/timeoutSeconds"),
    ({"tracing": {"endpoint": "collector:4318"}}, "/tracing/endpoint"),
    ({"ingress": {"host": "https://deck.example.com/"}}, "/ingress/host"),
    ({"httpRoute": {"hostnames": ["deck.example.com:443"]}}, "/httpRoute/hostnames/0"),
    ({"gateway": {"namespaceLimits": {"*": {"requestPerMinute": 6}}}}, "requestPerMinute"),
    ({"gateway": {"namespaceLimits": {"team": {}}}}, "/gateway/namespaceLimits/team"),
    ({"gateway": {"spoolSizeLimit": "1Gi"}}, "/gateway/spoolSizeLimit"),
    ({"gateway": {"defaultNamespace": "Team A"}}, "/gateway/defaultNamespace"),
    ({"gateway": {"extraEnv": [{"value": "1"}]}}, "/gateway/extraEnv/0"),
    ({"gateway": {"image": {"tag": "a tag"}}}, "/gateway/image/tag"),
    ({"redis": {"maxMemory": "lots; exit"}}, "/redis/maxMemory"),
    ({"redis": {"prefix": "my deck"}}, "/redis/prefix"),
    ({"prometheus": {"retentionSize": "6 gigabytes"}}, "/prometheus/retentionSize"),
    ({"grafana": {"rootUrl": "grafana.example.com"}}, "/grafana/rootUrl"),
    ({"test": {"agent": "a/b/c"}}, "/test/agent"),
    ({"monitoring": {"runbookBaseUrl": "wiki"}}, "/monitoring/runbookBaseUrl"),
    ({"ui": {"externalTrafficPolicy": "local"}}, "/ui/externalTrafficPolicy"),
    ({"gateway": {"loadBalancerSourceRanges": ["office"]}}, "/loadBalancerSourceRanges/0"),
    ({"redis": {"serviceAccountAnnotations": {}}}, "serviceAccountAnnotations"),
    ({"networkPolicy": {"dnsPorts": []}}, "/networkPolicy/dnsPorts"),
    ({"httpRoute": {"requestTimeout": "long"}}, "/httpRoute/requestTimeout"),
    ({"ui": {"image": {"registry": "https://registry.example.com"}}}, "/ui/image/registry"),
    ({"gateway": {"extraVolumes": [{"emptyDir": {}}]}}, "/gateway/extraVolumes/0"),
    ({"gateway": {"extraVolumeMounts": [{"name": "a"}]}}, "/gateway/extraVolumeMounts/0"),
]
_MOUNT = {"name": "authority", "mountPath": "/etc/authority"}
_MONITORED = {"prometheusRule": {"enabled": True}, "scraperNamespace": "monitoring"}
CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"redis": {"enabled": False}}, "redis.external.existingSecret"),
    ({"redis": {"external": {"existingSecret": "x"}}}, "set redis.enabled to false"),
    ({"postgres": {"enabled": False}}, "postgres.external.existingSecret"),
    ({"postgres": {"external": {"existingSecret": "x"}}}, "set postgres.enabled to false"),
    ({"rbac": {"scope": "namespaced"}}, "watchNamespaces"),
    ({"gateway": {"oidc": {"issuer": "https://x"}}}, "gateway.oidc.audience"),
    ({"gateway": {"oidc": {"audience": "x"}}}, "gateway.oidc.issuer"),
    (
        {
            "gateway": {
                "adminKey": {"existingSecret": "a"},
                "adminKeyHash": {"existingSecret": "b"},
            }
        },
        "name one",
    ),
    (
        {"gateway": {"autoscaling": {"enabled": True, "minReplicas": 9}}},
        "minReplicas is more than",
    ),
    (
        {
            "gateway": {
                "autoscaling": {"enabled": True},
                "resources": {"requests": {"cpu": None}},
            }
        },
        "gateway.resources.requests.cpu",
    ),
    ({"ingress": {"enabled": True}}, "set ingress.host"),
    ({"ingress": {"enabled": True, "host": "x", "tls": {"enabled": True}}}, "ingress.tls"),
    ({"ingress": {"enabled": True, "host": "x", "path": "/deck"}}, "root of its host"),
    ({"httpRoute": {"enabled": True}}, "httpRoute.parentRefs"),
    (
        {
            "ingress": {"enabled": True, "host": "x"},
            "httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]},
        },
        "choose one way in",
    ),
    (
        {"grafana": {"enabled": True}, "prometheus": {"enabled": False}},
        "grafana.datasource.url",
    ),
    ({"monitoring": {"podMonitor": {"enabled": True}}}, "monitoring.scraperNamespace"),
    ({"uninstall": {"enabled": False, "customResources": True}}, "nothing would be removed"),
    ({"ui": {"externalTrafficPolicy": "Local"}}, "ui.serviceType is ClusterIP"),
    ({"gateway": {"externalTrafficPolicy": "Local"}}, "gateway.serviceType is ClusterIP"),
    (
        {"ui": {"serviceType": "NodePort", "loadBalancerSourceRanges": ["192.0.2.0/24"]}},
        "set ui.serviceType to LoadBalancer",
    ),
    (
        {"gateway": {"loadBalancerSourceRanges": ["2001:db8::/32"]}},
        "set gateway.serviceType to LoadBalancer",
    ),
    ({"uninstall": {"enabled": False, "volumes": True}}, "nothing would be removed"),
    ({"uninstall": {"secrets": True}}, "remove both or neither"),
    (
        {"monitoring": {**_MONITORED, "serviceMonitor": {"enabled": True}}},
        "enable monitoring.serviceMonitor and monitoring.podMonitor too",
    ),
    (
        {"monitoring": {**_MONITORED, "podMonitor": {"enabled": True}}},
        "enable monitoring.serviceMonitor and monitoring.podMonitor too",
    ),
    ({"redis": {"image": {"tag": ""}}}, "redis.image.tag is empty"),
    (
        {
            "postgres": {"image": {"tag": None}},
            "grafana": {"enabled": True, "image": {"tag": ""}},
        },
        "postgres.image.tag, grafana.image.tag is empty",
    ),
    ({"gateway": {"extraVolumeMounts": [_MOUNT]}}, "add a volume of that name"),
    ({"gateway": {"extraVolumes": [{"name": "spool", "emptyDir": {}}]}}, "choose others"),
]


@pytest.mark.parametrize(("values", "words"), WRONG, ids=lambda part: str(part)[:50])
def test_the_schema_refuses(values: dict[str, Any], words: str) -> None:
    with pytest.raises(helm_python.HelmError) as refused:
        render("quarterdeck", values)
    assert "schema" in str(refused.value)
    assert words in str(refused.value)


@pytest.mark.parametrize(("values", "words"), CONTRADICTIONS, ids=lambda part: str(part)[:50])
def test_contradictions_are_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(helm_python.HelmError) as refused:
        render("quarterdeck", values)
    assert "cannot be put into force together" in str(refused.value)
    assert words in str(refused.value)
