"""Models by name: for the agents that answer with them and the budgets that fall back on them."""

from quarterdeck_contract.addresses import ON_A_LAPTOP, url_refusal
from quarterdeck_contract.v1alpha1.model import Model
from quarterdeck_contract.validation import InvalidManifest, parse
from quarterdeck_operator import reasons
from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import ObjectKey
from quarterdeck_operator.errors import Stalled, Waiting
from quarterdeck_operator.resolve.references import References


def find_model(cache: Cache, namespace: str, name: str) -> Model:
    """The Model; raises Waiting where there is none that could be used."""
    manifest = cache.get(ObjectKey("Model", namespace, name))
    if manifest is None:
        raise Waiting(
            reasons.MODEL_NOT_FOUND, f'Model "{name}" is not in namespace "{namespace}": create it'
        )
    try:
        model = parse(manifest)
    except InvalidManifest as exc:
        raise Waiting(reasons.MODEL_INVALID, f'Model "{name}": {exc}') from exc
    if not isinstance(model, Model):
        raise TypeError(f"{manifest['kind']} kept under the key of a Model")
    return model


async def usable_model(cache: Cache, references: References, namespace: str, name: str) -> Model:
    """The Model whose credentials exist; raises Waiting for whatever is missing, and Stalled for an
    address that no worker may call."""
    model = find_model(cache, namespace, name)
    require_address(model)
    if model.spec.credentials is not None:
        await references.secret_digest(namespace, model.spec.credentials)
    return model


def require_address(model: Model) -> None:
    """Raises Stalled when the Model's address is one that hands out the node's credentials.

    Loopback is the worker's own pod there, so it harms nobody.
    """
    url = model.spec.base_url
    if url is not None and (why := url_refusal(url, ON_A_LAPTOP)) is not None:
        raise Stalled(
            reasons.ADDRESS_FORBIDDEN,
            f'Model "{model.metadata.name}": spec.baseURL must not be called: {why}',
        )
