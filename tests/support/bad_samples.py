"""Manifests that every judge must refuse: our own validation and the real API server.

Each names the field and the words that a person must read. One sample per rule of the contract; a
test fails when a rule has none.
"""

from dataclasses import dataclass

from support.samples import Manifest, agent, api_key, budget, model, price


@dataclass(frozen=True)
class Bad:
    """A manifest to refuse. ``words`` must stand in the refusal, ``field`` is its path."""

    id: str
    manifest: Manifest
    field: str
    words: str
    rule: str = ""
    """The rule's message where a rule refuses, not the schema."""


def _ruled(id_: str, manifest: Manifest, field: str, message: str) -> Bad:
    return Bad(id_, manifest, field, message, message)


_LONG = agent() | {"metadata": {"name": "a" * 51, "namespace": "default"}}
_DOTTED = agent() | {"metadata": {"name": "a.b", "namespace": "default"}}

BAD: tuple[Bad, ...] = (
    Bad("name-too-long", _LONG, "metadata.name", "may not be longer than 50 characters"),
    Bad("name-with-dot", _DOTTED, "metadata.name", "use lower case letters, digits and '-'"),
    Bad("unknown-field", agent(modle="x"), "spec.modle", "unknown field"),
    Bad("negative-replicas", agent(replicas=-1), "spec.replicas", "greater than or equal to 0"),
    Bad("wrong-type", agent(suspended="yes"), "spec.suspended", "boolean"),
    Bad("unknown-provider", model(provider="acme"), "spec.provider", "nsupported value"),
    Bad("too-hot", model(parameters={"temperature": 3}), "spec.parameters.temperature", "2"),
    Bad(
        "url-with-password",
        model(provider="ollama", model="llama3.2", baseURL="http://me:secret@host/v1"),
        "spec.baseURL",
        "match",
    ),
    _ruled(
        "no-instructions",
        agent(instructions=None),
        "spec.instructions",
        "set exactly one of instructions and instructionsFrom",
    ),
    _ruled(
        "two-instructions",
        agent(instructionsFrom={"name": "prompts"}),
        "spec.instructions",
        "set exactly one of instructions and instructionsFrom",
    ),
    _ruled(
        "no-model",
        agent(model=None),
        "spec.model",
        "model is required: the name of a Model in this namespace",
    ),
    _ruled(
        "fallback-repeats-model",
        agent(modelFallbacks=["demo-model"]),
        "spec.modelFallbacks",
        "modelFallbacks needs a model and must not repeat it",
    ),
    _ruled(
        "replicas-and-scaling",
        agent(replicas=2, scaling={"max": 3}),
        "spec.replicas",
        "replicas and scaling exclude each other: set scaling.min instead",
    ),
    _ruled(
        "min-above-max",
        agent(scaling={"min": 4, "max": 3}),
        "spec.scaling.min",
        "min must not be greater than max",
    ),
    _ruled(
        "image-and-endpoint",
        agent(
            model=None,
            instructions=None,
            runtime={"image": "acme/agent:1", "endpoint": "http://agent.example"},
        ),
        "spec.runtime",
        "image and endpoint exclude each other: an endpoint deploys nothing",
    ),
    _ruled(
        "endpoint-with-pod-fields",
        agent(
            model=None,
            instructions=None,
            runtime={"endpoint": "http://agent.example", "priorityClassName": "high"},
        ),
        "spec.runtime.endpoint",
        "endpoint deploys nothing: remove the other fields of runtime",
    ),
    _ruled(
        "endpoint-with-instructions",
        agent(runtime={"endpoint": "http://agent.example"}),
        "spec.runtime",
        "runtime.endpoint runs elsewhere: only description, model (for the price), rateLimit and"
        " suspended go with it",
    ),
    _ruled(
        "env-without-value",
        agent(runtime={"env": [{"name": "A"}]}),
        "spec.runtime.env[0]",
        "set exactly one of value and valueFrom",
    ),
    _ruled(
        "env-reserved",
        agent(runtime={"env": [{"name": "QUARTERDECK_PORT", "value": "1"}]}),
        "spec.runtime.env[0].name",
        "names that begin with QUARTERDECK_ are reserved",
    ),
    _ruled(
        "priority-of-the-cluster",
        agent(runtime={"priorityClassName": "system-node-critical"}),
        "spec.runtime.priorityClassName",
        "names that begin with system- are for the cluster's own pods",
    ),
    _ruled(
        "metrics-of-our-own-worker",
        agent(runtime={"metrics": True}),
        "spec.runtime.metrics",
        "metrics tells of an image of your own: our own workers always have them",
    ),
    Bad(
        "start-too-long",
        agent(runtime={"startupSeconds": 3601}),
        "spec.runtime.startupSeconds",
        "3600",
    ),
    _ruled(
        "compatible-without-url",
        model(provider="openai-compatible", model="m"),
        "spec.baseURL",
        "provider openai-compatible needs baseURL, the address that ends in /v1",
    ),
    _ruled(
        "openai-without-key",
        model(provider="openai", model="gpt-5-mini"),
        "spec.credentials",
        "this provider needs credentials: name a Secret that holds the API key",
    ),
    _ruled(
        "local-with-url",
        model(baseURL="http://127.0.0.1:1/v1"),
        "spec.provider",
        "provider local runs inside the worker: remove baseURL and credentials",
    ),
    _ruled(
        "local-with-other-model",
        model(model="gpt-5"),
        "spec.model",
        "provider local serves one model: smollm2-135m-instruct",
    ),
    Bad("negative-price", model(price=price(-1)), "spec.price.inputPerMillion", "equal to 0"),
    Bad("unknown-role", api_key(role="root"), "spec.role", "nsupported value"),
    Bad("owner-with-escapes", api_key(owner="ann\x1b[2J"), "spec.owner", "match"),
    Bad("owner-with-c1-escapes", api_key(owner="ann\x9b2J"), "spec.owner", "match"),
    Bad("capital-in-glob", api_key(agents=["Demo"]), "spec.agents[0]", "match"),
    Bad("short-hash", api_key(hash="abc"), "spec.hash", "match"),
    Bad("long-overlap", api_key(overlapSeconds=2_592_001), "spec.overlapSeconds", "2592000"),
    Bad("revision-zero", api_key(revision=0), "spec.revision", "greater than or equal to 1"),
    _ruled(
        "rate-limit-of-nothing",
        api_key(rateLimit={}),
        "spec.rateLimit",
        "set at least one of requestsPerMinute, tokensPerMinute and concurrency",
    ),
    Bad("no-money", budget(amountUSD=0), "spec.amountUSD", "greater than 0"),
    Bad("unknown-period", budget(period="year"), "spec.period", "nsupported value"),
    Bad("zone-with-space", budget(timeZone="Mars One"), "spec.timeZone", "match"),
    Bad(
        "percent-above-all",
        budget(thresholds=[{"percent": 101, "action": "warn"}]),
        "spec.thresholds[0].percent",
        "100",
    ),
    _ruled(
        "scope-without-name",
        budget(scope={"kind": "Team"}),
        "spec.scope.name",
        "name is required for Agent, Key and Team, and has no place with Namespace",
    ),
    _ruled(
        "namespace-with-name",
        budget(scope={"kind": "Namespace", "name": "default"}),
        "spec.scope.name",
        "name is required for Agent, Key and Team, and has no place with Namespace",
    ),
    _ruled(
        "downgrade-to-nothing",
        budget(thresholds=[{"percent": 80, "action": "downgrade"}]),
        "spec.thresholds[0].model",
        "model goes with downgrade, and only with it",
    ),
    _ruled(
        "warn-with-model",
        budget(thresholds=[{"percent": 80, "action": "warn", "model": "small"}]),
        "spec.thresholds[0].model",
        "model goes with downgrade, and only with it",
    ),
)


