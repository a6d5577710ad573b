"""A parameter that stands twice in a query is refused: one of its values would count, and nobody
would be told which.
"""

from collections import Counter
from collections.abc import Iterator
from typing import get_origin

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from quarterdeck_gateway.errors import InvalidRequest


async def require_single_values(request: Request) -> None:
    """A dependency of every endpoint. Raises InvalidRequest with the name of the first parameter
    that is given more than once and is not a list."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return
    lists = {name: get_origin(field.annotation) is list for name, field in _declared(route)}
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, times in given.items():
        # A name that is not declared is refused as such, or not looked at.
        if times > 1 and not lists.get(name, True):
            raise InvalidRequest(f"{name} is given {times} times: give it once.", param=name)


def _declared(route: APIRoute) -> Iterator[tuple[str, FieldInfo]]:
    """Names and fields of the query of ``route``, those of a model one by one."""
    for parameter in route.dependant.query_params:
        kind = parameter.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                yield field.alias or name, field
        else:
            yield parameter.alias, parameter.field_info
