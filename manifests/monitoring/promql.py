"""The PromQL that dashboards repeat: rates, growth and quantiles, over what a reader chose."""

from typing import Final

from monitoring.panels import Query

INTERVAL: Final = "[$__rate_interval]"
"""Grafana's shortest time that still holds samples."""
HOUR: Final = "[1h]"
SHOWN: Final = "[$__range]"
"""The range of time that the dashboard shows."""
FIRING: Final = 'ALERTS{alertname=~"Quarterdeck.*",alertstate="firing"}'


def chosen(metric: str, labels: str = "") -> str:
    """The series of a metric with these labels, as PromQL writes them between braces."""
    return f"{metric}{{{labels}}}" if labels else metric


def rate(counter: str, labels: str = "", over: str = INTERVAL) -> str:
    """What a counter grew by per second."""
    return f"rate({chosen(counter, labels)}{over})"


def increase(counter: str, labels: str = "", over: str = HOUR) -> str:
    """What a counter grew by."""
    return f"increase({chosen(counter, labels)}{over})"


def quantile(
    share: float, histogram: str, by: str = "", labels: str = "", over: str = INTERVAL
) -> str:
    """The value that ``share`` of the observations were not above; ``by`` names labels to keep."""
    kept = f"{by}, le" if by else "le"
    buckets = rate(f"{histogram}_bucket", labels, over)
    return f"histogram_quantile({share}, sum by ({kept}) ({buckets}))"


def quantiles(histogram: str, *shares: float) -> list[Query]:
    """One line for each share, called p50, p95 and so on."""
    return [Query(quantile(share, histogram), f"p{share * 100:.0f}") for share in shares]
