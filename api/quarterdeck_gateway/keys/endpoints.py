"""Routes of ``/api/v1/keys``."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from quarterdeck_gateway.catalogue.attribution import Acting
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.keys.schemas import (
    KeyChanges,
    KeyList,
    KeyView,
    NewKey,
    Rotation,
    ShownKey,
)
from quarterdeck_gateway.keys.service import KeyService
from quarterdeck_gateway.schemas import NamespaceFilter, error_responses

_ONE: Final = "/{namespace}/{name}"


def router(keys: KeyService) -> APIRouter:
    """The routes over ``keys``."""
    routes = APIRouter(prefix="/api/v1/keys", tags=["keys"])

    @routes.get("", summary="List API keys", responses=error_responses(401, 403, 422))
    async def list_keys(caller: Caller, only: Annotated[NamespaceFilter, Query()]) -> KeyList:
        return keys.list(caller, only.namespace)

    @routes.post(
        "",
        status_code=201,
        summary="Make an API key; it is shown once",
        responses=error_responses(400, 401, 403, 404, 409, 422, 503),
    )
    async def create_key(actor: Acting, wanted: NewKey, response: Response) -> ShownKey:
        _never_keep(response)
        return await keys.create(actor, wanted)

    @routes.get(
        _ONE, summary="One API key, without the key", responses=error_responses(401, 403, 404, 503)
    )
    async def get_key(caller: Caller, namespace: str, name: str) -> KeyView:
        return keys.get(caller, namespace, name)

    @routes.delete(
        _ONE,
        status_code=204,
        summary="Stop and forget an API key",
        responses=error_responses(401, 403, 404, 503),
    )
    async def delete_key(actor: Acting, namespace: str, name: str) -> None:
        await keys.delete(actor, namespace, name)

    _add_actions(routes, keys)
    return routes


def _add_actions(routes: APIRouter, keys: KeyService) -> None:
    @routes.patch(
        _ONE,
        summary="Change owner, limits or end of an API key",
        responses=error_responses(400, 401, 403, 404, 409, 422, 503),
    )
    async def edit_key(
        actor: Acting,
        namespace: str,
        name: str,
        changes: KeyChanges,
        force: Annotated[bool, Query()] = False,
    ) -> KeyView:
        """Role and reach stay: they need another key. With `force` also one that something else
        manages and may change back."""
        return await keys.edit(actor, namespace, name, changes, force=force)

    @routes.post(
        _ONE + "/rotate",
        summary="Replace an API key; the old one works on for the overlap",
        responses=error_responses(400, 401, 403, 404, 422, 503),
    )
    async def rotate_key(
        actor: Acting,
        namespace: str,
        name: str,
        response: Response,
        rotation: Rotation | None = None,
    ) -> ShownKey:
        _never_keep(response)
        overlap = rotation.overlap_seconds if rotation is not None else None
        return await keys.rotate(actor, namespace, name, overlap)

    @routes.post(
        _ONE + "/revoke",
        summary="Stop an API key for good",
        responses=error_responses(401, 403, 404, 503),
    )
    async def revoke_key(actor: Acting, namespace: str, name: str) -> KeyView:
        return await keys.revoke(actor, namespace, name)


def _never_keep(response: Response) -> None:
    response.headers["cache-control"] = "no-store"
