"""Shape of ``/api/v1/session``."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class SignIn(BaseModel):
    """Who wants to sign in."""

    model_config = ConfigDict(
        extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True
    )

    key: Annotated[SecretStr, Field(min_length=1, max_length=512)]
    """An API key (`qd_...`) or the admin key. It is looked up and forgotten."""
