"""Routes of ``/api/v1/models``."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends, Path, Query

from quarterdeck_contract.v1alpha1.schema import ResourceName
from quarterdeck_gateway.catalogue.attribution import Acting
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.keys.schemas import NamespaceName
from quarterdeck_gateway.manifests.bodies import require_manifest_body
from quarterdeck_gateway.manifests.schemas import IfNoneMatch, ModelManifestShape, WriteOptions
from quarterdeck_gateway.model_resources.schemas import ModelDetail, ModelList
from quarterdeck_gateway.model_resources.service import ModelService
from quarterdeck_gateway.schemas import NamespaceFilter, error_responses

_ONE: Final = "/{namespace}/{name}"


def router(models: ModelService) -> APIRouter:
    """The routes over ``models``."""
    routes = APIRouter(prefix="/api/v1/models", tags=["models"])

    @routes.get("", summary="List the Models that agents use", responses=error_responses(401, 422))
    async def list_model_resources(
        caller: Caller, only: Annotated[NamespaceFilter, Query()]
    ) -> ModelList:
        return models.list(caller, only.namespace)

    @routes.get(
        _ONE, summary="One Model with its manifest", responses=error_responses(401, 404, 503)
    )
    async def get_model_resource(caller: Caller, namespace: str, name: str) -> ModelDetail:
        return models.get(caller, namespace, name)

    @routes.put(
        _ONE,
        summary="Create or replace a Model",
        responses=error_responses(400, 401, 403, 404, 409, 412, 422, 503),
        dependencies=[Depends(require_manifest_body)],
    )
    async def put_model_resource(
        actor: Acting,
        namespace: Annotated[NamespaceName, Path()],
        name: Annotated[ResourceName, Path()],
        manifest: Annotated[ModelManifestShape, Body()],
        options: Annotated[WriteOptions, Query()],
        if_none_match: IfNoneMatch = None,
    ) -> ModelDetail:
        only_new = if_none_match is not None
        return await models.put(actor, namespace, name, manifest, options, only_new=only_new)

    @routes.delete(
        _ONE,
        status_code=204,
        summary="Remove a Model",
        responses=error_responses(401, 403, 404, 409, 422, 503),
    )
    async def delete_model_resource(
        actor: Acting, namespace: str, name: str, force: Annotated[bool, Query()] = False
    ) -> None:
        """With `force` also one that something else manages and may bring back."""
        await models.delete(actor, namespace, name, WriteOptions(force=force))

    return routes
