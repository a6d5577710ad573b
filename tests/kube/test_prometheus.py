"""Request metrics appear under client-go's names."""

from prometheus_client import CollectorRegistry, generate_latest

from quarterdeck_kube.prometheus import PrometheusRequestMetrics


def test_counts_and_durations() -> None:
    registry = CollectorRegistry()
    metrics = PrometheusRequestMetrics(registry)

    metrics.observe("PATCH", "Agent", "200", 0.02)
    metrics.observe("PATCH", "Agent", "409", 0.02)

    labels = {"code": "200", "method": "PATCH", "resource": "Agent"}
    assert registry.get_sample_value("rest_client_requests_total", labels) == 1
    duration = {"method": "PATCH", "resource": "Agent", "le": "0.025"}
    bucket = "rest_client_request_duration_seconds_bucket"
    assert registry.get_sample_value(bucket, duration) == 2
    assert b"host" not in generate_latest(registry)
