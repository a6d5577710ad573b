"""Each fault that an alert or a panel waits for, really caused.

A cause is a context manager: trouble begins on entry and is undone on exit. It gives a function to
be called again and again meanwhile, for what the fault needs besides itself, such as chats.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Final

from e2e.echo import echo_agent
from e2e.installation import SYSTEM
from e2e.load import Scene, in_force
from e2e.money import api_key, budget, key_of
from e2e.objects import Manifest, read
from e2e.pods import PROVIDER, STRANGER, apply, stranger, wait_ready
from e2e.port_forward import PortForward
from e2e.trouble import (
    Every,
    broken_webhook,
    closed_port,
    full_disk,
    gateway_pod,
    scaled_to_nothing,
    slow_redis,
    sql,
    without_right_to,
)
from e2e.waiting import PATIENCE, eventually
from observability import faults
from support.cluster import kubectl

Cause = Callable[[Scene], AbstractContextManager[Callable[[], object]]]
TOO_LITTLE_MEMORY: Final = "24Mi"
"""A container of it starts, and its worker is killed before it listens."""
_WRONG_KEYS: Final = f"""
import asyncio, aiohttp
async def main():
    url = "http://quarterdeck-gateway.{SYSTEM}.svc/v1/models"
    async with aiohttp.ClientSession(headers={{"Authorization": "Bearer qd_wrong"}}) as session:
        for _ in range(60):
            async with session.get(url) as answer:
                assert answer.status in (401, 429), answer.status
