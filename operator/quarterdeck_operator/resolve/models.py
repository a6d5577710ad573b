"""Models by name: for the agents that answer with them and the budgets that fall back on them."""

from quarterdeck_contract.v1alpha1.model import Model
from quarterdeck_contract.validation import InvalidManifest, parse
from quarterdeck_operator import reasons
from quarterdeck_operator.cache import Cache
from quarterdeck_operator.cluster.port import ObjectKey
from quarterdeck_operator.errors import Waiting
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
    """The Model whose credentials exist; raises Waiting for whatever is missing."""
    model = find_model(cache, namespace, name)
    if model.spec.credentials is not None:
        await references.secret_digest(namespace, model.spec.credentials)
    return model