@dataclass(frozen=True)
class BadUpdate:
    """A change to refuse: two good manifests that must not follow each other."""

    id: str
    old: Manifest
    new: Manifest
    field: str
    rule: str


BAD_UPDATES: tuple[BadUpdate, ...] = (
    BadUpdate(
        "other-provider",
        model(provider="ollama", model="llama3.2"),
        model(provider="openai-compatible", model="llama3.2", baseURL="http://llm:8000/v1"),
        "spec.provider",
        "provider is immutable: create another Model and point the agents to it",
    ),
    BadUpdate(
        "lower-revision",
        api_key(revision=2),
        api_key(revision=1),
        "spec.revision",
        "revision can only be raised",
    ),
    BadUpdate(
        "hash-added",
        api_key(),
        api_key(hash="0" * 64),
        "spec.hash",
        "hash cannot be added or removed: create another ApiKey",
    ),
    BadUpdate(
        "hash-changed-in-place",
        api_key(hash="0" * 64),
        api_key(hash="1" * 64),
        "spec.revision",
        "a new hash needs a higher revision",
    ),
    BadUpdate(
        "hash-removed",
        api_key(hash="0" * 64),
        api_key(),
        "spec.hash",
        "hash cannot be added or removed: create another ApiKey",
    ),
    BadUpdate(
        "other-scope",
        budget(scope={"kind": "Agent", "name": "demo"}),
        budget(scope={"kind": "Team", "name": "demo"}),
        "spec.scope",
        "scope is immutable: create another Budget",
    ),
)
