"""What a LIST and the WATCH that continues it select: they must be the same to the letter."""

from dataclasses import dataclass
from typing import Final

from quarterdeck_kube.resources import Manifest, Resource
from quarterdeck_kube.transport import JSON, Request

METADATA_GROUP: Final = "v=v1;g=meta.k8s.io"


@dataclass(frozen=True)
class Selection:
    """Objects of one kind; ``namespace`` None means all, ``metadata_only`` leaves out the rest."""

    resource: Resource
    namespace: str | None = None
    label_selector: str | None = None
    field_selector: str | None = None
    metadata_only: bool = False

    def list_request(self, limit: int, continuation: str = "") -> Request:
        """LIST of one page; ``limit`` 0 means everything at once."""
        extra = {"limit": str(limit)} if limit else {}
        if continuation:
            extra["continue"] = continuation
        return self._request("PartialObjectMetadataList", extra)

    def watch_request(self, resource_version: str, timeout: int) -> Request:
        """WATCH after ``resource_version``, ended by the server after ``timeout`` seconds."""
        extra = {
            "watch": "true",
            "resourceVersion": resource_version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(timeout),
        }
        return self._request("PartialObjectMetadata", extra)

    def named(self, item: Manifest) -> Manifest:
        """``item`` with the kind and apiVersion that lists and metadata views leave out."""
        item["kind"] = self.resource.kind
        item["apiVersion"] = self.resource.api_version
        return item

    def _request(self, metadata_view: str, extra: dict[str, str]) -> Request:
        selectors = {"labelSelector": self.label_selector, "fieldSelector": self.field_selector}
        params = {key: value for key, value in selectors.items() if value} | extra
        view = f"{JSON};as={metadata_view};{METADATA_GROUP}"
        return Request(
            "GET",
            self.resource.path(self.namespace),
            self.resource.kind,
            params,
            # A server that cannot give the view may still give whole objects.
            accept=f"{view},{JSON}" if self.metadata_only else JSON,
        )