asyncio.run(main())
"""


def _nothing() -> None:
    """For faults that need no more than to be there."""


@contextmanager
def _made(namespace: str, *manifests: Manifest) -> Iterator[None]:
    apply(namespace, *manifests)
    try:
        yield
    finally:
        for manifest in reversed(manifests):
            name = manifest["metadata"]["name"]
            kubectl("delete", manifest["kind"], name, "-n", namespace, "--wait=false")


@contextmanager
def budget_used_up(scene: Scene) -> Iterator[Callable[[], object]]:
    """Ten cents of a new key: eight are spent, and the others one by one when that was seen."""
    name, where = f"small-{secrets.token_hex(2)}", scene.namespace
    small = budget(name, 10, scope={"kind": "Key", "name": name})
    with _made(where, api_key(name, agents=["dear"]), small):
        eventually("budget in force", lambda: in_force(name, where), seconds=PATIENCE)
        key = key_of(name, where)
        eventually("first chat", lambda: scene.chat("dear", key=key) == 200, seconds=PATIENCE)
        for _ in range(7):
            eventually("a chat", lambda: scene.chat("dear", key=key) == 200, seconds=PATIENCE)
        nearly = f'quarterdeck:budget_spent:ratio{{budget="{name}"}} >= 0.8'
        one = Every(5)
        yield lambda: scene.prometheus.query(nearly) and one.due() and scene.chat("dear", key=key)


@contextmanager
def redis_away(scene: Scene) -> Iterator[Callable[[], object]]:
    with scaled_to_nothing("statefulset", "quarterdeck-redis"):
        yield lambda: scene.chat("dear")


@contextmanager
def redis_slow(scene: Scene) -> Iterator[Callable[[], object]]:
    with slow_redis(120):
        yield lambda: scene.chats("dear", 6)


@contextmanager
def nothing_takes_records(scene: Scene) -> Iterator[Callable[[], object]]:
    """Neither the database nor the disk takes what one gateway has to tell."""
    pod = gateway_pod()
    with ExitStack() as stack:
        stack.enter_context(scaled_to_nothing("statefulset", "quarterdeck-postgres"))
        forward = stack.enter_context(PortForward(pod, 8000, SYSTEM))
        stack.enter_context(full_disk(pod))
        yield lambda: scene.chat("echo", url=forward.url)


@contextmanager
def operators_away(scene: Scene) -> Iterator[Callable[[], object]]:
    with scaled_to_nothing("deployment", "quarterdeck-operator"):
        yield _nothing


@contextmanager
def key_stalled(scene: Scene) -> Iterator[Callable[[], object]]:
    with _made(scene.namespace, api_key("stalled", namespaces=["*"])):
        yield _nothing


@contextmanager
def secret_missing(scene: Scene) -> Iterator[Callable[[], object]]:
    model, agent = echo_agent("waiting")
    model["metadata"]["name"] = agent["spec"]["model"] = "locked"
    model["spec"]["credentials"]["name"] = "not-there"
    with _made(scene.namespace, model, agent):
        yield _nothing


@contextmanager
def provider_fails(scene: Scene) -> Iterator[Callable[[], object]]:
    scene.script(status=500)
    try:
        yield lambda: scene.chats("echo", 6)
    finally:
        scene.script()


@contextmanager
def provider_slow(scene: Scene) -> Iterator[Callable[[], object]]:
    scene.script(delay=11)
    try:
        yield lambda: scene.chats("echo", 12)
    finally:
        scene.script()


@contextmanager
def workers_refuse(scene: Scene) -> Iterator[Callable[[], object]]:
    address = read("pod", PROVIDER, scene.namespace)["status"]["podIP"]
    with _made(scene.namespace, closed_port("echo", address)):
        yield lambda: scene.chats("echo", 4)


@contextmanager
def workers_crash(scene: Scene) -> Iterator[Callable[[], object]]:
    """Somebody was too careful with memory."""
    _, agent = echo_agent("starved")
    amounts = {"memory": TOO_LITTLE_MEMORY}
    agent["spec"]["runtime"] = {"resources": {"requests": amounts, "limits": amounts}}
    with _made(scene.namespace, agent):
        yield _nothing


@contextmanager
def workers_unschedulable(scene: Scene) -> Iterator[Callable[[], object]]:
    """Somebody names a node that is not there."""
    _, agent = echo_agent("nowhere")
    agent["spec"]["runtime"] = {"nodeSelector": {"example.com/node": "not-there"}}
    with _made(scene.namespace, agent):
        yield _nothing


@contextmanager
def wrong_keys(scene: Scene) -> Iterator[Callable[[], object]]:
    with _made(scene.namespace, stranger(scene.installation.image)):
        wait_ready(scene.namespace, STRANGER)
        command = ("python", "-c", _WRONG_KEYS)
        yield lambda: kubectl("exec", "-n", scene.namespace, STRANGER, "--", *command)


@contextmanager
def admission_broken(scene: Scene) -> Iterator[Callable[[], object]]:
    _, agent = echo_agent("crowded")
    with _made(scene.namespace, broken_webhook(scene.namespace), agent):
        yield _nothing


@contextmanager
def gateway_not_synced(scene: Scene) -> Iterator[Callable[[], object]]:
    with without_right_to("agents"):
        kubectl("delete", "pod", gateway_pod(), "-n", SYSTEM, "--wait=false")
        yield _nothing


@contextmanager
def record_refused(scene: Scene) -> Iterator[Callable[[], object]]:
    sql("ALTER TABLE usage_records ADD CONSTRAINT refused CHECK (false) NOT VALID")
    try:
        yield lambda: scene.chat("echo")
    finally:
        sql("ALTER TABLE usage_records DROP CONSTRAINT refused")


@contextmanager
def audit_changed(scene: Scene) -> Iterator[Callable[[], object]]:
    """Somebody corrects the log; the next key that is made ought to notice."""
    sql("UPDATE audit_events SET hash = previous WHERE seq = (SELECT max(seq) FROM audit_events)")
    later = Every(5)

    def another_key() -> None:
        if later.due():
            scene.audited()

    yield another_key


CAUSES: Final[dict[Cause, tuple[str, ...]]] = {
    wrong_keys: (faults.KEYS,),
    key_stalled: (faults.STALLED,),
    secret_missing: (faults.MISSING,),
    admission_broken: (faults.RECONCILE,),
    budget_used_up: (faults.BUDGET, faults.ALERT, faults.WEBHOOK),
    provider_fails: (faults.PROVIDER, faults.ERRORS),
    provider_slow: (faults.SLOW,),
    workers_refuse: (faults.REFUSING,),
    workers_crash: (faults.CRASH,),
    workers_unschedulable: (faults.UNSCHEDULABLE,),
    audit_changed: (faults.CHAIN,),
    record_refused: (faults.LOST,),
    redis_slow: (faults.REDIS_SLOW,),
    redis_away: (faults.STORE,),
    nothing_takes_records: (faults.DATABASE, faults.DISK, faults.FULL),
    operators_away: (faults.LEADER, faults.DOWN),
    gateway_not_synced: (faults.UNSYNCED,),
}
NOT_CAUSED: Final = {
    faults.API: "more than three minutes without the API server, which no policy can cut off here",
    faults.BUSY: "a queue that is never empty for 15 minutes",
    faults.HOLD: "a hundred settlements that wait for five minutes",
    "QuarterdeckAuditEventsLost": "ten thousand events that neither disk nor memory has room for",
}
"""Faults and alerts whose thresholds take longer than a test may: promtool plays those through."""
