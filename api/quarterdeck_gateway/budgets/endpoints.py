"""Routes of ``/api/v1/budgets``."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from quarterdeck_contract.v1alpha1.schema import ResourceName
from quarterdeck_gateway.budgets.schemas import BudgetList, BudgetView, WantedBudget
from quarterdeck_gateway.budgets.service import BudgetService, Precondition
from quarterdeck_gateway.catalogue.attribution import Acting
from quarterdeck_gateway.identity.caller import Caller
from quarterdeck_gateway.keys.schemas import NamespaceName
from quarterdeck_gateway.manifests.schemas import IfMatch, IfNoneMatch, WriteOptions
from quarterdeck_gateway.schemas import NamespaceFilter, error_responses

_ONE: Final = "/{namespace}/{name}"


def router(budgets: BudgetService) -> APIRouter:
    """The routes over ``budgets``."""
    routes = APIRouter(prefix="/api/v1/budgets", tags=["budgets"])

    @routes.get("", summary="List budgets and how they stand", responses=error_responses(401, 422))
    async def list_budgets(caller: Caller, only: Annotated[NamespaceFilter, Query()]) -> BudgetList:
        return budgets.list(caller, only.namespace)

    @routes.get(
        _ONE, summary="One budget and how it stands", responses=error_responses(401, 404, 503)
    )
    async def get_budget(
        caller: Caller, namespace: str, name: str, response: Response
    ) -> BudgetView:
        return _tagged(budgets.get(caller, namespace, name), response)

    _add_changes(routes, budgets)
    return routes


def _add_changes(routes: APIRouter, budgets: BudgetService) -> None:
    @routes.put(
        _ONE,
        summary="Create or replace a budget",
        responses=error_responses(400, 401, 403, 404, 409, 412, 422, 503),
    )
    async def put_budget(
        actor: Acting,
        namespace: Annotated[NamespaceName, Path()],
        name: Annotated[ResourceName, Path()],
        wanted: WantedBudget,
        options: Annotated[WriteOptions, Query()],
        response: Response,
        if_match: IfMatch = None,
        if_none_match: IfNoneMatch = None,
    ) -> BudgetView:
        allowed = Precondition(
            version=None if if_match is None else if_match.strip('"'),
            only_new=if_none_match is not None,
        )
        view = await budgets.put(actor, namespace, name, wanted, options, allowed)
        return _tagged(view, response)

    @routes.delete(
        _ONE,
        status_code=204,
        summary="Remove a budget",
        responses=error_responses(401, 403, 404, 409, 422, 503),
    )
    async def delete_budget(
        actor: Acting, namespace: str, name: str, force: Annotated[bool, Query()] = False
    ) -> None:
        """With `force` also one that something else manages and may bring back."""
        await budgets.delete(actor, namespace, name, force=force)


def _tagged(view: BudgetView, response: Response) -> BudgetView:
    """``view``, with its version as the answer's ETag."""
    response.headers["etag"] = f'"{view.version}"'
    return view
