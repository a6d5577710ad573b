"""Shapes of ``/v1/models``, as OpenAI has them; the last fields are ours."""

from typing import Literal

from pydantic import BaseModel


class OpenAIModel(BaseModel):
    """An agent as a model: ``id`` is what goes into ``model`` of a chat."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str
    description: str = ""
    ready: bool


class OpenAIModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[OpenAIModel]
