"""How a FastAPI endpoint learns who asks, without another way for one to forget to look.

``async def list_budgets(caller: Caller, address: ClientAddress)``: neither shows in the OpenAPI
document.
"""

from typing import Annotated

from fastapi import Depends, Request

from quarterdeck_gateway.identity.principal import Principal


def principal_of(request: Request) -> Principal:
    """Whoever the authentication middleware admitted."""
    principal: Principal = request.scope["state"]["principal"]
    return principal


def address_of(request: Request) -> str:
    """The client's network address, through trusted proxies; empty when there is none."""
    address: str = request.scope["state"]["client_address"]
    return address


def request_id_of(request: Request) -> str:
    """The name of this request in logs and in its response."""
    request_id: str = request.scope["state"]["request_id"]
    return request_id


Caller = Annotated[Principal, Depends(principal_of)]
ClientAddress = Annotated[str, Depends(address_of)]
RequestId = Annotated[str, Depends(request_id_of)]
